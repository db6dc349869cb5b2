import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Inflater, type InflateState } from '../../../src/core/bytes/inflate.ts'
import { concat } from '../../support/capture-files.ts'

/** All of `packed`, given in pieces of `size` bytes. */
function inflate(packed: Uint8Array, size: number): { state: InflateState; bytes: Uint8Array; rest: number; next: number | undefined } {
  const inflater = new Inflater()
  const parts: Uint8Array[] = []
  for (let at = 0; ; ) {
    const state = inflater.run()
    parts.push(inflater.ready.slice())
    if (state === 'output') continue
    if (state !== 'input') return { state, bytes: concat(parts), rest: inflater.rest.length, next: inflater.rest[0] }
    if (at >= packed.length) inflater.finish()
    else inflater.feed(packed.subarray(at, at + size))
    at += size
  }
}

const LINES = new TextEncoder().encode(Array.from({ length: 3000 }, (_, index) => `line ${index} ${(index * 7919) % 1013}`).join('\n'))
const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants

const pieces = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3000 })).map(([unit, times]) => {
    return Uint8Array.from({ length: unit.length * times }, (_, index) => unit[index % unit.length] ?? 0)
  }),
  fc.nat(LINES.length).map((end) => LINES.subarray(0, end)),
)

it('gives back what zlib packed, at any level and strategy, for any size of pieces', () => {
  const options = fc.record({
    level: fc.constantFrom(0, 1, 6, 9),
    strategy: fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE),
  })
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 4 }), options, fc.integer({ min: 1, max: 70_000 }), (parts, how, size) => {
      const plain = concat(parts)
      const { state, bytes, rest } = inflate(deflateRawSync(plain, how), size)
      expect([state, rest]).toEqual(['end', 0])
      expect(Buffer.from(bytes).equals(plain)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

it('says where the stream ends, for any size of pieces', () => {
  const behind = Uint8Array.from({ length: 50 }, (_, index) => index)
  for (let end = 0; end < 200; end++) {
    const stream = concat([deflateRawSync(LINES.subarray(0, end * 7)), behind])
    for (const size of [1, 2, 3, 1e6]) expect(inflate(stream, size)).toMatchObject({ state: 'end', next: 0 })
  }
})

it('of a stream that is cut off gives a beginning: all but what its last bytes hold', () => {
  const packed = deflateRawSync(LINES)
  for (let length = 0; length < packed.length; length += 13) {
    const { state, bytes } = inflate(packed.subarray(0, length), 500)
    expect(state).toBe('cut-off')
    expect(Buffer.from(bytes).equals(LINES.subarray(0, bytes.length))).toBe(true)
  }
})

it('of a damaged stream gives what zlib gives, or says that it is damaged where zlib does, alike for any size of pieces', () => {
  const packed = deflateRawSync(LINES)
  fc.assert(
    fc.property(fc.nat(packed.length - 1), fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 3000 }), (at, flip, size) => {
      const flipped = Uint8Array.from(packed)
      flipped[at] = (flipped[at] ?? 0) ^ flip
      const { state, bytes } = inflate(flipped, size)
      expect(inflate(flipped, flipped.length)).toMatchObject({ state, bytes })
      if (state === 'end') expect(Buffer.from(bytes).equals(inflateRawSync(flipped))).toBe(true)
      else expect(() => inflateRawSync(flipped)).toThrow()
    }),
    { numRuns: 300 },
  )
})

it('random bytes end in a state, never in an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(['end', 'damaged', 'cut-off']).toContain(inflate(bytes, 300).state)
    }),
    { numRuns: 500 },
  )
})
