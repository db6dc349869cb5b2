import { InputError } from '../core/errors.ts'
import { parseDuration } from '../core/time/duration.ts'
import { atOffset, readTime } from '../core/time/instant.ts'
import { zoneNamed } from '../core/time/zone.ts'
import type { Arguments } from './arguments.ts'
import { type Terminal, UsageError } from './command.ts'

/**
 * An instant from `--NAME T`, nanoseconds since the epoch. A time without an offset is in `--timezone`, and in UTC (said aloud)
 * without that.
 *
 * @throws {UsageError} when it is no time
 */
export function instantOption(name: string, args: Arguments, terminal: Terminal): bigint | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  const time = readTime(text)
  if (!time) throw new UsageError(`--${name} ${text}: write it like 2025-01-15T08:48:21Z or 2025-01-15T10:48:21+02:00`)
  if (time.offsetMinutes !== undefined) return atOffset(time.localNs, time.offsetMinutes)
  const zone = args.text('timezone')
  if (zone === undefined) terminal.err(`hangup: --${name} ${text} names no zone and is read as UTC; add Z, +02:00 or --timezone\n`)
  return inZone(time.localNs, zone ?? 'UTC')
}

/** In the hour that autumn has twice, the first; in the one that spring leaves out, what the clock would have shown. */
function inZone(localNs: bigint, zone: string): bigint {
  const seconds = localNs / 1_000_000_000n
  const { first } = zoneNamed(zone).toUtc(Number(seconds))
  return BigInt(first) * 1_000_000_000n + (localNs % 1_000_000_000n)
}

/**
 * Seconds from `--NAME D`.
 *
 * @throws {UsageError} when it is no duration
 */
export function durationOption(name: string, args: Arguments): number | undefined {
  const text = args.text(name)
  if (text === undefined) return undefined
  try {
    return parseDuration(text)
  } catch (error) {
    if (error instanceof InputError) throw new UsageError(`--${name} ${text}: ${error.message}. ${error.advice}`)
    throw error
  }
}
