import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanCapture } from '../../../src/core/capture/scan.ts'
import { DEFAULT_START } from '../../support/capture-builder.ts'
import { concat } from '../../support/capture-files.ts'
import { cutToBytes, outcome } from '../../support/mangle.ts'
import { SCENES } from '../../support/scenes.ts'

const START_NS = BigInt(Date.parse(DEFAULT_START)) * 1_000_000n
const moment = fc.integer({ min: -500, max: 3500 }).map((ms) => START_NS + BigInt(ms) * 1_000_000n)

/** The packets alone, each with its stamp, sorted: what a cut must not change. */
async function packetsOf(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = []
  await scanCapture([bytes], (frame) => {
    const frameBytes = frame.buffer.subarray(frame.start, frame.start + frame.capturedLength)
    found.push(`${frame.seconds}.${frame.nanoseconds} ${frame.originalLength} ${frame.linkType} ${Buffer.from(frameBytes).toString('hex')}`)
  })
  return found.sort()
}

describe.each(SCENES)('%s', (_, file) => {
  it('gives the same frames and the same cut for any chunk size', async () => {
    const whole = await outcome(file, file.length)
    const window = { fromNs: START_NS, toNs: START_NS + 2_000_000_000n }
    const cut = await cutToBytes(file, window, file.length)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), async (size) => {
        expect(await outcome(file, size)).toEqual(whole)
        expect(await cutToBytes(file, window, size)).toEqual(cut)
      }),
      { numRuns: 40 },
    )
  })

  it('ends every prefix in packets or an InputError, and never with a packet that the whole lacks', async () => {
    const all = await packetsOf(file)
    for (let length = 0; length <= file.length; length += 1 + (length % 3)) {
      const prefix = file.slice(0, length)
      const { summary, code } = await outcome(prefix, 50)
      expect(code !== undefined || summary !== undefined).toBe(true)
      if (summary !== undefined) for (const packet of await packetsOf(prefix)) expect(all).toContain(packet)
    }
  })

  it('ends every byte flip in packets or an InputError, alike for any chunk size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const flipped = file.slice()
        flipped[at] = (flipped[at] ?? 0) ^ flip
        expect(await outcome(flipped, 17)).toEqual(await outcome(flipped, flipped.length))
      }),
      { numRuns: 150 },
    )
  })

  it('cut(a, b) and cut(b, c) hold together what cut(a, c) holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(moment, moment, moment), async (moments) => {
        const [a = 0n, b = 0n, c = 0n] = moments.toSorted((x, y) => (x < y ? -1 : 1))
        const [first, second, whole] = await Promise.all(
          [
            [a, b],
            [b, c],
            [a, c],
          ].map(([fromNs = 0n, toNs = 0n]) => cutToBytes(file, { fromNs, toNs })),
        )
        if (first === undefined || second === undefined || whole === undefined) throw new Error('three cuts')
        expect([...(await packetsOf(first.bytes)), ...(await packetsOf(second.bytes))].sort()).toEqual(await packetsOf(whole.bytes))
        const { before, after, withoutTime } = whole.facts.dropped
        expect(before + after + withoutTime + whole.facts.kept.records).toBe(whole.facts.capture.frames)
      }),
      { numRuns: 40 },
    )
  })

  it('cutting what was cut changes nothing', async () => {
    const window = { fromNs: START_NS, toNs: START_NS + 2_100_000_000n }
    const once = await cutToBytes(file, window)
    expect((await cutToBytes(once.bytes, window)).bytes).toEqual(once.bytes)
  })
})

it('names and secrets are not kept, interfaces and comments are', async () => {
  const [, file] = SCENES[4] ?? ['', new Uint8Array(0)]
  const { bytes } = await cutToBytes(file, { fromNs: START_NS, toNs: START_NS + 4_000_000_000n })
  const view = new DataView(bytes.buffer)
  const types: number[] = []
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4)) types.push(view.getUint32(at))
  expect(types).toEqual([0x0a0d0d0a, 1, 1, 6, 6, 6, 6, 6, 6, 6])
  expect(new TextDecoder().decode(bytes)).toContain('a comment')
})

it('random bytes end in packets or an InputError', async () => {
  const magics = [[0xd4, 0xc3, 0xb2, 0xa1], [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a], []].map((magic) =>
    Uint8Array.from(magic),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 2000 }), async (magic, rest) => {
      const bytes = concat([magic, rest])
      expect(await outcome(bytes, 9)).toEqual(await outcome(bytes, 100_000))
    }),
    { numRuns: 100 },
  )
})
