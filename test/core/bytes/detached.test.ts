import { gzipSync, zstdCompressSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { decompress, newReport } from '../../../src/core/bytes/decompress.ts'
import { cutUpload } from '../../../src/core/intake/cut-upload.ts'
import { ALWAYS } from '../../../src/core/time/window.ts'
import { concat, pcap } from '../../support/capture-files.ts'
import { detaching } from '../../support/chunks.ts'

const PLAIN = pcap(Array.from({ length: 300 }, (_, i) => `${i} host > peer PSH ACK len=${400 + i}`).join('\n'))
const LOG = Buffer.from('2026-09-29T10:00:00Z job started\n2026-09-29T10:00:05Z job failed\n')

describe.each([1000, 60_000, 1_000_000])('whose buffers are taken back, %i bytes a piece', (size) => {
  it.each<[string, Uint8Array]>([
    ['gzip', gzipSync(PLAIN)],
    ['zstd', zstdCompressSync(PLAIN)],
    ['no compression', PLAIN],
  ])('an input of %s is read whole', async (_, file) => {
    const parts: Uint8Array[] = []
    for await (const piece of decompress(detaching(file, size), newReport())) parts.push(piece.slice())
    expect(Buffer.from(concat(parts)).equals(Buffer.from(PLAIN))).toBe(true)
  })

  it('a zip is cut whole', async () => {
    const zip = zipSync({ 'a.pcap': PLAIN, 'logs/b.log': LOG, 'stored.log': [LOG, { level: 0 }] })
    const request = { window: ALWAYS, scope: 'all', toolVersion: '0', by: 'client' } as const
    const output = { write: () => undefined, end: () => undefined, abort: () => undefined }
    const receipts = await cutUpload(detaching(zip, size), 'case.zip', {}, request, () => output)
    expect(receipts.map(({ entry, kept }) => [entry, kept.records])).toEqual([
      ['a.pcap', 300],
      ['logs/b.log', 2],
      ['stored.log', 2],
    ])
  })
})
