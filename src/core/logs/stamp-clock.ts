import { offsetNamed, ZONE_ABBREVIATIONS } from '../time/zone.ts'
import { isDigit, isLetter, type Stamp, type StampCursor } from './stamp.ts'

const AM = ['am', 'a.m.', 'a. m.', 'a.m', '午前', '上午', '오전', 'vorm.', 'f.m.', 'de.']
const PM = ['pm', 'p.m.', 'p. m.', 'p.m', '午後', '下午', '오후', 'nachm.', 'e.m.', 'du.']
/** What half days start with: nearly every time of day is followed by something else. */
const HALF_DAY_START = new Set([...AM, ...PM].flatMap((name) => [name.charCodeAt(0), name.toUpperCase().charCodeAt(0)]))

/**
 * `HH:MM[:SS[.fraction]] [AM|PM] [zone]` at the cursor, into `stamp`. Also `HH.MM.SS`, a colon or comma before the fraction, and the
 * half day in front (`午後 3:04:05`).
 *
 * @returns false, with the cursor anywhere, where there is no time of day
 */
export function readClock(cursor: StampCursor, stamp: Stamp, needSeconds = true): boolean {
  const before = halfDay(cursor)
  if (before) cursor.spaces(1)
  const clockAt = cursor.at
  const hour = cursor.number(1, 2)
  stamp.hourDigits = cursor.at - clockAt
  const separator = cursor.oneOf(':.h')
  if (hour === undefined || separator === undefined) return false
  const minute = cursor.fixed(2)
  if (minute === undefined || hour > 24 || minute > 59) return false
  stamp.hour = hour
  stamp.minute = minute
  stamp.second = 0
  const hasSeconds = cursor.text[cursor.at] === separator && isDigit(cursor.peek(1)) && isDigit(cursor.peek(2))
  if (hasSeconds) {
    cursor.at++
    stamp.second = cursor.fixed(2) ?? 0
    if (stamp.second > 60) return false
    // A leap second has no place on the Unix time line: it is the last moment of its minute.
    if (stamp.second === 60) stamp.second = 59
    readFraction(cursor, stamp)
    stamp.clockAt = clockAt
  } else {
    if (isDigit(cursor.peek())) return false
    stamp.resolutionNs = 60e9
  }
  const half = before ?? trailingHalfDay(cursor)
  if (half !== undefined) {
    if (hour > 12) return false
    stamp.halfDayHours = half === 'pm' ? 12 : 0
    stamp.hour = (hour % 12) + stamp.halfDayHours
  }
  if (!hasSeconds && (needSeconds || separator !== ':') && half === undefined) return false
  return stamp.hour < 24
}

/** `.123`, `,123456` or `:123` (WinCC) after the seconds: at most nine digits count. */
function readFraction(cursor: StampCursor, stamp: Stamp): void {
  const mark = cursor.text[cursor.at]
  stamp.resolutionNs = 1e9
  if ((mark !== '.' && mark !== ',' && mark !== ':') || !isDigit(cursor.peek(1))) return
  cursor.at++
  const digits = cursor.digitsAhead(12)
  // A comma may be the next column (27.05.2019,10:09:04,101): a fraction has three digits or more there.
  if (mark !== '.' && digits < 3) {
    cursor.at--
    return
  }
  let value = 0
  for (let i = 0; i < 9; i++) value = value * 10 + (i < digits ? cursor.peek(i) - 48 : 0)
  cursor.at += digits
  stamp.fractionDigits = digits
  stamp.nanoseconds = value
  stamp.resolutionNs = 10 ** (9 - Math.min(digits, 9))
}

function trailingHalfDay(cursor: StampCursor): 'am' | 'pm' | undefined {
  const start = cursor.at
  cursor.spaces(1)
  const half = halfDay(cursor)
  if (half === undefined) cursor.at = start
  return half
}

function halfDay(cursor: StampCursor): 'am' | 'pm' | undefined {
  if (!HALF_DAY_START.has(cursor.peek())) return undefined
  const ahead = cursor.text
    .slice(cursor.at, cursor.at + 6)
    .toLowerCase()
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u202f', ' ')
  for (const [names, half] of [
    [PM, 'pm'],
    [AM, 'am'],
  ] as const) {
    for (const name of names) {
      if (ahead.startsWith(name) && !isLetter(ahead.charCodeAt(name.length))) {
        cursor.at += name.length
        return half
      }
    }
  }
  return undefined
}

/** A zone behind the time: `Z`, `+0200`, `+02:00`, ` -0800`, ` CEST`, ` (UTC)`. Leaves the cursor where it was if there is none. */
export function readZone(cursor: StampCursor, stamp: Stamp): void {
  const start = cursor.at
  cursor.spaces(1)
  cursor.oneOf('(')
  const code = cursor.peek()
  if (code === 43 || code === 45 || code === 0x2212) {
    const length = zoneLength(cursor)
    const offset = length === 0 ? undefined : offsetNamed(cursor.text.slice(cursor.at, cursor.at + length))
    // `10:00:00 -12 ...` and `10:00:00-5` are text, not a zone: two digits count only when glued to the time.
    if (offset !== undefined && (length > 3 || cursor.at === start)) {
      stamp.offsetSeconds = offset
      cursor.at += length
      return
    }
  } else if (isLetter(code)) {
    const word = cursor.letters(6)
    const offset = ZONE_ABBREVIATIONS.get(word)
    if (offset !== undefined && (word !== 'Z' || cursor.at === start)) {
      cursor.at += word.length
      stamp.offsetSeconds = offset
      // `UTC+02:00`, `GMT+1`
      if (offset === 0 && word.length === 3) readZoneSuffix(cursor, stamp)
      return
    }
  }
  cursor.at = start
}

function readZoneSuffix(cursor: StampCursor, stamp: Stamp): void {
  const length = zoneLength(cursor)
  const offset = length === 0 ? undefined : offsetNamed(cursor.text.slice(cursor.at, cursor.at + length))
  if (offset === undefined) return
  stamp.offsetSeconds = offset
  cursor.at += length
}

/** Characters of `±HH`, `±HHMM` or `±HH:MM` at the cursor that end at a boundary; 0 for none. */
function zoneLength(cursor: StampCursor): number {
  const sign = cursor.peek()
  if (sign !== 43 && sign !== 45 && sign !== 0x2212) return 0
  let length = 1
  while (length < 6 && isDigit(cursor.peek(length))) length++
  if (length === 3 && cursor.peek(3) === 58 && isDigit(cursor.peek(4)) && isDigit(cursor.peek(5))) length = 6
  const ok = length === 3 || length === 5 || length === 6
  return ok && !isDigit(cursor.peek(length)) && !isLetter(cursor.peek(length)) ? length : 0
}
