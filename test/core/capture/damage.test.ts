import { expect, it } from 'vitest'
import { scanCapture } from '../../../src/core/capture/scan.ts'
import type { CaptureSummary } from '../../../src/core/capture/summary.ts'
import { concat, pcap, pcapng } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'

const LINES = Array.from({ length: 20 }, (_, index) => `${index} host > peer ACK len=${100 + index}`).join('\n')
const recordLength = (index: number): number => 16 + 54 + 100 + index
const recordStart = (index: number): number => 24 + Array.from({ length: index }, (_, n) => recordLength(n)).reduce((a, b) => a + b, 0)

async function scan(bytes: Uint8Array): Promise<CaptureSummary> {
  const [one, ...others] = await Promise.all([bytes.length, 1, 13, 4096].map((size) => scanCapture(reusing(bytes, size))))
  for (const other of others) expect(other).toEqual(one)
  if (one === undefined) throw new Error('nothing was scanned')
  return one
}

const patched = (bytes: Uint8Array, at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

const inserted = (bytes: Uint8Array, at: number, piece: Uint8Array): Uint8Array =>
  concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
const file = pcap(LINES)
const garbage = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919 + 131) & 0xff)

it.each<[string, Uint8Array, number, Partial<CaptureSummary['damage'][number]>]>([
  [
    'a tail cut off inside a frame',
    file.slice(0, -5),
    19,
    { code: 'truncated', offset: recordStart(19), bytesSkipped: recordLength(19) - 5 },
  ],
  [
    'a tail cut off inside a header',
    file.slice(0, recordStart(19) + 7),
    19,
    { code: 'truncated', offset: recordStart(19), bytesSkipped: 7 },
  ],
  [
    'an absurd length',
    patched(file, recordStart(5) + 8, 0xff, 0xff, 0xff, 0x7f),
    19,
    { code: 'skipped-garbage', offset: recordStart(5), bytesSkipped: recordLength(5) },
  ],
  [
    'garbage in the middle',
    inserted(file, recordStart(7), garbage),
    20,
    { code: 'skipped-garbage', offset: recordStart(7), bytesSkipped: 5000 },
  ],
  [
    'a hole of zeros',
    inserted(file, recordStart(7), new Uint8Array(70_000)),
    20,
    { code: 'skipped-garbage', offset: recordStart(7), bytesSkipped: 70_000 },
  ],
  ['garbage at the end', concat([file, garbage]), 20, { code: 'skipped-garbage', offset: file.length, bytesSkipped: 5000 }],
  ['two captures laid end to end', concat([file, pcap(LINES)]), 40, { code: 'second-file-header', offset: file.length, bytesSkipped: 24 }],
])('pcap with %s keeps what is good and says where', async (_, bytes, frames, note) => {
  const summary = await scan(bytes)
  expect(summary.frames).toBe(frames)
  expect(summary.damage).toHaveLength(1)
  expect(summary.damage[0]).toMatchObject(note)
})

const blocks = pcapng(LINES)
const firstBlock = blocks.indexOf(6, 28 + 16)
const blockLength = (index: number): number => 32 + ((54 + 100 + index + 3) & ~3)
const headLength = blocks.length - Array.from({ length: 20 }, (_, n) => blockLength(n)).reduce((a, b) => a + b, 0)
const blockStart = (index: number): number =>
  headLength + Array.from({ length: index }, (_, n) => blockLength(n)).reduce((a, b) => a + b, 0)

it.each<[string, Uint8Array, number, Partial<CaptureSummary['damage'][number]>]>([
  ['a tail cut off', blocks.slice(0, -5), 19, { code: 'truncated', offset: blockStart(19) }],
  [
    'a block length that is no multiple of 4',
    patched(blocks, blockStart(5) + 4, 0x31, 0x01),
    19,
    { code: 'skipped-garbage', offset: blockStart(5) },
  ],
  [
    'an absurd block length',
    patched(blocks, blockStart(5) + 6, 0xff, 0x7f),
    19,
    { code: 'skipped-garbage', offset: blockStart(5), bytesSkipped: blockLength(5) },
  ],
  [
    'a wrong trailing length',
    patched(blocks, blockStart(6) - 4, 0xff),
    20,
    { code: 'wrong-length', offset: blockStart(5), bytesSkipped: 0 },
  ],
  [
    'garbage in the middle',
    inserted(blocks, blockStart(7), garbage.subarray(0, 4999)),
    20,
    { code: 'skipped-garbage', offset: blockStart(7), bytesSkipped: 4999 },
  ],
  [
    'a captured length beyond the block',
    patched(blocks, blockStart(5) + 21, 0x40),
    19,
    { code: 'skipped-garbage', offset: blockStart(5), bytesSkipped: blockLength(5) },
  ],
  ['an interface that is not described', patched(blocks, blockStart(5) + 8, 9), 20, { code: 'unknown-interface', offset: blockStart(5) }],
])('pcapng with %s keeps what is good and says where', async (_, bytes, frames, note) => {
  expect(firstBlock).toBeGreaterThan(0)
  const summary = await scan(bytes)
  expect(summary.frames).toBe(frames)
  expect(summary.damage).toHaveLength(1)
  expect(summary.damage[0]).toMatchObject(note)
})

it('more notes than are listed are counted', async () => {
  const parts = Array.from({ length: 60 }, () => concat([pcap(LINES).subarray(24), garbage.subarray(0, 100)]))
  const summary = await scanCapture([concat([pcap(''), ...parts])])
  expect(summary.damage).toHaveLength(50)
  expect(summary).toMatchObject({ damageCount: 60, frames: 1200, bytesSkipped: 6000 })
})
