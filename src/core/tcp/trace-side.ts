import { type Segment, SYN } from './segment.ts'

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

export const newSide = (): TraceSide => ({
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

/** IP-IDs of a host-wide counter step this far between two packets of one connection, at most. */
const SMALL_STEP = 0x1000

/**
 * Counts a segment whose place in its flow is known.
 *
 * @param windowScale that of the SYN's options
 * @param lastIpId of the side's segment before; -1 where there was none
 * @returns the IP-ID to compare the next one with
 */
export function countSegment(side: TraceSide, segment: Segment, windowScale: number | undefined, lastIpId: number): number {
  side.packets++
  if (Number.isNaN(side.firstAt)) side.firstAt = segment.at
  side.lastAt = segment.at
  if (segment.copy) side.copies++
  if (segment.damaged) side.damaged++
  if (segment.kind === 'rst') return lastIpId
  bump(side.ttls, segment.ttl, 16)
  bump(side.macs, segment.mac, 16)
  if (segment.flags & SYN) {
    side.sawSyn = true
    side.windowScale = windowScale
  }
  if (segment.timestampValue !== undefined) side.usesTimestamps = true
  if (segment.ipId < 0 || segment.copy) return lastIpId
  if (lastIpId >= 0) countStep(side, segment.ipId, lastIpId)
  return segment.ipId
}

function countStep(side: TraceSide, ipId: number, last: number): void {
  const step = (ipId - last) & 0xffff
  if (ipId === 0) side.ipIdZero++
  else if (step > 0 && step < SMALL_STEP) side.ipIdSmall++
  else side.ipIdOther++
}

/** The other side has all of a segment: its delivery and, where the acknowledgement is that of a segment sent once, its round trip. */
export function deliver(side: TraceSide, sent: Segment, at: number, cumulative: boolean): void {
  if (sent.deliveredAt !== undefined) return
  sent.deliveredAt = at
  side.largestDelivered = Math.max(side.largestDelivered, sent.length)
  // Karn's rule (RFC 6298 §3): a retransmitted segment's acknowledgement says nothing about the round trip.
  if (!cumulative || sent.kind === 'retransmission' || at < sent.at) return
  side.rttMin = Math.min(side.rttMin, at - sent.at)
  side.rttSamples++
}
