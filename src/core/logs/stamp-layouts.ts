import { daysInMonth } from '../time/civil.ts'
import { emptyStamp, isDigit, isLetter, isSpace, type Stamp, StampCursor } from './stamp.ts'
import { readClock, readZone } from './stamp-clock.ts'

/** One way to write a moment. Returns undefined where the text at the cursor is something else. */
export interface StampLayout {
  readonly id: string
  /** For the receipt and the README. */
  readonly example: string
  readonly read: (cursor: StampCursor, stamp: Stamp) => boolean
}

const validDate = (stamp: Stamp): boolean =>
  stamp.month >= 1 && stamp.month <= 12 && stamp.day >= 1 && stamp.day <= daysInMonth(stamp.year ?? 2000, stamp.month)

/** Two-digit years: POSIX strptime's pivot, 69 … 99 are 19xx. */
export const fullYear = (year: number, digits: number): number => (digits > 2 ? year : year + (year < 69 ? 2000 : 1900))

/** `15.01.2025 um 08:00`, `2.3.2026 klo 10.14`, `2.3.2026 г. 10:14`, `2. mars 2026 kl. 10:14` */
const BETWEEN = new Set(['at', 'um', 'à', 'às', 'alle', 'om', 'kl', 'klo', 'г', 'в', 'о'])

const MAX_LABEL = 12 // letters of a word between a date and its time

/** What stands between a date and its time: `T`, `_`, a tab, spaces, a comma, ` - `, `-`, `:`. */
function between(cursor: StampCursor): boolean {
  const start = cursor.at
  if (cursor.oneOf('Tt_:-;') !== undefined) return true
  cursor.spaces()
  cursor.oneOf(',-|;')
  cursor.spaces()
  const word = cursor.letters(MAX_LABEL).toLowerCase()
  // `15.01.2025 um 08:00`, `Date: 2025-01-15 Time: 08:00:00`
  const label = cursor.text[cursor.at + word.length]
  if (BETWEEN.has(word) || (word.length > 2 && (label === ':' || label === '='))) {
    cursor.at += word.length
    cursor.oneOf(':=.')
    cursor.spaces()
  }
  return cursor.at > start
}

function isoLike(cursor: StampCursor, stamp: Stamp): boolean {
  stamp.year = cursor.fixed(4)
  const separator = cursor.oneOf('-/.')
  if (stamp.year === undefined || separator === undefined || stamp.year < 1970 || stamp.year > 2200) return false
  // Korean Windows writes `2025. 1. 15. `.
  const korean = separator === '.' && cursor.spaces(1) === 1
  const month = cursor.number(1, 2)
  if (month === undefined || cursor.oneOf(separator) === undefined) return false
  if (korean) cursor.spaces(1)
  const day = cursor.number(1, 2)
  if (day === undefined || (korean && cursor.oneOf('.') === undefined)) return false
  // Hungarian Windows writes `2025.01.15. `.
  if (separator === '.' && !korean) cursor.oneOf('.')
  stamp.month = month
  stamp.day = day
  if (!validDate(stamp) || !between(cursor)) return false
  if (cursor.digitsAhead(7) === 6) return compactClock(cursor, stamp)
  if (!readClock(cursor, stamp, false)) return false
  readZone(cursor, stamp)
  return true
}

function compactClock(cursor: StampCursor, stamp: Stamp): boolean {
  const hour = cursor.fixed(2) ?? 99
  const minute = cursor.fixed(2) ?? 99
  const second = cursor.fixed(2) ?? 99
  if (hour > 23 || minute > 59 || second > 60) return false
  stamp.hour = hour
  stamp.minute = minute
  stamp.second = Math.min(second, 59)
  const mark = cursor.text[cursor.at]
  if ((mark === '.' || mark === ',') && isDigit(cursor.peek(1))) {
    cursor.at++
    const digits = cursor.digitsAhead(9)
    stamp.nanoseconds = (cursor.fixed(digits) ?? 0) * 10 ** (9 - digits)
    stamp.resolutionNs = 10 ** (9 - digits)
  } else if (isDigit(cursor.peek())) return false
  readZone(cursor, stamp)
  return true
}

/** `20250115T084821Z`, `20250115 084821.123`, `20250115084821` */
function compact(cursor: StampCursor, stamp: Stamp): boolean {
  const digits = cursor.digitsAhead(15)
  if (digits !== 8 && digits !== 14) return false
  stamp.year = cursor.fixed(4) ?? 0
  stamp.month = cursor.fixed(2) ?? 0
  stamp.day = cursor.fixed(2) ?? 0
  if (stamp.year < 1990 || stamp.year > 2100 || !validDate(stamp)) return false
  if (digits === 8 && !between(cursor)) return false
  if (cursor.digitsAhead(7) === 6) return compactClock(cursor, stamp)
  if (digits === 14 || !readClock(cursor, stamp)) return false
  readZone(cursor, stamp)
  return true
}

