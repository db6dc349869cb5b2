import { daysFromCivil, daysInMonth } from '../time/civil.ts'

/** Year first with any separator or none (2025-01-15, 20250115), or day first with dots (15.01.2025): no other order of numbers is sure. */
const YEAR_FIRST = /(?:^|[^0-9])((?:19|20)\d{2})[-_./]?(\d{2})[-_./]?(\d{2})(?:[^0-9]|$)/
const DAY_FIRST = /(?:^|[^0-9])(\d{1,2})\.(\d{1,2})\.((?:19|20)\d{2})(?:[^0-9]|$)/

/** The first date in a short text (a header line, a file's name), days since the epoch. */
export function writtenDate(text: string): number | undefined {
  const yearFirst = YEAR_FIRST.exec(text)
  const [, year = '', month = '', day = ''] = yearFirst ?? []
  if (yearFirst) return daysOf(Number(year), Number(month), Number(day))
  const [, dayBefore = '', monthBefore = '', yearBehind = ''] = DAY_FIRST.exec(text) ?? []
  return daysOf(Number(yearBehind), Number(monthBefore), Number(dayBefore))
}

function daysOf(year: number, month: number, day: number): number | undefined {
  return month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) ? undefined : daysFromCivil(year, month, day)
}
