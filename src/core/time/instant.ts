/** A date and time as written: not yet an instant where it names no offset. */
export interface WrittenTime {
  /** The digits taken for UTC, in nanoseconds since the Unix epoch. */
  readonly localNs: bigint
  /** Minutes east of UTC; undefined where none is written. */
  readonly offsetMinutes: number | undefined
}

const NS_PER_MINUTE = 60_000_000_000n

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d\d:?\d\d)?$/

/** Reads RFC 3339 (§5.6), also without seconds or offset and with a blank for the T; undefined for anything else. */
export function readTime(text: string): WrittenTime | undefined {
  const match = RFC_3339.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second = '0', fraction = '', zone] = match
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const back = new Date(ms)
  // Date.UTC rolls 31 February over into March: such a date is a mistake. (A leap second rolls over too, and may.)
  if (back.getUTCDate() !== Number(day) && Number(second) < 60) return undefined
  if (Number(month) > 12 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  const localNs = BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
  return { localNs, offsetMinutes: zone === undefined ? undefined : readOffset(zone) }
}

/** Minutes east of UTC in `Z`, `+HH:MM` or `+HHMM`; undefined for anything else. */
export function readOffset(text: string): number | undefined {
  if (/^(z|utc|gmt)$/i.test(text)) return 0
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text)
  if (!match || Number(match[2]) > 23 || Number(match[3]) > 59) return undefined
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]))
}

/** The instant, in nanoseconds since the Unix epoch, of a time written at an offset. */
export const atOffset = (localNs: bigint, offsetMinutes: number): bigint => localNs - BigInt(offsetMinutes) * NS_PER_MINUTE

/** 0000-01-01 and the end of 9999: what RFC 3339 can write. Damaged captures hold stamps beyond. */
const FIRST_NS = -62_167_219_200_000_000_000n
const LAST_NS = 253_402_300_799_999_999_999n

/** RFC 3339 in UTC with three, six or nine fractional digits, as few as tell the instant; the nearest it can write for one beyond the year 9999. */
export function formatInstant(instantNs: bigint): string {
  const ns = instantNs < FIRST_NS ? FIRST_NS : instantNs > LAST_NS ? LAST_NS : instantNs
  const fraction = ((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const whole = new Date(Number((ns - fraction) / 1_000_000n)).toISOString().slice(0, 19)
  const digits = fraction.toString().padStart(9, '0')
  const needed = digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9
  return `${whole}.${digits.slice(0, needed)}Z`
}
