import { formatInstant } from '../time/instant.ts'

/** Seconds since the epoch (float64) as RFC 3339, UTC, microseconds: what the number is good for. */
export const secondsText = (seconds: number): string => formatInstant(BigInt(Math.round(seconds * 1e6)) * 1000n)
