import { Bins } from './bins.ts'
import { ACK, endOf, isData, otherRole, type Role, RST, type Segment, SYN } from './segment.ts'
import { classify, type Flow, isCopy, isSpecial } from './segment-kind.ts'

/** What a traced segment looks like before it is placed in its flow: header fields as they are on the wire. */
export interface WireSegment {
  capture: number
  frame: number
  at: number
  from: Role
  flags: number
  /** Absolute, unsigned 32-bit. */
  seq: number
  ack: number
  length: number
  wireLength: number
  window: number
  ttl: number
  ipId: number
  mac: string
  timestampValue: number | undefined
  timestampEcho: number | undefined
  windowScale: number | undefined
  /** Absolute left and right edges, in pairs. */
  sackEdges: readonly number[]
  damaged: boolean
  payload: Uint8Array | undefined
}

/** Numbers of one side over all of its packets, kept or not. */
export interface TraceSide {
  packets: number
  dataPackets: number
  /** Payload bytes, each counted once. */
  bytes: number
  /** First relative sequence number not yet sent, and not yet acknowledged. */
  maxEnd: number
  acked: number
  firstAt: number
  lastAt: number
  lastDataAt: number | undefined
  window: number
  windowScale: number | undefined
  sawSyn: boolean
  /** Absolute sequence number that counts as 0. */
  base: number
  retransmissions: number
  damaged: number
  copies: number
  /** Segments that the other side acknowledged and this capture never saw (sequence numbers jumped past). */
  unseen: number
  /** TTL or hop limit of segments without RST → segments. */
  readonly ttls: Map<number, number>
  /** Source MAC of segments without RST → segments. */
  readonly macs: Map<string, number>
  /** Steps between IP-IDs of consecutive segments without RST: small positive ones, zeros, others. */
  ipIdSmall: number
  ipIdZero: number
  ipIdOther: number
  /** Seconds between this side's segment and the other side's acknowledgement. */
  rttMin: number
  rttSamples: number
  usesTimestamps: boolean
  /** Largest payload that was delivered, and how many bytes its frame had. */
  largestDelivered: number
}

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

const HEAD = 400
const TAIL = 2_400
const SPECIAL = 1_200
/** Outstanding segments remembered for RTT and delivery. */
const OUTSTANDING = 1_024
const RECENT = 8
const HALF = 0x8000_0000

const newSide = (): TraceSide => ({
  packets: 0,
  dataPackets: 0,
  bytes: 0,
  maxEnd: 0,
  acked: 0,
  firstAt: Number.NaN,
  lastAt: Number.NaN,
  lastDataAt: undefined,
  window: -1,
  windowScale: undefined,
  sawSyn: false,
  base: 0,
  retransmissions: 0,
  damaged: 0,
  copies: 0,
  unseen: 0,
  ttls: new Map(),
  macs: new Map(),
  ipIdSmall: 0,
  ipIdZero: 0,
  ipIdOther: 0,
  rttMin: Number.POSITIVE_INFINITY,
  rttSamples: 0,
  usesTimestamps: false,
  largestDelivered: 0,
})

const bump = <K>(counts: Map<K, number>, key: K, most: number): void => {
  const seen = counts.get(key)
  if (seen !== undefined || counts.size < most) counts.set(key, (seen ?? 0) + 1)
}

/** Signed distance of two 32-bit sequence numbers (RFC 9293 §3.4). */
const distance = (to: number, from: number): number => {
  const steps = (to - from) >>> 0
  return steps >= HALF ? steps - 2 * HALF : steps
}

