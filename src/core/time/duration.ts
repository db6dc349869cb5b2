import { InputError } from '../errors.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 }

/**
 * Seconds in a duration as people and JSON write it: `90`, `90s`, `5m`, `1.5h`, `250ms`, or ISO 8601 (`PT5M`, `P1DT2H`).
 * Weeks are fine, months and years are not: they have no fixed length.
 *
 * @throws {InputError} `bad-option` for anything else, negative ones included
 */
export function parseDuration(text: string): number {
  const seconds = plain(text.trim()) ?? iso8601(text.trim())
  if (seconds === undefined || !Number.isFinite(seconds)) {
    throw new InputError('bad-option', `"${text.slice(0, 40)}" is no duration`, 'Write it as 90, 90s, 5m, 2h or PT5M.')
  }
  return seconds
}

function plain(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,9})?)(ms|s|min|m|h|d)?$/.exec(text)
  if (!match) return undefined
  return Number(match[1]) * (UNIT_SECONDS[match[2] ?? 's'] ?? 1)
}

/** ISO 8601-1:2019 §5.5.2.2, without years and months; a fraction is allowed in the seconds. */
function iso8601(text: string): number | undefined {
  const match = /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:[.,]\d{1,9})?)S)?)?$/.exec(text)
  if (!match || text.endsWith('P') || text.endsWith('T')) return undefined
  const [, weeks, days, hours, minutes, seconds] = match
  const count = (part: string | undefined): number => (part ? Number(part.replace(',', '.')) : 0)
  return count(weeks) * 604_800 + count(days) * 86_400 + count(hours) * 3600 + count(minutes) * 60 + count(seconds)
}

/** `0.4 s`, `42 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`: always two figures of meaning, never more. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds)
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  if (whole < 172_800) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`
}

/** What a long time in seconds is in larger units, to stand behind it: `, which is 2 h 38 min`; nothing where seconds are clear enough. */
export const inLargerUnits = (seconds: number): string => (seconds < 120 ? '' : `, which is ${formatSeconds(seconds)}`)
