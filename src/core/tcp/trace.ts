import { Bins } from './bins.ts'
import { KeptSegments } from './kept-segments.ts'
import { ACK, endOf, isData, otherRole, type Role, RST, type Segment, SYN } from './segment.ts'
import { classify, type Flow, isCopy } from './segment-kind.ts'
import { seqDelta } from './sequence.ts'
import { countSegment, deliver, newSide, type TraceSide } from './trace-side.ts'
import type { WireSegment } from './wire-segment.ts'

/** A connection's packets in time order, bounded: the first ones, the last ones, and what is special in between. */
export interface Trace {
  readonly segments: readonly Segment[]
  readonly leftOut: number
  /** What passed over time, left out or not; see {@link SERIES}. */
  readonly bins: Bins
  readonly host: TraceSide
  readonly peer: TraceSide
}

/** The series of a trace's bins. */
export const SERIES = { hostBytes: 0, peerBytes: 1, retransmissions: 2, zeroWindows: 3, resets: 4, packets: 5 } as const

/** Outstanding segments remembered for RTT and delivery. */
const OUTSTANDING = 1_024
const RECENT = 8

/** Places each segment of one connection in its flow as it passes. Feed it in time order; memory is bounded whatever passes. */
export class FlowTrace {
  private readonly flows: Record<Role, Flow> = {
    host: { side: newSide(), base: undefined, lastIpId: -1, last: undefined, goesOn: false, recent: [], outstanding: new Map() },
    peer: { side: newSide(), base: undefined, lastIpId: -1, last: undefined, goesOn: false, recent: [], outstanding: new Map() },
  }
  private readonly kept = new KeptSegments()
  private readonly bins: Bins

  /** @param origin seconds since the epoch: where the bins start */
  constructor(origin = 0) {
    this.bins = new Bins(origin, 6)
  }

  add(wire: WireSegment): void {
    const own = this.flows[wire.from]
    const other = this.flows[otherRole(wire.from)]
    const seq = this.relativeSeq(own, wire)
    const ack = wire.flags & ACK ? this.relativeAck(other, wire.ack) : 0
    const kind = classify(own, other, wire, seq, ack)
    const segment: Segment = {
      capture: wire.capture,
      frame: wire.frame,
      at: wire.at,
      from: wire.from,
      flags: wire.flags,
      seq,
      ack,
      length: wire.length,
      wireLength: wire.wireLength,
      window: wire.window,
      ttl: wire.ttl,
      ipId: wire.ipId,
      mac: wire.mac,
      timestampValue: wire.timestampValue,
      timestampEcho: wire.timestampEcho,
      kind,
      damaged: wire.damaged,
      copy: isCopy(own.recent, wire, seq, ack, other.side.rttMin),
      payload: wire.payload,
      deliveredAt: undefined,
      superseded: false,
    }
    own.lastIpId = countSegment(own.side, segment, wire.windowScale, own.lastIpId)
    if (!segment.copy && !segment.damaged) this.advance(own, other, segment, wire)
    this.countOverTime(segment)
    this.kept.add(segment)
    own.last = segment
    own.recent.push(segment)
    if (own.recent.length > RECENT) own.recent.shift()
  }

  result(): Trace {
    for (const flow of [this.flows.host, this.flows.peer]) flow.side.base = flow.base ?? 0
    return {
      segments: this.kept.all(),
      leftOut: this.kept.leftOut,
      bins: this.bins,
      host: this.flows.host.side,
      peer: this.flows.peer.side,
    }
  }

  private relativeSeq(own: Flow, wire: WireSegment): number {
    if (own.base === undefined) own.base = wire.flags & RST && !(wire.flags & ACK) && wire.seq === 0 ? undefined : wire.seq
    if (own.base === undefined) return 0
    const reference = own.base + own.side.maxEnd
    return own.side.maxEnd + seqDelta(wire.seq, reference)
  }

  private relativeAck(other: Flow, ack: number): number {
    if (other.base === undefined) other.base = ack
    return other.side.maxEnd + seqDelta(ack, other.base + other.side.maxEnd)
  }

  private countOverTime(segment: Segment): void {
    const { bins } = this
    bins.add(SERIES.packets, segment.at, 1)
    if (segment.copy) return
    if (isData(segment)) bins.add(segment.from === 'host' ? SERIES.hostBytes : SERIES.peerBytes, segment.at, segment.length)
    if (segment.kind === 'retransmission') bins.add(SERIES.retransmissions, segment.at, 1)
    if (segment.kind === 'rst') bins.add(SERIES.resets, segment.at, 1)
    else if (segment.window === 0 && !(segment.flags & SYN)) bins.add(SERIES.zeroWindows, segment.at, 1)
  }

  private advance(own: Flow, other: Flow, segment: Segment, { sackEdges, isFragmented }: WireSegment): void {
    const { side } = own
    const end = endOf(segment)
    if (segment.kind !== 'rst') {
      if (isData(segment)) {
        side.dataPackets++
        side.lastDataAt = segment.at
        side.bytes += Math.max(0, end - Math.max(segment.seq, side.maxEnd))
        if (segment.kind === 'retransmission') side.retransmissions++
      }
      if (segment.seq > side.maxEnd && side.packets > 1 && !own.goesOn) side.unseen++
      if (end > segment.seq) own.goesOn = isFragmented
      if (end > segment.seq && segment.kind !== 'keep-alive' && segment.kind !== 'zero-window-probe') {
        const before = own.outstanding.get(segment.seq)
        if (before) before.superseded = true
        if (own.outstanding.size < OUTSTANDING) own.outstanding.set(segment.seq, segment)
      }
      if (segment.kind !== 'keep-alive') side.maxEnd = Math.max(side.maxEnd, end)
      side.window = segment.window
    }
    if (segment.flags & ACK && segment.kind !== 'rst') {
      this.acknowledge(other, segment)
      for (let i = 0; i + 1 < sackEdges.length; i += 2) this.sacked(other, sackEdges[i] ?? 0, sackEdges[i + 1] ?? 0, segment.at)
    }
  }

  private acknowledge(other: Flow, segment: Segment): void {
    const { side } = other
    if (segment.ack <= side.acked) return
    if (segment.ack > side.maxEnd) {
      if (side.packets > 0 && !other.goesOn) side.unseen++
      other.goesOn = false
      side.maxEnd = segment.ack
    }
    side.acked = segment.ack
    for (const [seq, sent] of other.outstanding) {
      // In the order they were sent: behind the first one beyond the acknowledgement lies none that it covers.
      if (sent.seq >= segment.ack) break
      if (endOf(sent) > segment.ack) continue
      deliver(side, sent, segment.at, true)
      other.outstanding.delete(seq)
    }
  }

  private sacked(other: Flow, left: number, right: number, at: number): void {
    const from = this.relativeAck(other, left)
    const to = this.relativeAck(other, right)
    for (const sent of other.outstanding.values()) {
      if (sent.seq >= from && endOf(sent) <= to) deliver(other.side, sent, at, false)
    }
  }
}
