import { isData, type Role, type Segment } from '../../tcp/segment.ts'
import type { Ladder } from './ladder.ts'

/** Which sizes of one side's segments arrived, before and after the trouble began. */
export interface LossBySize {
  /** Payload bytes of the segment that never arrived. */
  readonly lost: number
  /** Largest payload that was delivered at any time, and of what was first sent after the trouble began. */
  readonly largestEver: number
  readonly largestSince: number
  /** Smaller ones that were delivered although sent after the lost one. */
  readonly smallerSince: readonly Segment[]
  /** Smaller ones delivered before. */
  readonly smallerBefore: readonly Segment[]
  /** As large or larger, delivered although sent after the lost one: speaks against a limit of size. */
  readonly largerSince: readonly Segment[]
  /** Never delivered segments at least as large as the lost one, without repetitions. */
  readonly lostLarge: number
  readonly lostSmall: number
}

export function lossBySize(segments: readonly Segment[], role: Role, ladder: Ladder): LossBySize | undefined {
  const first = ladder.sends[0]
  if (!first || ladder.what !== 'data') return undefined
  const own = segments.filter((segment) => segment.from === role && isData(segment) && !segment.copy)
  const delivered = own.filter((segment) => segment.deliveredAt !== undefined && !segment.superseded)
  const isSince = (segment: Segment) => segment.at >= first.at
  const lost = Math.max(...ladder.sends.map((send) => send.length))
  const sizes = (list: readonly Segment[]) => Math.max(0, ...list.map((segment) => segment.length))
  const open = own.filter((segment) => segment.deliveredAt === undefined && segment.kind === 'data')
  return {
    lost,
    largestEver: sizes(delivered),
    largestSince: sizes(delivered.filter(isSince)),
    smallerSince: delivered.filter((segment) => isSince(segment) && segment.length < lost),
    smallerBefore: delivered.filter((segment) => !isSince(segment) && segment.length < lost),
    largerSince: delivered.filter((segment) => isSince(segment) && segment.length >= lost),
    lostLarge: open.filter((segment) => segment.length >= lost).length,
    lostSmall: open.filter((segment) => segment.length < lost).length,
  }
}

/** Bytes that never came past the capture point, although smaller segments sent after them did and the peer reports the hole. */
export interface Hole {
  readonly from: number
  readonly to: number
  /** Segments that arrived behind it. */
  readonly arrivals: readonly Segment[]
  /** Payload bytes of the largest segment that ever came past here. */
  readonly largestSeen: number
}

/** The first hole in the side's sequence space that stays open to the end of the trace. */
export function openHole(segments: readonly Segment[], role: Role): Hole | undefined {
  const own = segments.filter((segment) => segment.from === role && isData(segment) && !segment.copy && !segment.damaged)
  const acked = Math.max(0, ...segments.filter((s) => s.from !== role && s.kind !== 'rst').map((s) => s.ack))
  const behind = own.filter((segment) => segment.seq > acked)
  const to = Math.min(...behind.map((segment) => segment.seq))
  const filled = own.some((segment) => segment.seq <= acked && segment.seq + segment.length > acked)
  if (behind.length === 0 || filled) return undefined
  return { from: acked, to, arrivals: behind, largestSeen: Math.max(...own.map((segment) => segment.length)) }
}
