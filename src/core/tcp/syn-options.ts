import type { TcpOptions } from '../packet/tcp-options.ts'
import type { SynOptions } from './connection.ts'

// A SYN's options in one word: MSS in the lower 16 bits, the window scale in four above it, then what is there at all.
const SCALE_SHIFT = 16
const HAS_MSS = 1 << 20
const HAS_SCALE = 1 << 21
const SACK = 1 << 22
const TIMESTAMPS = 1 << 23
const IS_KNOWN = 1 << 24

/** Never 0. */
export function packSynOptions(options: TcpOptions): number {
  const mss = options.mss < 0 ? 0 : HAS_MSS | options.mss
  const scale = options.windowScale < 0 ? 0 : HAS_SCALE | (options.windowScale << SCALE_SHIFT)
  return IS_KNOWN | mss | scale | (options.sackPermitted ? SACK : 0) | (options.timestamp >= 0 ? TIMESTAMPS : 0)
}

/** Of 0 (no SYN was seen): undefined. */
export function synOptionsOf(word: number): SynOptions | undefined {
  if (word === 0) return undefined
  return {
    mss: word & HAS_MSS ? word & 0xffff : undefined,
    windowScale: word & HAS_SCALE ? (word >> SCALE_SHIFT) & 15 : undefined,
    sackPermitted: (word & SACK) !== 0,
    timestamps: (word & TIMESTAMPS) !== 0,
  }
}
