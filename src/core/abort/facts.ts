import type { RfcState } from '../tcp/connection.ts'
import type { Role, Segment } from '../tcp/segment.ts'
import type { Trace } from '../tcp/trace.ts'
import type { DigestBaseline } from './facts/digest.ts'
import type { Fin } from './facts/fins.ts'
import type { KeepAliveTrain } from './facts/keep-alive.ts'
import type { Ladder } from './facts/ladder.ts'
import type { LogTies } from './facts/log-ties.ts'
import type { Outage } from './facts/outage.ts'
import type { PairFacts } from './facts/pair.ts'
import type { Quality } from './facts/quality.ts'
import type { Reset } from './facts/resets.ts'
import type { Hole, LossBySize } from './facts/sizes.ts'
import type { IcmpError, NeighborMessage } from './facts/surroundings.ts'
import type { ZeroWindow } from './facts/zero-window.ts'

/** Where the capture was taken, as far as it can be told: what it can hide depends on it. */
export type Vantage = 'host' | 'peer' | 'middle' | 'unknown'

/** Something with a place in the evidence. `capture` indexes the evidence files. */
export interface Pointer {
  readonly capture: number
  readonly frame: number
  readonly at: number
}

/** All that the rules may look at: what was measured on the subject connection and round it. Facts, no judgement. */
export interface Facts extends LogTies {
  readonly host: { readonly ip: string; readonly port: number }
  readonly peer: { readonly ip: string; readonly port: number }
  readonly protocol: 'tcp' | 'udp'
  readonly trace: Trace
  readonly vantage: Vantage
  /** On the reference capture's clock: when it starts and ends, and when the incident was (with its uncertainty), where it is known. */
  readonly from: number
  readonly until: number
  readonly incident: { readonly at: number; readonly before: number; readonly after: number } | undefined
  readonly established: boolean
  readonly sawSyn: boolean
  readonly fins: Readonly<Partial<Record<Role, Fin>>>
  readonly resets: readonly Reset[]
  readonly ladders: Readonly<Partial<Record<Role, Ladder>>>
  readonly keepAlives: Readonly<Partial<Record<Role, KeepAliveTrain>>>
  /** Closed windows of either side, in time order. */
  readonly zeroWindows: Readonly<Record<Role, readonly ZeroWindow[]>>
  readonly sizes: LossBySize | undefined
  /** Bytes of the host that never came past the capture point, while later ones did. */
  readonly hole: Hole | undefined
  /** ICMP unreachable errors about this connection. */
  readonly unreachable: readonly IcmpError[]
  readonly tooBig: readonly IcmpError[]
  /** Requests for the peer (or for the gateway to it) that nothing answered, the last of them after the peer's last word. */
  readonly unansweredRequests: readonly NeighborMessage[]
  /** Messages that bind the peer's address to a link address. */
  readonly peerBindings: readonly NeighborMessage[]
  readonly outage: Outage | undefined
  readonly pair: PairFacts | undefined
  readonly quality: Quality
  /** What the receipt of a cut capture still knows; undefined where nothing was cut away before. */
  readonly digest: DigestBaseline | undefined
  /** TTL of the peer's address in its other connections, most frequent first: a baseline where this one has none. */
  readonly peerTtlElsewhere: readonly number[]
  readonly states: Readonly<Record<Role, RfcState>>
}

/** The last segment of a side that is not an RST and not a copy. */
export const lastOf = (facts: Facts, role: Role): Segment | undefined =>
  facts.trace.segments.findLast((segment) => segment.from === role && segment.kind !== 'rst' && !segment.copy)

/** How long the evidence lasts: to the end of the capture, or to the incident where that is later known. */
export const observedUntil = (facts: Facts): number => Math.max(facts.until, facts.incident ? facts.incident.at : facts.until)

/** `1 segment`, `2 segments`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

export const seconds = (value: number): string => {
  if (value >= 120) return `${Math.round(value)} s`
  return value >= 10
    ? `${value.toFixed(1)} s`
    : value >= 1
      ? `${value.toFixed(2)} s`
      : `${Math.max(0.1, value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms`
}
