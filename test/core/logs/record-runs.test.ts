import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineFeedIn } from '../../../src/core/bytes/line-feed.ts'
import { bytesOf, cut, ns } from './support.ts'

const two = (n: number): string => String(n).padStart(2, '0')
const NIGHT = Date.parse('2025-10-25T23:59:30Z')

/** Layouts whose stamps differ in length, place and fraction. */
const WRITERS: readonly ((at: Date) => string)[] = [
  (at) => `${at.toISOString()} x`,
  (at) => `[${at.toISOString().slice(0, 19).replace('T', ' ')},${at.toISOString().slice(20, 23)}000] INFO x`,
  (at) =>
    `${at.getUTCMonth() + 1}/${at.getUTCDate()}/2025 ${at.getUTCHours() % 12 || 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} AM x`,
  (at) => `Oct ${at.getUTCDate()} ${at.toISOString().slice(11, 19)} host x`,
  (at) => `${at.toISOString().slice(11, 19)} x`,
]

/** Mostly close together, sometimes a little back, with lines between that start no record. */
const Step = fc.record({
  ms: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max: 40 }) }, fc.integer({ min: -1500, max: 20_000 })),
  more: fc.constantFrom('', '', '', '', '\n\tat x', '\n', '\nCaused by: 10:00:00.001'),
})

describe('records that come as a run', () => {
  it.each(WRITERS.map((write) => [write(new Date(NIGHT)), write] as const))('are what they are one by one: %s', async (_example, write) => {
    await fc.assert(
      fc.asyncProperty(fc.array(Step, { minLength: 1, maxLength: 120 }), fc.nat(119), fc.nat(100_000), async (steps, index, length) => {
        let at = NIGHT
        let from = 0n
        const lines = steps.map(({ ms, more }, i) => {
          at += ms
          if (i === index) from = BigInt(at) * 1_000_000n
          return `${write(new Date(at))}${more}`
        })
        const options = {
          window: { fromNs: from, toNs: from + BigInt(length) * 1_000_000n },
          incidentAtNs: ns('2025-10-26T00:00:00'),
          fileOptions: { timezone: 'Europe/London', dayFirst: false },
          digest: false,
        }
        const text = `${lines.join('\n')}\n`
        // In chunks shorter than a line no run is found.
        expect(await cut(text, options)).toEqual(await cut(text, options, 11))
      }),
      { numRuns: 60 },
    )
  })

  it('leave out no error of a long log, nor the record it belongs to', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => {
      const stamp = new Date(NIGHT + i * 7).toISOString()
      if (i % 9973 === 9972)
        return `${stamp} send to 10.0.0.${i % 7}:9100 failed:\n  An existing connection was forcibly closed by the\r\nremote host`
      return `${stamp} ${i % 5 === 0 ? 'idle' : 'label sent'}`
    })
    const text = `${lines.join('\n')}\n`
    const whole = await cut(text)
    expect(whole.logDigest.errors.map(({ line, peer }) => [line, peer])).toEqual([
      [9973, '10.0.0.4:9100'],
      [19_948, '10.0.0.2:9100'],
      [29_923, '10.0.0.0:9100'],
    ])
    expect(await cut(text, {}, 29)).toEqual(whole)
  })
})

it('a line feed is found wherever it stands', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60, max: 14 }), fc.nat(60), fc.nat(7), (bytes, from, offset) => {
      const room = new Uint8Array(offset + bytes.length)
      room.set(bytes, offset)
      expect(lineFeedIn(new DataView(room.buffer, offset), from)).toBe(bytes.indexOf(10, from))
    }),
  )
  expect(lineFeedIn(new DataView(bytesOf('ab\n').buffer), 0)).toBe(2)
})
