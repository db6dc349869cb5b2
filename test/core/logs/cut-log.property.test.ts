import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutLog } from '../../../src/core/logs/cut-log.ts'
import { layoutsOf } from '../../../src/core/logs/line-shape.ts'
import { LOG_FORMATS } from '../../../src/core/logs/log-formats.ts'
import { cut, inOneBuffer } from './support.ts'
import { LAYOUTS, type Layout, localAt, offsetMinutes, startsIn, ZONES } from './written-logs.ts'

interface Written {
  readonly text: string
  readonly ns: bigint
}

interface Gap {
  readonly seconds: number
  readonly micros: number
  readonly lines: number
}

/** A log's records in time order; a gap between them keeps readings in the autumn overlap unambiguous by order. */
function write(layout: Layout, zone: string, base: number, gaps: readonly Gap[], eol: string): Written[] {
  let utc = base
  const unit = 10 ** (6 - layout.digits)
  return gaps.map(({ seconds, micros, lines }, index) => {
    utc += seconds
    const kept = Math.floor(micros / unit) * unit
    const offset = offsetMinutes(zone, utc)
    const first = layout.write(localAt(utc, kept, offset, layout.digits), offset, utc)
    const more = Array.from({ length: layout.folds ? lines : 0 }, (_, i) => `\tat line ${i} of record ${index}`)
    return { text: [first, ...more].join(eol) + (layout.close ?? '') + eol, ns: BigInt(utc) * 1_000_000_000n + BigInt(kept) * 1000n }
  })
}

const Gap = fc.record({
  seconds: fc.integer({ min: 0, max: 400 }),
  micros: fc.integer({ min: 0, max: 999_999 }),
  lines: fc.integer({ min: 0, max: 2 }),
})
const STARTS = new Map(ZONES.map((zone) => [zone, startsIn(zone.startsWith('+') ? 'UTC' : zone)]))
const Place = (zone: string | undefined) =>
  (zone === undefined ? fc.constantFrom(...ZONES) : fc.constant(zone)).chain((name) =>
    fc.tuple(fc.constant(name), fc.constantFrom(...(STARTS.get(name) ?? []))),
  )
const encoder = new TextEncoder()

it.each(LAYOUTS.map((layout) => [layout.name, layout] as const))(
  'keeps every record inside the window and none outside: %s',
  async (_name, layout) => {
    await fc.assert(
      fc.asyncProperty(
        Place(layout.zone),
        fc.array(Gap, { minLength: 2, maxLength: 30 }),
        fc.tuple(fc.nat(29), fc.nat(29)),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 700 }),
        async ([zone, base], gaps, [a, b], eol, chunkSize) => {
          const records = write(layout, zone, base, gaps, layout.name.startsWith('journal') ? '\n' : eol)
          const times = [records[a % records.length]?.ns ?? 0n, records[b % records.length]?.ns ?? 0n].sort((x, y) => (x < y ? -1 : 1))
          const [from = 0n, to = 0n] = times
          const frame = (line: string | undefined): string => (line === undefined ? '' : line + eol)
          const bytes = encoder.encode(frame(layout.header) + records.map((record) => record.text).join('') + frame(layout.footer))
          const first = base + (gaps[0]?.seconds ?? 0)
          let kept = ''
          const result = await cutLog(
            inOneBuffer(bytes, chunkSize),
            {
              window: { fromNs: from, toNs: to },
              incidentAtNs: from,
              fileName: layout.fileName?.(localAt(first, 0, offsetMinutes(zone, first), 0)),
              fileOptions: { timezone: zone, ...layout.options },
            },
            (piece) => {
              kept += new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece)
            },
          )
          const inside = records.filter(({ ns }) => ns >= from && ns < to)
          expect(kept).toBe(inside.map((record) => record.text).join(''))
          expect(result.kept.records).toBe(inside.length)
          expect(result.recordsSeen).toBe(records.length)
          expect(result.dropped.before + result.dropped.after).toBe(records.length - inside.length)
        },
      ),
      { numRuns: 100 },
    )
  },
)

it('and that over every format and every layout of stamps there is, but evtx (see shared-logs.peer.test.ts)', async () => {
  const met = await Promise.all(
    LAYOUTS.map(async (layout) => {
      const records = write(layout, 'UTC', startsIn('UTC')[0] ?? 0, [{ seconds: 0, micros: 0, lines: 0 }], '\n')
      const { format, options } = await cut(`${layout.header ? `${layout.header}\n` : ''}${records[0]?.text}`, {
        incidentAtNs: records[0]?.ns,
        fileOptions: { timezone: 'UTC', ...layout.options },
      })
      return { format, stamps: options.stampLayout }
    }),
  )
  const formats = LOG_FORMATS.map(({ id }) => id).filter((id) => id !== 'evtx')
  const stamps = (['dated', 'time-only', 'epoch'] as const).flatMap((set) => layoutsOf(set).map(({ id }) => id))
  expect(new Set(met.map(({ format }) => format))).toEqual(new Set(formats))
  expect(new Set(met.map(({ stamps: id }) => id))).toEqual(new Set([...stamps, 'timeFormat']))
})
