import { z } from 'zod'
import type { Question } from '../core/diagnosis/question.ts'
import { canonicalIp } from '../core/packet/address.ts'
import { parseDuration } from '../core/time/duration.ts'
import { atOffset, readTime } from '../core/time/instant.ts'
import { DEFAULT_TOLERANCE_SECONDS, type Window, windowRound } from '../core/time/window.ts'

export const ASKS = ['capture', 'batch-print-log', 'watchdog-log', 'event-log'] as const

/** Seconds, or a duration as text. */
const Span = z
  .union([z.number().min(0), z.string().max(40)])
  .transform((value, context) => {
    try {
      return typeof value === 'number' ? value : parseDuration(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'no duration' })
      return z.NEVER
    }
  })
  .refine((seconds) => seconds <= 7 * 86_400, 'at most seven days')

/** Brackets round IPv6 are allowed, and needed before a port. */
export const PeerText = z
  .string()
  .max(80)
  .transform((written, context) => {
    const match =
      /^(?:\[([0-9a-f:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::(\d{1,5}))?$/i.exec(written) ?? /^((?=.*:.*:)[0-9a-f:.]+)$/i.exec(written)
    const ip = canonicalIp(match?.[1] ?? match?.[2] ?? '')
    const port = match?.[3] === undefined ? undefined : Number(match[3])
    if (ip === undefined || (port !== undefined && (port < 1 || port > 65_535))) {
      context.addIssue({ code: 'custom', message: 'expected an IP address, or ip:port; [..] round an IPv6 address before a port' })
      return z.NEVER
    }
    return { ip, port }
  })

/** As `PeerText` reads it. */
export const peerText = ({ ip, port }: { readonly ip: string; readonly port: number | undefined }): string => {
  if (port === undefined) return ip
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** Names to be pseudonymised. */
const Names = z.array(z.string().trim().min(2).max(253)).max(100)

const HostText = PeerText.transform(({ ip }) => ip)

const Timezone = z.string().max(64).refine(isTimezone, 'expected an IANA name such as Europe/Berlin, or an offset such as +02:00')

function isTimezone(name: string): boolean {
  if (/^[+-](0\d|1[0-4]):[0-5]\d$/.test(name) || name === 'Z') return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const IncidentAt = z.iso
  .datetime({ offset: true, abort: true, error: 'expected an RFC 3339 time with an offset, such as 2026-03-01T14:05:00+01:00' })
  .refine((text) => Date.parse(text) >= 0, 'expected a time from 1970 on: no capture is older')

/** A half-open window of no length holds nothing, whatever is sent. */
export const isWindowEmpty = (question: {
  readonly window?: { readonly before?: number | undefined; readonly after?: number | undefined } | undefined
  readonly incidentToleranceSeconds: number
}): boolean => question.incidentToleranceSeconds === 0 && question.window?.before === 0 && question.window.after === 0

export const EMPTY_WINDOW = 'the window has no length: nothing could fall into it; give `before`, `after` or `incidentToleranceSeconds`'

/** What `POST /v1/cases` asks for, as the caller writes it. */
export const CaseFields = z
  .strictObject({
    incidentAt: IncidentAt.describe(
      'The moment of the incident, RFC 3339 with offset. A ticket that names none sends its own creation time.',
    ),
    incidentToleranceSeconds: z.number().min(0).max(86_400).default(DEFAULT_TOLERANCE_SECONDS).describe('Widens the window on both sides.'),
    window: z.strictObject({ before: Span.optional(), after: Span.optional() }).optional().describe('Seconds, or ISO 8601 durations.'),
    timezone: Timezone.optional().describe('IANA name or +HH:MM, for logs that name none.'),
    host: HostText.optional().describe('IP address of the machine whose software reported the error.'),
    peer: PeerText.optional().describe('The other end: ip or ip:port.'),
    scope: z
      .enum(['all', 'peers'])
      .optional()
      .describe('`peers` keeps only packets to and from the peer; the default when `peer` is known.'),
    error: z.string().min(1).max(2000).optional().describe('Error text or code from the ticket.'),
    ticket: z
      .strictObject({ system: z.string().min(1).max(40), id: z.string().min(1).max(100), url: z.url().max(2000).optional() })
      .optional(),
    privacy: z
      .strictObject({
        payload: z.enum(['keep', 'strip']).default('keep'),
        addresses: z.enum(['keep', 'pseudonymise']).default('keep'),
        names: Names.optional().describe('With `pseudonymise`: machines (without domain) and other names to rename wherever they stand.'),
        domains: Names.optional().describe('With `pseudonymise`: domains whose host names are to be renamed.'),
      })
      .refine(({ addresses, names, domains }) => addresses === 'pseudonymise' || (names === undefined && domains === undefined), {
        path: ['names'],
        error: '`names` and `domains` are renamed with `addresses: pseudonymise` only',
      })
      .default({ payload: 'keep', addresses: 'keep' }),
    asks: z
      .array(z.enum(ASKS))
      .max(10)
      .default([...ASKS])
      .describe('What is to be collected: the checklist.'),
    showReport: z.boolean().default(false).describe('Who sends files by this case’s upload link may also read its diagnosis.'),
    callbackUrl: z.url().max(2000).optional().describe('Told when this case is diagnosed or failed; https only.'),
  })
  .refine(({ scope, peer }) => scope !== 'peers' || peer !== undefined, {
    path: ['scope'],
    error: '`peers` keeps only packets to and from the peer: name it in `peer`, or leave `scope` out',
  })
  .refine((question) => !isWindowEmpty(question), { path: ['window'], error: EMPTY_WINDOW })

/** The question of a case as it is kept. */
export type CaseQuestion = z.infer<typeof CaseFields>

/** What `POST …/diagnose` may correct. */
export const Corrections = z.strictObject({
  window: CaseFields.shape.window,
  host: CaseFields.shape.host,
  peer: CaseFields.shape.peer,
  error: CaseFields.shape.error,
})
export type Corrections = z.infer<typeof Corrections>

/** The instant a case is about, in nanoseconds since the epoch. */
export function incidentNs(question: CaseQuestion): bigint {
  const written = readTime(question.incidentAt)
  if (written?.offsetMinutes === undefined) throw new Error('incidentAt was checked when the case was opened')
  return atOffset(written.localNs, written.offsetMinutes)
}

/** What is kept, before a file's own clock offset is applied. */
export function windowOf(question: CaseQuestion): Window {
  const tolerance = question.incidentToleranceSeconds
  return windowRound(incidentNs(question), { before: question.window?.before, after: question.window?.after, tolerance })
}

export const scopeOf = (question: CaseQuestion): 'all' | 'peers' => (question.peer ? (question.scope ?? 'peers') : 'all')

/** The same in the engine's words. */
export function engineQuestion(question: CaseQuestion, revision: number): Question {
  return {
    incidentAtNs: incidentNs(question),
    window: windowOf(question),
    toleranceSeconds: question.incidentToleranceSeconds,
    host: question.host,
    peer: question.peer ? { ip: question.peer.ip, port: question.peer.port } : undefined,
    timezone: question.timezone,
    error: question.error,
    revision,
    payloadStripped: question.privacy.payload === 'strip',
  }
}
