import type { Window } from '../time/window.ts'
import type { Frame } from './frame.ts'
import type { Instant } from './summary.ts'
import { TimeTally } from './tally.ts'
import type { TickScale } from './ticks.ts'

/** A window in one clock's own units, as pairs that compare like one number (see TimeTally). */
export interface Bounds {
  readonly fromMajor: number
  readonly fromMinor: number
  readonly toMajor: number
  readonly toMinor: number
}

const NS_PER_SECOND = 1_000_000_000n
const MAX_TICKS = 1n << 64n

/** First tick at or after `ns`, never outside what 64 bits hold: tick ≥ ceil(x) ⇔ tick ≥ x, so that both ends are exact. */
function firstTick(scale: TickScale, ns: bigint): bigint {
  const product = (ns - BigInt(scale.offsetSeconds) * NS_PER_SECOND) * scale.ticksPerSecond
  if (product <= 0n) return 0n
  const ticks = (product + NS_PER_SECOND - 1n) / NS_PER_SECOND
  return ticks > MAX_TICKS ? MAX_TICKS : ticks
}

/** `minorUnits`: how many minors make a major: ticks a second for pcap, 2^32 for pcapng. */
export function boundsOf(window: Window, scale: TickScale, minorUnits: bigint): Bounds {
  const from = firstTick(scale, window.fromNs)
  const to = firstTick(scale, window.toNs)
  return {
    fromMajor: Number(from / minorUnits),
    fromMinor: Number(from % minorUnits),
    toMajor: Number(to / minorUnits),
    toMinor: Number(to % minorUnits),
  }
}

/** Takes kept bytes: `buffer[start, end)`, valid during the call only. */
export type KeepBytes = (buffer: Uint8Array, start: number, end: number) => void

/** Ordinal runs beyond this many are not listed: a receipt is at most 16 MB, and the digest takes up to 15. */
const MAX_ORDINAL_RUNS = 40_000

/** What a cut keeps, and the count of what it does not. */
export class Selection {
  readonly window: Window
  readonly write: KeepBytes
  /** Asked for frames inside the window only, after the visitor has seen the frame. */
  readonly keep: ((frame: Frame) => boolean) | undefined
  before = 0
  after = 0
  withoutTime = 0
  outOfScope = 0
  kept = 0
  readonly ordinals: [number, number][] = []
  ordinalRunsLeftOut = 0
  tally: TimeTally | undefined
  #lastKept = -1

  constructor(window: Window, write: KeepBytes, keep?: (frame: Frame) => boolean) {
    this.window = window
    this.write = write
    this.keep = keep
  }

  /** The reader says how its stamps become instants before the first frame. */
  start(toInstant: (major: number, minor: number) => Instant): void {
    this.tally = new TimeTally(toInstant)
  }

  holds(bounds: Bounds, major: number, minor: number): boolean {
    if (major < bounds.fromMajor || (major === bounds.fromMajor && minor < bounds.fromMinor)) {
      this.before++
      return false
    }
    if (major > bounds.toMajor || (major === bounds.toMajor && minor >= bounds.toMinor)) {
      this.after++
      return false
    }
    return true
  }

  admit(frameNumber: number, major: number, minor: number): void {
    this.kept++
    this.tally?.see(major, minor)
    if (frameNumber !== this.#lastKept + 1) {
      if (this.ordinals.length < MAX_ORDINAL_RUNS) this.ordinals.push([this.kept, frameNumber])
      else this.ordinalRunsLeftOut++
    }
    this.#lastKept = frameNumber
  }
}
