import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { decompress, newReport, peek } from '../../../src/core/bytes/decompress.ts'
import { concat } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'

interface Unpacked {
  readonly text: string
  readonly damage: string | undefined
  readonly code: string | undefined
  readonly compression: string
}

const SOUND = { damage: undefined, code: undefined }

async function unpack(bytes: Uint8Array, size = 1000): Promise<Unpacked> {
  const report = newReport()
  const parts: Uint8Array[] = []
  for await (const piece of decompress(reusing(bytes, size), report)) parts.push(piece.slice())
  return {
    text: new TextDecoder().decode(concat(parts)),
    damage: report.damage?.says,
    code: report.damage?.code,
    compression: report.compression,
  }
}

const LINES = Array.from({ length: 5000 }, (_, index) => `line ${index} ${(index * 7919) % 1013}`).join('\n')
const plain = new TextEncoder().encode(LINES)
const half = plain.length >> 1

it.each([1, 7, 1000, 1_000_000])('gzip is unpacked from %i-byte chunks', async (size) => {
  expect(await unpack(gzipSync(plain), size)).toEqual({ text: LINES, ...SOUND, compression: 'gzip' })
})

it.each([3, 1000, 1_000_000])('gzip of two members is unpacked whole (%i-byte chunks)', async (size) => {
  const two = concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))])
  expect(await unpack(two, size)).toEqual({ text: LINES, ...SOUND, compression: 'gzip' })
})

it('gzip that is cut off yields what was good, and says so', async () => {
  const whole = gzipSync(plain)
  const { text, damage, code } = await unpack(whole.subarray(0, whole.length * 0.7))
  expect(LINES.startsWith(text)).toBe(true)
  expect(text.length).toBeGreaterThan(LINES.length * 0.6)
  expect(code).toBe('gzip-truncated')
  expect(damage).toMatch(/cut off in its data: it ends after \d+ bytes/)
})

/** With bytes of the eight at its end turned over: CRC-32, then the length. */
function withTrailer(at: number): Uint8Array {
  const packed = Uint8Array.from(gzipSync(plain))
  packed[packed.length - 8 + at] = (packed[packed.length - 8 + at] ?? 0) ^ 0x55
  return packed
}

const packed = gzipSync(plain)
const rubbish = new Uint8Array(5000).fill(0x41)
const second = gzipSync(plain)
second[second.length - 1] = 77

it.each<[string, Uint8Array, string, RegExp]>([
  ['without its trailer', packed.subarray(0, -8), 'gzip-truncated', /cut off in the checksum at its end/],
  ['whose trailer is cut', packed.subarray(0, -3), 'gzip-truncated', /cut off in the checksum at its end/],
  ['with a wrong CRC-32', withTrailer(2), 'gzip-damaged', /its checksum \(CRC-32\) does not fit/],
  ['with a wrong length', withTrailer(7), 'gzip-damaged', /the length at its end does not fit/],
  ['followed by garbage', concat([packed, rubbish]), 'gzip-damaged', /what follows its end is no gzip/],
  ['followed by half a header', concat([packed, packed.subarray(0, 6)]), 'gzip-truncated', /cut off in its header/],
])('gzip %s yields all of it, and says so', async (_, bytes, expected, says) => {
  for (const size of [7, 1_000_000]) {
    const { text, code, damage } = await unpack(bytes, size)
    expect([text, code]).toEqual([LINES, expected])
    expect(damage).toMatch(says)
  }
})

it('gzip whose second member has a wrong length yields both, and says so', async () => {
  const { text, code } = await unpack(concat([packed, second]))
  expect([text, code]).toEqual([LINES + LINES, 'gzip-damaged'])
})

it('gzip with names, comments and zeros behind it is unpacked whole', async () => {
  const header = [0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3, 0x61, 0, 0x62, 0x63, 0, 0, 0]
  const dressed = concat([Uint8Array.from(header), packed.subarray(10), new Uint8Array(1000), packed])
  for (const size of [1, 5, 10_000]) expect(await unpack(dressed, size)).toEqual({ text: LINES + LINES, ...SOUND, compression: 'gzip' })
})

it('gzip cut at any byte yields a beginning and says that it is cut off', async () => {
  const short = gzipSync('a single short block, a single short block')
  for (let length = 4; length < short.length; length++) {
    const { text, code } = await unpack(short.subarray(0, length), 3)
    expect('a single short block, a single short block'.startsWith(text)).toBe(true)
    expect(code).toBe('gzip-truncated')
  }
})

it('gzip with a damaged second half yields the first', async () => {
  const whole = gzipSync(plain)
  whole.fill(0xff, whole.length >> 1, (whole.length >> 1) + 500)
  const { text, damage } = await unpack(whole)
  expect(text.slice(0, 20_000)).toBe(LINES.slice(0, 20_000))
  expect(damage).toMatch(/damaged/)
})

it('what is not compressed passes as it is', async () => {
  expect(await unpack(plain)).toEqual({ text: LINES, ...SOUND, compression: 'none' })
  expect(await unpack(new Uint8Array(0))).toEqual({ text: '', ...SOUND, compression: 'none' })
})

it.each([
  ['its size', { maxBytes: 1_000_000, maxRatio: 1100 }, 1_000_000, /unpacks to more than 1000000 bytes: its first \d+ bytes were read/],
  ['its ratio', { maxBytes: 1e12, maxRatio: 200 }, 64 * 2 ** 20, /unpacks to over 200 times its size/],
])('a bomb is read up to the limit of %s, and that is said', async (_, limits, most, says) => {
  const report = newReport()
  const bomb = gzipSync(new Uint8Array(most * 2))
  let read = 0
  for await (const piece of decompress([bomb], report, limits)) read += piece.length
  expect(read).toBeLessThanOrEqual(most)
  expect(read).toBeGreaterThan(most * 0.8)
  expect(report.damage).toMatchObject({ code: 'expansion-limit', says: expect.stringMatching(says) })
})

it('peeks at the first bytes and loses none', async () => {
  const { head, chunks } = await peek(reusing(plain, 3), 10)
  expect(new TextDecoder().decode(head)).toBe(LINES.slice(0, 10))
  const parts: Uint8Array[] = []
  for await (const piece of chunks) parts.push(piece.slice())
  expect(concat(parts)).toEqual(plain)
})
