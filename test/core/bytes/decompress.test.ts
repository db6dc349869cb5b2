import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { decompress, newReport, peek } from '../../../src/core/bytes/decompress.ts'
import { concat } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'

async function unpack(bytes: Uint8Array, size = 1000): Promise<{ text: string; damage: string | undefined; compression: string }> {
  const report = newReport()
  const parts: Uint8Array[] = []
  for await (const piece of decompress(reusing(bytes, size), report)) parts.push(piece.slice())
  return { text: new TextDecoder().decode(concat(parts)), damage: report.damage, compression: report.compression }
}

const LINES = Array.from({ length: 5000 }, (_, index) => `line ${index} ${(index * 7919) % 1013}`).join('\n')
const plain = new TextEncoder().encode(LINES)
const half = plain.length >> 1

it.each([1, 7, 1000, 1_000_000])('gzip is unpacked from %i-byte chunks', async (size) => {
  expect(await unpack(gzipSync(plain), size)).toEqual({ text: LINES, damage: undefined, compression: 'gzip' })
})

it.each([3, 1000, 1_000_000])('gzip of two members is unpacked whole (%i-byte chunks)', async (size) => {
  const two = concat([gzipSync(plain.subarray(0, half)), gzipSync(plain.subarray(half))])
  expect(await unpack(two, size)).toEqual({ text: LINES, damage: undefined, compression: 'gzip' })
})

it('gzip that is cut off yields what was good, and says so', async () => {
  const whole = gzipSync(plain)
  const { text, damage } = await unpack(whole.subarray(0, whole.length * 0.7))
  expect(LINES.startsWith(text)).toBe(true)
  expect(text.length).toBeGreaterThan(LINES.length * 0.6)
  expect(damage).toMatch(/cut off/)
})

it('gzip followed by garbage yields all of it, and says so', async () => {
  const { text, damage } = await unpack(concat([gzipSync(plain), new Uint8Array(5000).fill(0x41)]))
  expect(text).toBe(LINES)
  expect(damage).toMatch(/damaged/)
})

it('gzip with a damaged second half yields the first', async () => {
  const whole = gzipSync(plain)
  whole.fill(0xff, whole.length >> 1, (whole.length >> 1) + 500)
  const { text, damage } = await unpack(whole)
  expect(text.slice(0, 20_000)).toBe(LINES.slice(0, 20_000))
  expect(damage).toMatch(/damaged/)
})

it('what is not compressed passes as it is', async () => {
  expect(await unpack(plain)).toEqual({ text: LINES, damage: undefined, compression: 'none' })
  expect(await unpack(new Uint8Array(0))).toEqual({ text: '', damage: undefined, compression: 'none' })
})

it('refuses a bomb', async () => {
  const report = newReport()
  const bomb = gzipSync(new Uint8Array(2_000_000))
  const reading = async () => {
    for await (const _ of decompress([bomb], report, { maxBytes: 1_000_000, maxRatio: 1100 }));
  }
  await expect(reading()).rejects.toMatchObject({ code: 'archive-too-large' })
})

it('peeks at the first bytes and loses none', async () => {
  const { head, chunks } = await peek(reusing(plain, 3), 10)
  expect(new TextDecoder().decode(head)).toBe(LINES.slice(0, 10))
  const parts: Uint8Array[] = []
  for await (const piece of chunks) parts.push(piece.slice())
  expect(concat(parts)).toEqual(plain)
})