/** Thai Windows counts years since 543 BC. */
const gregorian = (year: number): number => (year > 2500 && year < 2700 ? year - 543 : year)

/** `9/29/2026 10:01:02 AM`, `27.10.2021 12:28:26`, `19-07-2026 09:58:57`, `07-25-13,16:03:23.291`, `27.05.2019,10:09:04:540` */
function numericDate(cursor: StampCursor, stamp: Stamp): boolean {
  const first = cursor.number(1, 2)
  const separator = cursor.oneOf('/.-')
  if (first === undefined || separator === undefined) return false
  const second = cursor.number(1, 2)
  if (second === undefined || cursor.oneOf(separator) === undefined) return false
  const yearDigits = cursor.digitsAhead(5)
  if (yearDigits !== 2 && yearDigits !== 4) return false
  stamp.year = gregorian(fullYear(cursor.fixed(yearDigits) ?? 0, yearDigits))
  if (stamp.year < 1970 || stamp.year > 2200) return false
  if (cursor.text[cursor.at] === separator) cursor.at++ // Hungarian and Korean end the date with a dot
  const dotted = separator === '.'
  stamp.month = dotted || first > 12 ? second : first
  stamp.day = dotted || first > 12 ? first : second
  stamp.orderUnknown = !dotted && first <= 12 && second <= 12 && first !== second
  if (!validDate(stamp) || !between(cursor)) return false
  if (!readClock(cursor, stamp, false)) return false
  readZone(cursor, stamp)
  return true
}

/** `22/Jan/2019:03:56:16 +0330`, `02-Jan-2006 15:04:05`, `2 Jan 2006 15:04:05 +0000`, `Mon, 02 Jan 2006 15:04:05 GMT` */
function dayMonthName(cursor: StampCursor, stamp: Stamp): boolean {
  const day = cursor.number(1, 2)
  if (day === undefined) return false
  cursor.oneOf('.')
  if (cursor.oneOf('/- ') === undefined && !isLetter(cursor.peek())) return false
  stamp.day = day
  stamp.month = cursor.monthName()
  if (stamp.month === 0) return false
  const hadSeparator = cursor.oneOf('/-, ') !== undefined
  const digits = cursor.digitsAhead(5)
  if (digits === 4 || (hadSeparator && digits === 2 && cursor.peek(2) !== 58)) {
    stamp.year = fullYear(cursor.fixed(digits) ?? 0, digits)
    if (!between(cursor)) return false
  }
  if (!validDate(stamp) || !readClock(cursor, stamp)) return false
  readZone(cursor, stamp)
  return true
}

/** `Feb 25 16:19:38`, `Jan 2, 2006 3:04:05 PM`, `Jun  6 18:43:28 2016`, `Jun 6 18:43:28 CEST 2016`, `Nov 3 2013 01:01:03` */
function monthNameDay(cursor: StampCursor, stamp: Stamp): boolean {
  stamp.month = cursor.monthName()
  if (stamp.month === 0 || (cursor.spaces(2) === 0 && cursor.oneOf('-/') === undefined)) return false
  stamp.day = cursor.number(1, 2) ?? 0
  cursor.oneOf(',')
  if (cursor.spaces(2) === 0 && cursor.oneOf('-/T') === undefined) return false
  if (cursor.digitsAhead(5) === 4) {
    stamp.year = cursor.fixed(4)
    if (!between(cursor)) return false
  }
  if (!validDate(stamp) || !readClock(cursor, stamp)) return false
  readZone(cursor, stamp)
  if (stamp.year === undefined) trailingYear(cursor, stamp)
  return validDate(stamp)
}

function trailingYear(cursor: StampCursor, stamp: Stamp): void {
  const start = cursor.at
  if (cursor.spaces(1) === 1 && cursor.digitsAhead(5) === 4) {
    const year = cursor.fixed(4) ?? 0
    if (year >= 1970 && year <= 2100 && !isLetter(cursor.peek()) && cursor.peek() !== 46) {
      stamp.year = year
      readZone(cursor, stamp)
      return
    }
  }
  cursor.at = start
}

