import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../../src/core/bytes/chunks.ts'
import { type CutLogOptions, cutLog } from '../../../src/core/logs/cut-log.ts'
import { cutLogSource } from '../../../src/core/logs/cut-log-seek.ts'
import { bytesOf, inOneBuffer, ns, span } from './support.ts'

const BASE = Date.UTC(2025, 5, 14)
const stampOf = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')

/** About 2 MB over a day: a record every four seconds, some late, some with a trace of lines behind them. */
function logText(write: (ms: number) => string, lateMs: (n: number) => number = (n) => (n % 13 === 0 ? 20_000 : 0)): string {
  return Array.from({ length: 21_600 }, (_, n) => {
    const more = n % 50 === 7 ? `\tat some.Class(${n})\n`.repeat(9) : ''
    return `${write(BASE + n * 4000 - lateMs(n))} INFO record ${n} of a log that says what it does\n${more}`
  }).join('')
}

interface Watched extends Source {
  readonly bytesRead: () => number
}

function sourceOf(bytes: Uint8Array): Watched {
  let total = 0
  const counted = function* (from: number): Generator<Uint8Array> {
    for (const chunk of inOneBuffer(bytes.subarray(from), 50_000)) {
      total += chunk.length
      yield chunk
    }
  }
  return {
    name: 'a.log',
    size: bytes.length,
    open: () => counted(0),
    openFrom: counted,
    read: async (offset, length) => {
      total += length
      return new Uint8Array(bytes.subarray(offset, offset + length))
    },
    bytesRead: () => total,
  }
}

async function bothWays(text: string, options: CutLogOptions) {
  const bytes = bytesOf(text)
  const source = sourceOf(bytes)
  let sought = ''
  const decoder = new TextDecoder()
  const { seeked, cut } = await cutLogSource(source, options, () => {
    sought = ''
    return (piece) => {
      sought += decoder.decode(piece)
    }
  })
  let whole = ''
  const full = await cutLog([bytes], options, (piece) => {
    whole += decoder.decode(piece)
  })
  return { seeked, cut, sought, whole, full, share: source.bytesRead() / bytes.length }
}

describe('a log that is cut by seeking', () => {
  const text = logText(stampOf)

  it('keeps what the cut in one pass keeps, for any window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -100, max: 86_500 }), fc.integer({ min: 1, max: 3000 }), async (at, length) => {
        const fromNs = BigInt(BASE + at * 1000) * 1_000_000n
        const { sought, whole, cut, full } = await bothWays(text, { window: { fromNs, toNs: fromNs + BigInt(length) * 1_000_000_000n } })
        expect(sought === whole).toBe(true)
        expect(cut.kept).toEqual(full.kept)
      }),
      { numRuns: 25 },
    )
  })

  it('reads little more than the window', async () => {
    const { seeked, sought, whole, share } = await bothWays(text, { window: span('2025-06-14T15:00:00', '2025-06-14T15:10:00') })
    expect([seeked, sought === whole, share < 0.6]).toEqual([true, true, true])
  })

  it('through the autumn night of a zone too', async () => {
    const night = Date.UTC(2025, 9, 26) - BASE
    const local = (ms: number): string => stampOf(ms + night + (ms + night < Date.UTC(2025, 9, 26, 1) ? 2 : 1) * 3_600_000)
    const { sought, whole } = await bothWays(
      logText(local, () => 0),
      { window: span('2025-10-26T00:40:00', '2025-10-26T01:20:00'), fileOptions: { timezone: 'Europe/Berlin' } },
    )
    expect([sought.length > 0, sought === whole]).toEqual([true, true])
  })
})

describe('a log that cannot be sought is read whole', () => {
  const window = span('2025-06-14T15:00:00', '2025-06-14T15:10:00')

  it.each<[string, string, Partial<CutLogOptions>]>([
    ['records an hour late', logText(stampOf, (n) => (n % 1000 === 0 ? 3_600_000 : 0)), {}],
    ['stamps without a year', logText((ms) => `Jun 14 ${stampOf(ms).slice(11, 19)}`), { incidentAtNs: ns('2025-06-14T15:00:00') }],
    ['dates that can be read both ways', logText((ms) => `06/07/2025 ${stampOf(ms).slice(11, 19)}`), {}],
    [
      'JSON lines',
      Array.from({ length: 9000 }, (_, n) => JSON.stringify({ time: new Date(BASE + n * 9000).toISOString(), msg: 'x' })).join('\n'),
      {},
    ],
    ['a header that is wanted', logText(stampOf), { keepHeader: true }],
    ['nothing inside', logText(stampOf), { window: span('2026-01-01T00:00:00', '2026-01-02T00:00:00') }],
  ])('%s', async (_why, text, more) => {
    const { seeked, sought, whole, cut, full } = await bothWays(text, { window, ...more })
    expect([seeked, sought === whole]).toEqual([false, true])
    expect(cut.recordsSeen).toBe(full.recordsSeen)
  })
})
