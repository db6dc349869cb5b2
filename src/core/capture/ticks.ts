import type { Instant } from './summary.ts'

const TWO_32 = 4294967296
const NS_PER_SECOND = 1_000_000_000n

/** How one interface's 64-bit stamps (two 32-bit halves) become time: pcapng `if_tsresol` and `if_tsoffset`. */
export interface TickScale {
  /** Exact for every resolution: 10^n or 2^n. */
  readonly ticksPerSecond: bigint
  /** Nanoseconds a tick where it is a whole number (10^0 … 10^-9), else 0: such resolutions take the slow, exact way. */
  readonly nsPerTick: number
  readonly offsetSeconds: number
}

export const MICROSECONDS: TickScale = { ticksPerSecond: 1_000_000n, nsPerTick: 1000, offsetSeconds: 0 }

/** `if_tsresol`: the top bit chooses powers of 2, the rest is the negative exponent (draft-ietf-opsawg-pcapng §4.2). */
export function tickScale(resolution: number, offsetSeconds: number): TickScale {
  const exponent = resolution & 0x7f
  if (resolution & 0x80) return { ticksPerSecond: 1n << BigInt(exponent), nsPerTick: 0, offsetSeconds }
  return { ticksPerSecond: 10n ** BigInt(exponent), nsPerTick: exponent <= 9 ? 10 ** (9 - exponent) : 0, offsetSeconds }
}

/** The scale of an interface that was read. */
export function tickScaleOf({
  ticksPerSecond,
  offsetSeconds,
}: {
  readonly ticksPerSecond: number
  readonly offsetSeconds: number
}): TickScale {
  const nsPerTick = ticksPerSecond <= 1e9 && 1e9 % ticksPerSecond === 0 ? 1e9 / ticksPerSecond : 0
  return { ticksPerSecond: BigInt(ticksPerSecond), nsPerTick, offsetSeconds }
}

export const sameScale = (a: TickScale, b: TickScale): boolean =>
  a.ticksPerSecond === b.ticksPerSecond && a.offsetSeconds === b.offsetSeconds

/** Writes the time of (high, low) into `target`. Exact; sub-nanosecond ticks are rounded down. */
export function setTime(target: { seconds: number; nanoseconds: number }, scale: TickScale, high: number, low: number): void {
  if (scale.nsPerTick === 0) {
    const ticks = (BigInt(high) << 32n) | BigInt(low)
    const whole = ticks / scale.ticksPerSecond
    target.seconds = Number(whole) + scale.offsetSeconds
    target.nanoseconds = Number(((ticks - whole * scale.ticksPerSecond) * NS_PER_SECOND) / scale.ticksPerSecond)
    return
  }
  // Long division in base 2^16: every intermediate stays below 2^53, so that doubles are exact and no BigInt is made per packet.
  const divisor = 1e9 / scale.nsPerTick
  const quotientHigh = Math.floor(high / divisor)
  const upper = (high - quotientHigh * divisor) * 65536 + (low >>> 16)
  const quotientUpper = Math.floor(upper / divisor)
  const lower = (upper - quotientUpper * divisor) * 65536 + (low & 0xffff)
  const quotientLower = Math.floor(lower / divisor)
  target.seconds = quotientHigh * TWO_32 + quotientUpper * 65536 + quotientLower + scale.offsetSeconds
  target.nanoseconds = (lower - quotientLower * divisor) * scale.nsPerTick
}

export function instantOf(scale: TickScale, high: number, low: number): Instant {
  const instant = { seconds: 0, nanoseconds: 0 }
  setTime(instant, scale, high, low)
  return instant
}
