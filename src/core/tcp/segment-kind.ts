import { ACK, FIN, RST, type Segment, type SegmentKind, SYN } from './segment.ts'
import type { TraceSide } from './trace-side.ts'
import type { WireSegment } from './wire-segment.ts'

/** One side of a traced connection while it is followed. */
export interface Flow {
  readonly side: TraceSide
  /** Absolute sequence number that counts as 0; undefined before it is known. */
  base: number | undefined
  lastIpId: number
  last: Segment | undefined
  /** The latest bytes went on in other IP fragments: a gap after them is none. */
  goesOn: boolean
  /** The last few segments: a mirror port's copy may come after some others. */
  readonly recent: Segment[]
  readonly outstanding: Map<number, Segment>
}

/** Worth keeping when a long connection's middle is left out. */
export const isSpecial = (segment: Segment): boolean =>
  (segment.kind !== 'data' && segment.kind !== 'ack' && segment.kind !== 'duplicate-ack') || segment.damaged

/**
 * The same packet twice: a mirror port that copies both directions shows each packet where it enters and where it leaves the switch.
 * A stack that really sends again counts its IP-ID on, or waits at least a good part of a round trip.
 */
export const isCopy = (recent: readonly Segment[], wire: WireSegment, seq: number, ack: number, rtt: number): boolean => {
  // Answers to several segments look alike down to the IP-ID: an RST is never taken for a copy of the one before.
  if (wire.flags & RST) return false
  const most = wire.ipId > 0 ? 0.05 : Math.min(0.001, 0.25 * rtt)
  if (wire.length === 0 && wire.ipId <= 0 && !(wire.flags & (SYN | FIN))) return false
  return recent.some(
    (before) =>
      wire.at - before.at < most &&
      before.seq === seq &&
      before.ack === ack &&
      before.flags === wire.flags &&
      before.length === wire.length &&
      before.ipId === wire.ipId &&
      before.window === wire.window &&
      before.timestampValue === wire.timestampValue,
  )
}

/** What a segment is, given what both sides did before. */
export const classify = (own: Flow, other: Flow, wire: WireSegment, seq: number, ack: number): SegmentKind => {
  if (wire.flags & RST) return 'rst'
  if (wire.flags & SYN) return wire.flags & ACK ? 'syn-ack' : 'syn'
  const { side } = own
  const end = seq + wire.length + (wire.flags & FIN ? 1 : 0)
  const closed = other.side.window === 0 && !(other.last && other.last.flags & SYN)
  if (!(wire.flags & FIN) && wire.length <= 1 && side.packets > 0) {
    // RFC 9293 §3.8.4: SEG.SEQ = SND.NXT - 1; Linux probes a closed window with the same shape, other stacks with one new byte.
    if (seq === side.maxEnd - 1 && side.acked >= side.maxEnd) return closed ? 'zero-window-probe' : 'keep-alive'
    if (wire.length === 0 && (seq === side.acked - 1 || seq === side.maxEnd - 1)) return closed ? 'zero-window-probe' : 'keep-alive'
    if (closed && wire.length === 1) return 'zero-window-probe'
  }
  if (end > seq && end <= side.maxEnd && side.packets > 0) return 'retransmission'
  if (wire.flags & FIN) return 'fin'
  if (wire.length > 0) return 'data'
  return ack === other.side.acked && side.packets > 1 && other.side.maxEnd > other.side.acked && wire.window === side.window
    ? 'duplicate-ack'
    : 'ack'
}