/** Places each segment of one connection in its flow as it passes. Feed it in time order; memory is bounded whatever passes. */
export class FlowTrace {
  private readonly flows: Record<Role, Flow> = {
    host: { side: newSide(), base: undefined, lastIpId: -1, last: undefined, recent: [], outstanding: new Map() },
    peer: { side: newSide(), base: undefined, lastIpId: -1, last: undefined, recent: [], outstanding: new Map() },
  }
  private readonly head: Segment[] = []
  private readonly special: Segment[] = []
  private tail: Segment[] = []
  private tailStart = 0
  private leftOut = 0
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
    this.count(own, segment, wire)
    if (!segment.copy && !segment.damaged) this.advance(own, other, segment, wire.sackEdges)
    this.countOverTime(segment)
    this.keep(segment)
    own.last = segment
    own.recent.push(segment)
    if (own.recent.length > RECENT) own.recent.shift()
  }

  result(): Trace {
    for (const flow of [this.flows.host, this.flows.peer]) flow.side.base = flow.base ?? 0
    const segments = [...this.head, ...this.special, ...this.tail.slice(this.tailStart)]
    return { segments, leftOut: this.leftOut, bins: this.bins, host: this.flows.host.side, peer: this.flows.peer.side }
  }

  private relativeSeq(own: Flow, wire: WireSegment): number {
    if (own.base === undefined) own.base = wire.flags & RST && !(wire.flags & ACK) && wire.seq === 0 ? undefined : wire.seq
    if (own.base === undefined) return 0
    const reference = own.base + own.side.maxEnd
    return own.side.maxEnd + distance(wire.seq, reference >>> 0)
  }

  private relativeAck(other: Flow, ack: number): number {
    if (other.base === undefined) other.base = ack
    return other.side.maxEnd + distance(ack, (other.base + other.side.maxEnd) >>> 0)
  }

  private count(own: Flow, segment: Segment, wire: WireSegment): void {
    const { side } = own
    side.packets++
    if (Number.isNaN(side.firstAt)) side.firstAt = segment.at
    side.lastAt = segment.at
    if (segment.copy) side.copies++
    if (segment.damaged) side.damaged++
    if (segment.kind === 'rst') return
    bump(side.ttls, segment.ttl, 16)
    bump(side.macs, segment.mac, 16)
    if (segment.flags & SYN) {
      side.sawSyn = true
      side.windowScale = wire.windowScale
    }
    if (segment.timestampValue !== undefined) side.usesTimestamps = true
    if (segment.ipId < 0 || segment.copy) return
    const step = (segment.ipId - own.lastIpId) & 0xffff
    if (own.lastIpId >= 0) {
      if (segment.ipId === 0) side.ipIdZero++
      else if (step > 0 && step < 0x1000) side.ipIdSmall++
      else side.ipIdOther++
    }
    own.lastIpId = segment.ipId
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

  private advance(own: Flow, other: Flow, segment: Segment, sackEdges: readonly number[]): void {
    const { side } = own
    const end = endOf(segment)
    if (segment.kind !== 'rst') {
      if (isData(segment)) {
        side.dataPackets++
        side.lastDataAt = segment.at
        side.bytes += Math.max(0, end - Math.max(segment.seq, side.maxEnd))
        if (segment.kind === 'retransmission') side.retransmissions++
      }
      if (segment.seq > side.maxEnd && side.packets > 1) side.unseen++
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
      if (side.packets > 0) side.unseen++
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

  private keep(segment: Segment): void {
    if (this.head.length < HEAD) {
      this.head.push(segment)
      return
    }
    this.tail.push(segment)
    if (this.tail.length - this.tailStart <= TAIL) return
    const evicted = this.tail[this.tailStart++]
    if (evicted && isSpecial(evicted) && this.special.length < SPECIAL) this.special.push(evicted)
    else this.leftOut++
    if (this.tailStart >= TAIL) {
      this.tail = this.tail.slice(this.tailStart)
      this.tailStart = 0
    }
  }
}

const deliver = (side: TraceSide, sent: Segment, at: number, cumulative: boolean): void => {
  if (sent.deliveredAt !== undefined) return
  sent.deliveredAt = at
  side.largestDelivered = Math.max(side.largestDelivered, sent.length)
  // Karn's rule (RFC 6298 §3): a retransmitted segment's acknowledgement says nothing about the round trip.
  if (!cumulative || sent.kind === 'retransmission' || at < sent.at) return
  side.rttMin = Math.min(side.rttMin, at - sent.at)
  side.rttSamples++
}
