import { isDigit, isLetter, type Stamp, type StampCursor } from './stamp.ts'
import type { StampLayout } from './stamp-layouts.ts'

const OLDEST = 631_152_000 // 1990-01-01
const NEWEST = 4_102_444_800 // 2100-01-01
const FILETIME_EPOCH = 11_644_473_600 // seconds from 1601-01-01 to 1970-01-01 [MS-DTYP 2.3.3]
const TAI_EPOCH = 2n ** 62n // the label of 1970-01-01 TAI
const TAI_MINUS_UTC_1970 = 10 // seconds: what libtai-less writers (daemontools, multilog, s6) add

/** Seconds and nanoseconds of a number that counts seconds, ms, µs, ns or FILETIME ticks since its epoch, told apart by its length. */
export function epochFromNumber(
  digits: string,
  fraction: string,
): { seconds: number; nanoseconds: number; resolutionNs: number } | undefined {
  const powers: Record<number, number> = { 10: 0, 13: 3, 16: 6, 19: 9 }
  const power = powers[digits.length]
  if (power !== undefined) {
    const seconds = Number(digits.slice(0, 10))
    const rest = (digits.slice(10) + fraction).slice(0, 9)
    if (seconds < OLDEST || seconds > NEWEST) return undefined
    return { seconds, nanoseconds: Number(rest.padEnd(9, '0')), resolutionNs: 10 ** (9 - rest.length) }
  }
  if (digits.length === 18 && fraction === '') {
    const seconds = Number(digits.slice(0, 11)) - FILETIME_EPOCH
    if (seconds < OLDEST || seconds > NEWEST) return undefined
    return { seconds, nanoseconds: Number(digits.slice(11)) * 100, resolutionNs: 100 }
  }
  return undefined
}

/** `1736930901.390`, `1736930901390`, `133814045013900000` (FILETIME) */
function epoch(cursor: StampCursor, stamp: Stamp): boolean {
  const count = cursor.digitsAhead(20)
  const digits = cursor.text.slice(cursor.at, cursor.at + count)
  cursor.at += count
  let fraction = ''
  if (cursor.peek() === 46 && isDigit(cursor.peek(1))) {
    cursor.at++
    const length = cursor.digitsAhead(9)
    fraction = cursor.text.slice(cursor.at, cursor.at + length)
    cursor.at += length
  }
  const value = isLetter(cursor.peek()) ? undefined : epochFromNumber(digits, fraction)
  if (value === undefined) return false
  stamp.epochSeconds = value.seconds
  stamp.nanoseconds = value.nanoseconds
  stamp.resolutionNs = value.resolutionNs
  return true
}

/** `@4000000043322583 3b6e1a8c`: TAI64N (16 hex digits of seconds, 8 of nanoseconds) and TAI64. */
function tai64(cursor: StampCursor, stamp: Stamp): boolean {
  if (cursor.oneOf('@') === undefined) return false
  const match = /^([0-9a-f]{16})([0-9a-f]{8})?(?![0-9a-f])/i.exec(cursor.text.slice(cursor.at, cursor.at + 25))
  if (!match) return false
  const seconds = Number(BigInt(`0x${match[1]}`) - TAI_EPOCH) - TAI_MINUS_UTC_1970
  if (seconds < OLDEST || seconds > NEWEST) return false
  cursor.at += match[0].length
  stamp.epochSeconds = seconds
  stamp.nanoseconds = Number.parseInt(match[2] ?? '0', 16)
  stamp.resolutionNs = match[2] === undefined ? 1e9 : 1
  return stamp.nanoseconds < 1e9
}

export const TAI64: StampLayout = { id: 'tai64n', example: '@40000000433225833b6e1a8c', read: tai64 }

/** Only where most lines have one: a number at the start of a line is seldom a time. */
export const EPOCH: StampLayout = { id: 'epoch', example: '1736930901.390', read: epoch }
