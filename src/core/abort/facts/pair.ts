import type { Role, Segment } from '../../tcp/segment.ts'
import type { Vantage } from '../facts.ts'

/** What happened to one side's packets between two places of capture. */
export interface Passage {
  readonly from: Role
  /** Segments that left, that arrived, that were lost on the way, and that appeared without having left; compared only while both captures ran. */
  readonly left: number
  readonly arrived: number
  /** RSTs among them. */
  readonly arrivedResets: number
  readonly lost: readonly Segment[]
  readonly appeared: readonly Segment[]
}

/** Two captures of the same connection, the nearer one to the host first. */
export interface PairFacts {
  readonly near: { readonly capture: number; readonly vantage: Vantage }
  readonly far: { readonly capture: number; readonly vantage: Vantage }
  readonly toPeer: Passage
  readonly toHost: Passage
  readonly translated: boolean
  /** Segments that left intact and arrived with a wrong checksum. */
  readonly hurt: readonly Segment[]
  /** The far capture misses packets that demonstrably passed: its silence proves nothing. */
  readonly farIsLossy: boolean
  readonly nearIsLossy: boolean
  /** Both captures cover the end. */
  readonly farCoversEnd: boolean
  /** Seconds between the far capture's last packet and the end, where it stops before; everything until then is in both. */
  readonly farStopsShortBy: number | undefined
}
