import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutLog } from '../../../src/core/logs/cut-log.ts'
import { civilFromDays } from '../../../src/core/time/civil.ts'
import { inOneBuffer } from './support.ts'

/** One way to write a log: how a record at a UTC moment looks, on a wall clock that is `zone`'s. */
interface Layout {
  readonly name: string
  readonly zone: string
  /** Digits of the fraction. */
  readonly digits: 0 | 3 | 6
  readonly header?: string
  readonly write: (local: Local, offset: number, utc: number) => string
  readonly dayFirst?: boolean
}

interface Local {
  readonly y: number
  readonly mo: number
  readonly d: number
  readonly h: number
  readonly mi: number
  readonly s: number
  readonly fraction: string
}

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const clock = (t: Local): string => `${two(t.h)}:${two(t.mi)}:${two(t.s)}`
const halfDay = (t: Local): string => `${t.h % 12 || 12}:${two(t.mi)}:${two(t.s)} ${t.h < 12 ? 'AM' : 'PM'}`
const zoneOf = (offset: number, colon: string): string =>
  `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${colon}${two(Math.abs(offset) % 60)}`

const LAYOUTS: readonly Layout[] = [
  {
    name: 'ISO with a zone',
    zone: 'Europe/Berlin',
    digits: 3,
    write: (t, o) => `${t.y}-${two(t.mo)}-${two(t.d)}T${clock(t)}.${t.fraction}${zoneOf(o, ':')} INFO`,
  },
  {
    name: 'ISO without a zone',
    zone: 'Asia/Kolkata',
    digits: 6,
    write: (t) => `${t.y}-${two(t.mo)}-${two(t.d)} ${clock(t)}.${t.fraction} [main] INFO`,
  },
  {
    name: 'log4j in brackets',
    zone: 'America/Sao_Paulo',
    digits: 3,
    write: (t) => `[${t.y}-${two(t.mo)}-${two(t.d)} ${clock(t)},${t.fraction}] [INFO]`,
  },
  { name: 'US with AM and PM', zone: 'UTC', digits: 0, dayFirst: false, write: (t) => `${t.mo}/${t.d}/${t.y} ${halfDay(t)}` },
  { name: 'European with dots', zone: 'Europe/London', digits: 0, write: (t) => `${two(t.d)}.${two(t.mo)}.${t.y} ${clock(t)};` },
  { name: 'day first with hyphens', zone: 'UTC', digits: 0, dayFirst: true, write: (t) => `${two(t.d)}-${two(t.mo)}-${t.y} ${clock(t)}` },
  {
    name: 'Apache',
    zone: 'Australia/Lord_Howe',
    digits: 0,
    write: (t, o) => `10.0.0.1 - - [${two(t.d)}/${MONTHS[t.mo - 1]}/${t.y}:${clock(t)} ${zoneOf(o, '')}] "GET /"`,
  },
  {
    name: 'RFC 3164 syslog',
    zone: 'UTC',
    digits: 0,
    write: (t) => `<13>${MONTHS[t.mo - 1]} ${String(t.d).padStart(2, ' ')} ${clock(t)} host app:`,
  },
  {
    name: 'epoch milliseconds in JSON',
    zone: 'UTC',
    digits: 3,
    write: (t, _o, utc) => `{"level":30,"time":${utc}${t.fraction},"msg":"x"}`,
  },
  {
    name: 'JSON with an ISO time',
    zone: 'UTC',
    digits: 6,
    write: (t) => `{"msg":"x","@timestamp":"${t.y}-${two(t.mo)}-${two(t.d)}T${clock(t)}.${t.fraction}Z"}`,
  },
  {
    name: 'CSV rows',
    zone: 'UTC',
    digits: 0,
    header: 'Level,Date and Time,Source',
    write: (t) => `Error,${t.y}/${two(t.mo)}/${two(t.d)} ${clock(t)},App,"one, ""two"`,
  },
  {
    name: 'W3C',
    zone: 'UTC',
    digits: 0,
    header: '#Fields: date time s-ip',
    write: (t) => `${t.y}-${two(t.mo)}-${two(t.d)} ${clock(t)} 10.0.0.1`,
  },
]

