import { InputError } from '../errors.ts'

/** How a wall clock reads: seconds to add to UTC to get local time. */
export interface Zone {
  /** As given: `Europe/Berlin`, `+02:00`, `UTC`. */
  readonly name: string
  /**
   * UTC seconds of a wall-clock time (given as if it were UTC). One value as a rule; in the autumn overlap the earlier and the later;
   * in the spring gap one value, moved forward by the gap (as RFC 5545 and `Temporal`'s `compatible` do).
   */
  toUtc(localSeconds: number): WallTime
}

export interface WallTime {
  readonly first: number
  /** Only in an overlap: the same reading an hour (or so) later. */
  readonly second: number | undefined
  /** The clock never showed this time. */
  readonly inGap: boolean
}

const QUARTER = 900 // seconds: every transition since 1972 happens on a quarter of an hour
const MAX_CACHED = 4096

/** A zone without daylight saving: `offsetSeconds` east of Greenwich. */
export function fixedZone(name: string, offsetSeconds: number): Zone {
  return { name, toUtc: (local) => ({ first: local - offsetSeconds, second: undefined, inGap: false }) }
}

/**
 * A zone by IANA name, `UTC`, `Z`, or `±HH:MM` / `±HHMM` / `±HH`.
 *
 * @throws {InputError} `bad-option` for a name that nobody knows
 */
export function zoneNamed(name: string): Zone {
  const offset = offsetNamed(name)
  if (offset !== undefined) return fixedZone(name, offset)
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError(
      'bad-option',
      `unknown time zone ${JSON.stringify(name.slice(0, 64))}`,
      'Give an IANA name (Europe/Berlin) or an offset (+02:00).',
    )
  }
  return ianaZone(name, format)
}

/** Seconds east of Greenwich for `Z`, `UTC`, `GMT`, `+HH:MM`, `+HHMM`, `+HH`; undefined for anything else. */
export function offsetNamed(name: string): number | undefined {
  if (name === 'Z' || name === 'UTC' || name === 'GMT' || name === 'z') return 0
  const match = /^([+\-\u2212])(\d{2}):?(\d{2})?$/.exec(name)
  if (!match) return undefined
  const hours = Number(match[2])
  const minutes = Number(match[3] ?? 0)
  if (hours > 18 || minutes > 59) return undefined
  return (match[1] === '+' ? 1 : -1) * (hours * 3600 + minutes * 60)
}

function ianaZone(name: string, format: Intl.DateTimeFormat): Zone {
  const offsets = new Map<number, number>()
  const offsetAt = (utc: number): number => {
    const quarter = Math.floor(utc / QUARTER)
    let offset = offsets.get(quarter)
    if (offset === undefined) {
      if (offsets.size >= MAX_CACHED) offsets.clear()
      offset = localOf(format, quarter * QUARTER) - quarter * QUARTER
      offsets.set(quarter, offset)
    }
    return offset
  }
  return {
    name,
    toUtc(local) {
      const before = offsetAt(local - 86_400)
      const after = offsetAt(local + 86_400)
      if (before === after) return { first: local - before, second: undefined, inGap: false }
      const early = local - before
      const late = local - after
      const earlyFits = offsetAt(early) === before
      const lateFits = offsetAt(late) === after
      if (earlyFits && lateFits) return { first: Math.min(early, late), second: Math.max(early, late), inGap: false }
      if (earlyFits || lateFits) return { first: earlyFits ? early : late, second: undefined, inGap: false }
      return { first: early, second: undefined, inGap: true }
    },
  }
}

/** The wall clock at `utc`, as if it were UTC. */
function localOf(format: Intl.DateTimeFormat, utc: number): number {
  const field: Record<string, number> = {}
  for (const part of format.formatToParts(utc * 1000)) field[part.type] = Number(part.value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

/** Abbreviations that name one offset everywhere they are used in logs; ambiguous ones (IST, CST of China, BST of Bangladesh …) are left out. */
export const ZONE_ABBREVIATIONS: ReadonlyMap<string, number> = new Map([
  ['UTC', 0],
  ['GMT', 0],
  ['Z', 0],
  ['WET', 0],
  ['WEST', 3600],
  ['CET', 3600],
  ['MEZ', 3600],
  ['CEST', 7200],
  ['MESZ', 7200],
  ['EET', 7200],
  ['EEST', 10_800],
  ['MSK', 10_800],
  ['EST', -18_000],
  ['EDT', -14_400],
  ['CDT', -18_000],
  ['MST', -25_200],
  ['MDT', -21_600],
  ['PST', -28_800],
  ['PDT', -25_200],
  ['AKST', -32_400],
  ['AKDT', -28_800],
  ['HST', -36_000],
  ['JST', 32_400],
  ['KST', 32_400],
  ['AEST', 36_000],
  ['AEDT', 39_600],
  ['NZST', 43_200],
  ['NZDT', 46_800],
])
