import { describe, expect, it } from 'vitest'
import { concat } from '../../../src/core/diagnosis/bundle-zip.ts'
import type { EvidenceFile } from '../../../src/core/diagnosis/question.ts'
import { cutUpload } from '../../../src/core/intake/cut-upload.ts'
import { pcap } from '../../support/capture-files.ts'
import { diagnosed, evidenceFile, moment, opened, sent } from '../../support/diagnosed.ts'

/** Two connections that were reset, 90 s apart. */
const TWO = `${opened(0)}${sent(0.01, 4)}
5 peer > host RST ACK
${`${opened(90)}${sent(90.01, 4)}
95 peer > host RST ACK`
  .replaceAll('host >', 'host:50000 >')
  .replaceAll('> host ', '> host:50000 ')}`

const window = (from: number, to: number) => ({ fromNs: moment(from), toNs: moment(to) })

async function cut(): Promise<EvidenceFile> {
  const out: Uint8Array[] = []
  const request = { window: window(-10, 200), scope: 'all', toolVersion: '0', by: 'service' } as const
  const output = { write: (piece: Uint8Array) => void out.push(piece.slice()), end: () => undefined, abort: () => undefined }
  const [receipt] = await cutUpload([pcap(TWO, {})], 'trace.pcap', {}, request, () => output)
  return evidenceFile('trace.pcap', 'capture', concat(out), {}, receipt)
}

describe('a cut capture', () => {
  it.each([
    ['the window it was cut to', window(-10, 200), 50_000, 95, false],
    ['a window that holds the first end alone', window(-10, 50), 49_822, 5, false],
    ['a window that reaches beyond the kept one', window(-1000, 50), 49_822, 5, true],
  ])('is looked at in %s', async (_, asked, port, endsAt, isBeyond) => {
    const { connection, limits } = await diagnosed([await cut()], { window: asked })
    expect(connection?.host.port).toBe(port)
    expect(Date.parse(connection?.endedAt ?? '')).toBe(Number(moment(endsAt) / 1_000_000n))
    expect(limits.some((limit) => limit.includes('beyond the one that was kept'))).toBe(isBeyond)
  })

  it('keeps its frame numbers in a narrower window', async () => {
    const whole = await diagnosed([await cut()], { window: window(-10, 200) })
    const later = await diagnosed([await cut()], { window: window(80, 200) })
    expect(later.evidence[0]?.refs).toEqual(whole.evidence[0]?.refs)
  })
})
