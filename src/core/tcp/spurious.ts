import { ABSENT, type Packet } from '../packet/packet.ts'
import { readTcpOptions, TcpOptions } from '../packet/tcp-options.ts'
import { bump, type LiveConnections } from './live-connections.ts'
import { FLAGS, NEXT_SEQ, RESENT, SPURIOUS_RETRANSMISSIONS } from './live-layout.ts'
import { seqDelta } from './sequence.ts'

/** A side's latest retransmission, as long as it is not known whether it was needed. */
export interface Resent {
  readonly start: number
  readonly end: number
  /** `NEXT_SEQ` when it was sent: what is acknowledged beyond that came after it. */
  readonly before: number
  /**
   * TSval, unsigned, of the first of the retransmissions in a row; ABSENT without timestamps. (A delayed acknowledgement of
   * several echoes the first one's.)
   */
  readonly timestamp: number
}

const options = new TcpOptions()

/** A side sent [seq, seq + length) again: the other side's acknowledgements will tell whether it had the bytes. */
export function awaitVerdict(live: LiveConnections, own: number, packet: Packet, seq: number, length: number): void {
  const { words } = live
  readTcpOptions(packet, options)
  const timestamp = live.resent.get(own)?.timestamp ?? options.timestamp
  live.resent.set(own, { start: seq, end: (seq + length) | 0, before: words[own + NEXT_SEQ] as number, timestamp })
  words[own + FLAGS] = (words[own + FLAGS] as number) | RESENT
}

/**
 * Reads from an acknowledgement whether the other side's retransmission was needed, and counts it as spurious where it was not: a
 * D-SACK reports the bytes as received twice (RFC 2883 §4), or the acknowledgement of the bytes echoes a timestamp from before the
 * retransmission (Eifel: RFC 3522 §3.2). TShark, which looks back only, calls such a retransmission a plain one.
 */
export function takeVerdict(live: LiveConnections, other: number, packet: Packet, ack: number): void {
  const resent = live.resent.get(other)
  if (resent === undefined) return
  readTcpOptions(packet, options)
  const covers = seqDelta(ack, resent.end) >= 0
  const hasEcho = covers && resent.timestamp !== ABSENT && options.timestamp !== ABSENT
  const isEarlier = hasEcho && seqDelta(options.timestampEcho, resent.timestamp) < 0
  if (isEarlier || reportsTwice(resent, ack)) bump(live.words, other + SPURIOUS_RETRANSMISSIONS)
  // The echo of the retransmission itself, or what was sent after it: it was needed, or nobody will tell.
  else if (!hasEcho && seqDelta(ack, resent.before) <= 0) return
  forget(live, other)
}

/** The first block lies below the acknowledgement, or inside the second one, and covers the retransmission. */
function reportsTwice({ start, end }: Resent, ack: number): boolean {
  const [left = 0, right = 0, nextLeft = 0, nextRight = 0] = options.sackEdges
  if (options.sackBlocks === 0) return false
  const isInNext = options.sackBlocks > 1 && seqDelta(left, nextLeft) >= 0 && seqDelta(right, nextRight) <= 0
  return (seqDelta(right, ack) <= 0 || isInNext) && seqDelta(left, start) <= 0 && seqDelta(right, end) >= 0
}

function forget(live: LiveConnections, side: number): void {
  live.resent.delete(side)
  live.words[side + FLAGS] = (live.words[side + FLAGS] as number) & ~RESENT
}
