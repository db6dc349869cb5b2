/** Proleptic Gregorian dates as whole days and seconds since 1970-01-01, without `Date` (which is slow and knows a zone). */

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

export const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** `month` is 1 … 12; 0 for a month that does not exist. */
export const daysInMonth = (year: number, month: number): number => (month === 2 && isLeapYear(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0))

/** Days since 1970-01-01 of a valid date. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const before = year - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 477
  const passed = (DAYS_BEFORE_MONTH[month - 1] ?? 0) + (month > 2 && isLeapYear(year) ? 1 : 0)
  return (year - 1970) * 365 + leapDays + passed + day - 1
}

/** The date `days` after 1970-01-01. */
export function civilFromDays(days: number): { year: number; month: number; day: number } {
  let year = 1970 + Math.floor(days / 365.2425)
  while (daysFromCivil(year + 1, 1, 1) <= days) year++
  while (daysFromCivil(year, 1, 1) > days) year--
  let rest = days - daysFromCivil(year, 1, 1)
  let month = 1
  while (rest >= daysInMonth(year, month)) rest -= daysInMonth(year, month++)
  return { year, month, day: rest + 1 }
}

const two = (n: number): string => String(n).padStart(2, '0')

/** ISO 8601, UTC, with the fraction's digits down to the last that is not 0 (at least none). */
export function isoFromParts(seconds: number, nanoseconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const { year, month, day } = civilFromDays(days)
  const clock = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
  const fraction =
    nanoseconds === 0
      ? ''
      : `.${String(nanoseconds)
          .padStart(9, '0')
          .replace(/0{1,8}$/, '')}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}${fraction}Z`
}

/** ISO 8601, UTC, of nanoseconds since the Unix epoch. */
export function isoFromNs(timestampNs: bigint): string {
  const seconds = timestampNs / 1_000_000_000n - (timestampNs % 1_000_000_000n < 0n ? 1n : 0n)
  return isoFromParts(Number(seconds), Number(timestampNs - seconds * 1_000_000_000n))
}
