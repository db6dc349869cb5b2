import type { Diagnosis } from '../../diagnosis/schema.ts'
import { IPP_STATUS, PJL_GROUPS, TLS_ALERTS, ZPL_FIRST, ZPL_SECOND } from './answer-codes.ts'

type PeerAnswer = NonNullable<Diagnosis['peerAnswer']>

/** Of an answer so many bytes are read, and shown. */
export const ANSWER_BYTES = 512

export type DecodedAnswer = Pick<PeerAnswer, 'protocol' | 'meaning'>

/** Printable ASCII as it is, the rest escaped. */
export const answerText = (payload: Uint8Array): string =>
  Array.from(payload, (byte) => {
    if (byte === 0x5c) return '\\\\'
    if (byte === 0x0d) return '\\r'
    if (byte === 0x0a) return '\\n'
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }).join('')

/**
 * What the first bytes of an answer mean.
 *
 * @param port of the side that speaks: LPD and bare IPP are told by theirs
 * @param quotes false: the meaning holds code numbers and this decoder's own words, nothing that was copied from the payload
 */
export function decodeAnswer(payload: Uint8Array, port: number, quotes: boolean): DecodedAnswer {
  const text = answerText(payload)
  if (text.includes('@PJL')) return { protocol: 'pjl', meaning: pjlMeaning(text, quotes) }
  const http = /^HTTP\/1\.[01] (\d{3}) ?([^\\]*)/.exec(text)
  if (http) {
    const ipp = ippStatus(afterHeaders(payload))
    return ipp === undefined
      ? { protocol: 'http', meaning: `HTTP status ${http[1]}${quotes ? ` ${http[2]}` : ''}`.trim() }
      : { protocol: 'ipp', meaning: ippMeaning(ipp) }
  }
  if (payload[0] === 0x15 && payload[1] === 3 && payload.length >= 7) return { protocol: 'tls-alert', meaning: tlsMeaning(payload) }
  if (port === 515 && payload.length > 0) {
    const meaning = lpdMeaning(payload, quotes)
    if (meaning) return { protocol: 'lpd', meaning }
  }
  if (payload[0] === 0x02 && text.includes('\\x03')) return { protocol: 'zpl', meaning: zplMeaning(payload) }
  if (port === 631 && ippStatus(payload) !== undefined) return { protocol: 'ipp', meaning: ippMeaning(ippStatus(payload) ?? 0) }
  return { protocol: 'unknown', meaning: payload.length === 0 ? 'the capture holds none of its bytes' : UNKNOWN_ANSWER }
}

export const UNKNOWN_ANSWER = 'not a protocol known here'

const pjlMeaning = (text: string, quotes: boolean): string => {
  const code = /CODE\s*=\s*(\d{1,6})(?!\d)/.exec(text)?.[1]
  const display = quotes ? /DISPLAY\s*=\s*"([^"\\]{0,80})/.exec(text)?.[1] : undefined
  const kind = code === undefined ? undefined : PJL_GROUPS[code.slice(0, 2)]
  // Unsolicited status: HP PJL Technical Reference, chapter 7.
  const job = /USTATUS JOB(?:\\r|\\n|\s)+(START|END|CANCELED)/.exec(text)?.[1]
  const pages = /PAGES\s*=\s*(\d{1,6})/.exec(text)?.[1]
  const parts = [
    job && `PJL: the job ${JOB_STATES[job]}`,
    job && pages && `${pages} ${pages === '1' ? 'page' : 'pages'}`,
    code && `PJL status ${code}${kind ? ` (${kind})` : ''}`,
    display && `display "${display}"`,
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(', ') : 'PJL status'
}

const JOB_STATES: Readonly<Record<string, string>> = { START: 'began', END: 'ended', CANCELED: 'was cancelled' }

/** The record's two bytes are in the clear before the handshake has ended; an encrypted alert is longer. */
const tlsMeaning = (payload: Uint8Array): string => {
  if (payload[3] !== 0 || payload[4] !== 2) return 'TLS alert, encrypted: most often close_notify (RFC 8446 §6)'
  const name = TLS_ALERTS.get(payload[6] ?? -1)
  return `TLS alert, level ${payload[5] === 2 ? 'fatal' : 'warning'}, description ${payload[6]}${name ? ` ${name}` : ''} (RFC 8446 §6)`
}

/** RFC 1179 §6: one octet, zero for yes; many daemons send several at once, or their reason behind it. Undefined for a listing of a queue. */
function lpdMeaning(payload: Uint8Array, quotes: boolean): string | undefined {
  const at = payload.findIndex((octet) => octet !== 0)
  const code = payload[at]
  if (code === undefined) return 'LPD: acknowledged'
  if (code >= 0x20) return at === 0 ? undefined : 'LPD: acknowledged'
  const reason = quotes ? answerText(payload.subarray(at + 1, at + 81)).replace(/(\\[rn])+$/, '') : ''
  return `LPD: refused with code ${code} (RFC 1179 §6)${reason === '' ? '' : `: "${reason}"`}`
}

/** Two of the three strings of ~HS hold flags; numbers and this decoder's words only. */
function zplMeaning(payload: Uint8Array): string {
  const strings = answerText(payload)
    .split('\\x02')
    .slice(1)
    .map((string) => string.split('\\x03')[0]?.split(',') ?? [])
  const raised = (fields: readonly string[] | undefined, flags: typeof ZPL_FIRST) =>
    flags.filter(([field]) => /^0*1$/.test(fields?.[field] ?? '')).map(([, says]) => says)
  const flags = [...raised(strings[0], ZPL_FIRST), ...raised(strings[1], ZPL_SECOND)]
  if ((strings[0]?.length ?? 0) < 12) return 'ZPL answer between STX and ETX'
  return `ZPL host status (~HS): ${flags.length > 0 ? flags.join(', ') : 'no flag raised'}`
}

const afterHeaders = (payload: Uint8Array): Uint8Array => {
  for (let i = 0; i + 3 < payload.length; i++) {
    if (payload[i] === 13 && payload[i + 1] === 10 && payload[i + 2] === 13 && payload[i + 3] === 10) return payload.subarray(i + 4)
  }
  return new Uint8Array(0)
}

/** RFC 8010 §3.1.1: version, status, request id. */
const ippStatus = (body: Uint8Array): number | undefined =>
  body.length >= 8 && (body[0] === 1 || body[0] === 2) && (body[1] ?? 9) <= 2 ? ((body[2] ?? 0) << 8) | (body[3] ?? 0) : undefined

const ippMeaning = (status: number): string => {
  const kind = status < 0x100 ? 'successful' : status >= 0x500 ? 'server error' : status >= 0x400 ? 'client error' : 'other'
  return `IPP status 0x${status.toString(16).padStart(4, '0')} (${IPP_STATUS.get(status) ?? kind}, RFC 8011 appendix B)`
}