/** `Mon Jun  6 …`, `Montag, 6. Juni …`: the weekday says nothing that the date does not. */
function weekday(cursor: StampCursor, stamp: Stamp): boolean {
  const word = cursor.letters(12)
  if (word.length < 2 || monthNamedLikeWeekday(word)) return false
  cursor.at += word.length
  cursor.oneOf('.')
  cursor.oneOf(',')
  if (cursor.spaces(2) === 0) return false
  const start = cursor.at
  for (const read of isDigit(cursor.peek()) ? [dayMonthName, isoLike, numericDate] : [monthNameDay]) {
    cursor.at = start
    if (read(cursor, Object.assign(stamp, emptyStamp(stamp.start)))) return true
  }
  return false
}

const WEEKDAYS =
  'mon tue wed thu fri sat sun mo di mi do fr sa so lun mar mer jeu ven sam dim mie jue vie sab dom gio seg ter qua qui sex'.split(' ')
const monthNamedLikeWeekday = (word: string): boolean => !WEEKDAYS.some((name) => word.toLowerCase().startsWith(name))

/** `E0517 15:04:22.619632`: glog and klog */
function glog(cursor: StampCursor, stamp: Stamp): boolean {
  if (cursor.oneOf('IWEFD') === undefined || cursor.digitsAhead(5) !== 4) return false
  stamp.month = cursor.fixed(2) ?? 0
  stamp.day = cursor.fixed(2) ?? 0
  if (cursor.spaces(2) === 0 || !validDate(stamp) || !readClock(cursor, stamp)) return false
  return stamp.resolutionNs < 1e9
}

/** `2001年2月3日 4時5分6秒`, `2001年2月3日 4:05:06` */
function eastAsian(cursor: StampCursor, stamp: Stamp): boolean {
  stamp.year = cursor.number(4, 4)
  if (stamp.year === undefined || cursor.oneOf('年년') === undefined) return false
  cursor.spaces(1)
  stamp.month = cursor.number(1, 2) ?? 0
  if (cursor.oneOf('月월') === undefined) return false
  cursor.spaces(1)
  stamp.day = cursor.number(1, 2) ?? 0
  if (cursor.oneOf('日일') === undefined || !validDate(stamp)) return false
  cursor.spaces(2)
  const start = cursor.at
  if (readClock(cursor, stamp)) {
    readZone(cursor, stamp)
    return true
  }
  cursor.at = start
  const hour = cursor.number(1, 2) ?? 99
  if (cursor.oneOf('時时시') === undefined) return false
  cursor.spaces(1)
  const minute = cursor.number(1, 2) ?? 99
  if (cursor.oneOf('分분') === undefined) return false
  cursor.spaces(1)
  const second = cursor.number(1, 2) ?? 99
  if (cursor.oneOf('秒초') === undefined || hour > 23 || minute > 59 || second > 59) return false
  stamp.hour = hour
  stamp.minute = minute
  stamp.second = second
  return true
}

/** `10:09:04.540`, `3:04:05 PM`: a time of day alone; the date stands in the header, in the file's name, or nowhere. */
function timeOnly(cursor: StampCursor, stamp: Stamp): boolean {
  if (!readClock(cursor, stamp)) return false
  readZone(cursor, stamp)
  return true
}

/** Asked in this order: the first that reads wins. */
export const STAMP_LAYOUTS: readonly StampLayout[] = [
  { id: 'iso-8601', example: '2025-01-15T08:48:21.390+01:00', read: isoLike },
  { id: 'compact', example: '20250115T084821Z', read: compact },
  { id: 'numeric-date', example: '9/29/2026 10:01:02 AM', read: numericDate },
  { id: 'day-month-name', example: '22/Jan/2019:03:56:16 +0330', read: dayMonthName },
  { id: 'month-name-day', example: 'Feb 25 16:19:38', read: monthNameDay },
  { id: 'weekday', example: 'Mon Jun  6 18:43:28 2016', read: weekday },
  { id: 'glog', example: 'E0517 15:04:22.619632', read: glog },
  { id: 'east-asian', example: '2001年2月3日 4時5分6秒', read: eastAsian },
]

export const TIME_ONLY: StampLayout = { id: 'time-only', example: '10:09:04.540', read: timeOnly }

/** The stamp that starts exactly at `start`, by any of `layouts`, and which layout read it. */
export function readStampAt(
  text: string,
  start: number,
  layouts: readonly StampLayout[] = STAMP_LAYOUTS,
): { stamp: Stamp; layout: StampLayout } | undefined {
  const code = text.charCodeAt(start)
  if (Number.isNaN(code) || isSpace(code)) return undefined
  for (const layout of layouts) {
    const cursor = new StampCursor(text, start)
    const stamp = emptyStamp(start)
    if (layout.read(cursor, stamp)) {
      stamp.end = cursor.at
      return { stamp, layout }
    }
  }
  return undefined
}