/** Nights on which clocks are set, and an ordinary day: UTC seconds. */
const BASES = [
  Date.UTC(2025, 9, 26, 0, 50),
  Date.UTC(2025, 2, 30, 0, 50),
  Date.UTC(2024, 1, 29, 23, 59),
  Date.UTC(2025, 11, 31, 23, 58),
  Date.UTC(2025, 5, 14, 9, 0),
].map((ms) => ms / 1000)

/** An independent clock: Node's own time zone data, no code of ours. */
function offsetMinutes(zone: string, utc: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(utc * 1000)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /GMT([+-])(\d+)(?::(\d+))?/.exec(name)
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) : 0
}

function localAt(utc: number, micros: number, offset: number, digits: number): Local {
  const local = utc + offset * 60
  const days = Math.floor(local / 86_400)
  const { year, month, day } = civilFromDays(days)
  const rest = local - days * 86_400
  return {
    y: year,
    mo: month,
    d: day,
    h: Math.floor(rest / 3600),
    mi: Math.floor(rest / 60) % 60,
    s: rest % 60,
    fraction: String(micros).padStart(6, '0').slice(0, digits),
  }
}

interface Written {
  readonly text: string
  readonly ns: bigint
}

/** A log's records in time order; a gap between them keeps readings in the autumn overlap unambiguous by order. */
function write(layout: Layout, base: number, gaps: readonly { seconds: number; micros: number; lines: number }[], eol: string): Written[] {
  let utc = base
  return gaps.map(({ seconds, micros, lines }, index) => {
    utc += seconds
    const unit = 10 ** (6 - layout.digits)
    const kept = Math.floor(micros / unit) * unit
    const offset = offsetMinutes(layout.zone, utc)
    const first = layout.write(localAt(utc, kept, offset, layout.digits), offset, utc)
    const quoted = layout.name === 'CSV rows' ? ' end"' : ''
    const more = Array.from({ length: lines }, (_, i) => `\tat line ${i} of record ${index}`)
    return { text: [first, ...more].join(eol) + quoted + eol, ns: BigInt(utc) * 1_000_000_000n + BigInt(kept) * 1000n }
  })
}

const Gap = fc.record({
  seconds: fc.integer({ min: 0, max: 400 }),
  micros: fc.integer({ min: 0, max: 999_999 }),
  lines: fc.integer({ min: 0, max: 2 }),
})
const encoder = new TextEncoder()

it.each(LAYOUTS.map((layout) => [layout.name, layout] as const))(
  'keeps every record inside the window and none outside: %s',
  async (_name, layout) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...BASES),
        fc.array(Gap, { minLength: 2, maxLength: 30 }),
        fc.tuple(fc.nat(29), fc.nat(29)),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 700 }),
        async (base, gaps, [a, b], eol, chunkSize) => {
          const noFolds = layout.name.startsWith('{') || layout.name.includes('JSON') ? gaps.map((gap) => ({ ...gap, lines: 0 })) : gaps
          const records = write(layout, base, noFolds, eol)
          const times = [records[a % records.length]?.ns ?? 0n, records[b % records.length]?.ns ?? 0n].sort((x, y) => (x < y ? -1 : 1))
          const [from = 0n, to = 0n] = times
          const bytes = encoder.encode(
            (layout.header === undefined ? '' : layout.header + eol) + records.map((record) => record.text).join(''),
          )
          let kept = ''
          const cut = await cutLog(
            inOneBuffer(bytes, chunkSize),
            { window: { fromNs: from, toNs: to }, incidentAtNs: from, fileOptions: { timezone: layout.zone, dayFirst: layout.dayFirst } },
            (piece) => {
              kept += new TextDecoder().decode(piece)
            },
          )
          const inside = records.filter(({ ns }) => ns >= from && ns < to)
          expect(kept).toBe(inside.map((record) => record.text).join(''))
          expect(cut.kept.records).toBe(inside.length)
          expect(cut.recordsSeen).toBe(records.length)
          expect(cut.dropped.before + cut.dropped.after).toBe(records.length - inside.length)
        },
      ),
      { numRuns: 60 },
    )
  },
)
