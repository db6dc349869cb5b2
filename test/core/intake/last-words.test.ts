import { describe, expect, it } from 'vitest'
import { concat } from '../../../src/core/diagnosis/bundle-zip.ts'
import { sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'
import { CasePrivacy } from '../../../src/core/diagnosis/privacy/privacy.ts'
import type { EvidenceFile } from '../../../src/core/diagnosis/question.ts'
import { cutUpload } from '../../../src/core/intake/cut-upload.ts'
import { MOST_LAST_WORDS } from '../../../src/core/intake/last-words.ts'
import { CutReceipt } from '../../../src/core/intake/receipt.ts'
import { plainReceipt } from '../../../src/core/intake/receipt-json.ts'
import { ALWAYS } from '../../../src/core/time/window.ts'
import { pcap } from '../../support/capture-files.ts'
import { captureFile, diagnosed, opened } from '../../support/diagnosed.ts'

/** A capture after its payload was cut away, as the service stores it, and all that is stored as text. */
async function stripped(text: string, addresses: 'keep' | 'pseudonymise' = 'keep'): Promise<{ file: EvidenceFile; stored: string }> {
  const out: Uint8Array[] = []
  const privacy = new CasePrivacy({ payload: 'strip', addresses })
  const request = { window: ALWAYS, scope: 'all', toolVersion: '0', by: 'service', privacy } as const
  const output = { write: (piece: Uint8Array) => void out.push(piece.slice()), end: () => undefined, abort: () => undefined }
  const [made] = await cutUpload([pcap(text, {})], 'trace.pcap', {}, request, () => output)
  if (made === undefined) throw new Error('one receipt')
  const receipt = CutReceipt.parse(plainReceipt(made))
  const bytes = concat(out)
  const source = sourceOfBytes('trace.pcap', bytes)
  const file: EvidenceFile = { file: 'captures/trace.pcap', name: 'trace.pcap', kind: 'capture', source, options: {}, receipt }
  return { file, stored: Buffer.from(bytes).toString('latin1') + JSON.stringify(receipt) }
}

/** The peer says something and resets; the host was still sending. */
const dying = (answer: string, port = 9100): string =>
  `${opened()}
0.010 host > peer PSH ACK len=1000
0.012 peer > host ACK
0.100 peer > host PSH ACK ${answer}
0.110 host > peer PSH ACK len=1000
0.120 peer > host RST ACK`.replaceAll('peer', port === 9100 ? 'peer' : `peer:${port}`)

const SECRET = 'Zr4Qx-secret'
const hex = (text: string): string => Buffer.from(text).toString('hex')

describe("the peer's answer of a capture whose payload was cut away", () => {
  it.each<[string, string, number, string, string]>([
    [
      'a PJL status keeps its code, not its display',
      `hex=${hex(`@PJL USTATUS DEVICE\r\nCODE=40022\r\nDISPLAY="${SECRET}"\r\n`)}`,
      9100,
      'pjl',
      'PJL status 40022 (operator intervention needed)',
    ],
    ['HTTP keeps its status, not its phrase', `hex=${hex(`HTTP/1.1 503 ${SECRET}\r\n\r\n${SECRET}`)}`, 9100, 'http', 'HTTP status 503'],
    [
      'IPP keeps its status',
      `hex=0101050600000001${hex(SECRET)}`,
      631,
      'ipp',
      'IPP status 0x0506 (server-error-not-accepting-jobs, RFC 8011 appendix B)',
    ],
    ['LPD keeps its code', 'hex=03', 515, 'lpd', 'LPD: refused with code 3 (RFC 1179 §6)'],
    [
      'a TLS alert keeps its description',
      'hex=15030300020228',
      9100,
      'tls-alert',
      'TLS alert, level fatal, description 40 handshake_failure (RFC 8446 §6)',
    ],
    ['other words stay unknown', `hex=${hex(SECRET)}`, 9100, 'unknown', 'not a protocol known here'],
  ])('%s', async (_, answer, port, protocol, meaning) => {
    const whole = await diagnosed([captureFile(dying(answer, port))])
    const { file, stored } = await stripped(dying(answer, port))
    const cut = await diagnosed([file], { payloadStripped: true })
    expect(cut.peerAnswer).toEqual({ ...whole.peerAnswer, text: null, protocol, meaning })
    expect(stored + JSON.stringify(cut)).not.toContain('secret')
    expect(stored).not.toContain('@PJL')
  })

  it('is found under the pseudonyms too, and the receipt names no address', async () => {
    const { file, stored } = await stripped(dying(`hex=${hex('@PJL USTATUS DEVICE\r\nCODE=42101\r\n')}`), 'pseudonymise')
    const { peerAnswer } = await diagnosed([file], { payloadStripped: true })
    expect(peerAnswer).toMatchObject({ text: null, protocol: 'pjl', meaning: 'PJL status 42101 (paper jam)' })
    expect(stored).not.toContain('10.0.0.9')
  })

  it.each([
    ['a keep-alive after it', '0.103 host > peer ACK\n0.105 peer > host ACK len=1 seq=33'],
    ['the same words again', `0.105 peer > host PSH ACK hex=${hex('@PJL USTATUS DEVICE\r\nCODE=10023\r\n')} seq=1`],
  ])('survives %s', async (_, line) => {
    const text = dying(`hex=${hex('@PJL USTATUS DEVICE\r\nCODE=10023\r\n')}`).replace('\n0.110', `\n${line}\n0.110`)
    const { file } = await stripped(text)
    expect((await diagnosed([file], { payloadStripped: true })).peerAnswer?.protocol).toBe('pjl')
  })

  it('of very many connections keeps the latest', async () => {
    const lines = Array.from({ length: MOST_LAST_WORDS + 500 }, (_, i) => {
      const port = 20_000 + i
      return `${(i / 1000).toFixed(3)} peer > host:${port} PSH ACK hex=${hex('@PJL INFO\r\nCODE=10001\r\n')}`
    })
    const { lastWords = [] } = (await stripped(lines.join('\n'))).file.receipt ?? {}
    expect(lastWords).toHaveLength(MOST_LAST_WORDS)
    expect(lastWords.at(-1)?.to.port).toBe(20_000 + MOST_LAST_WORDS + 499)
  })

  it('is in no receipt of a capture whose payload is kept', async () => {
    const output = { write: () => undefined, end: () => undefined, abort: () => undefined }
    const request = { window: ALWAYS, scope: 'all', toolVersion: '0', by: 'service' } as const
    const [receipt] = await cutUpload([pcap(dying('len=20'), {})], 'trace.pcap', {}, request, () => output)
    expect(receipt?.lastWords).toBeUndefined()
  })
})
