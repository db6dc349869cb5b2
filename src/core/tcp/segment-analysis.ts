import { ACK, FIN, type Packet, RST, SYN } from '../packet/packet.ts'
import { sendingOrder } from './baselines.ts'
import { ackCoversHole, fillHoles, openHole } from './holes.ts'
import type { LiveConnections } from './live-connections.ts'
import {
  ACKED,
  BASE,
  DUP_ACK_RUN,
  FIRST_RTT,
  FLAGS,
  HAS_ACK,
  HAS_BASE,
  HAS_SEQ,
  LAST_ACK,
  LAST_ACK_AT,
  LAST_MARKS,
  NEXT_SEQ,
  NEXT_SEQ_AT,
  OPEN_HOLES,
  SENT,
  SYNS,
  TIMING,
  WINDOW,
} from './live-layout.ts'
import {
  ACKED_UNSEEN,
  DUPLICATE_ACK,
  FAST_RETRANSMISSION,
  KEEP_ALIVE,
  KEEP_ALIVE_ACK,
  LOST_SEGMENT,
  OUT_OF_ORDER,
  RETRANSMISSION,
  SPURIOUS_RETRANSMISSION,
  WINDOW_FULL,
  WINDOW_UPDATE,
  ZERO_WINDOW,
  ZERO_WINDOW_PROBE,
  ZERO_WINDOW_PROBE_ACK,
} from './marks.ts'
import { acknowledge, endTiming, fillsWindow, startTiming } from './plain-segment.ts'
import { seqDelta } from './sequence.ts'

/** A segment that comes this soon after the one it should have preceded was reordered, where no round trip was measured (seconds; TShark's figure). */
const REORDERING = 0.003
/** A retransmission this soon after the duplicate acknowledgements answers them (seconds; TShark's figure). */
const FAST = 0.02
const CONTROL = SYN | FIN | RST

/**
 * What a segment is, judged by what was captured before it, in the terms of TShark's sequence analysis; then what it changes.
 *
 * Differences from TShark, on purpose: bytes that were captured before make a retransmission, never "out of order"; a keep-alive
 * needs everything to be acknowledged, so a lost last byte sent again is a retransmission; IP-IDs that count up tell what was
 * reordered from what was sent again, and only without them the time does; ranges that are missing are remembered
 * one by one, so an acknowledgement of a filled range is not "unseen".
 *
 * @returns bits of `marks.ts`
 */
export function analyzeSegment(
  live: LiveConnections,
  connection: number,
  own: number,
  other: number,
  packet: Packet,
  seq: number,
  ack: number,
  at: number,
): number {
  const { words } = live
  const { flags, payloadLength } = packet
  const isFirstSyn = (flags & SYN) !== 0 && words[own + SYNS] === 1 && seq !== words[own + BASE]
  if (isFirstSyn || !((words[own + FLAGS] as number) & HAS_SEQ)) start(live, own, seq, flags)
  let marks = judge(words, own, other, seq, ack, packet)
  if ((flags & (ACK | RST)) === ACK) marks |= judgeAck(live, own, other, ack)
  const span = flags & RST ? 0 : payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  if (span > 0 && !(marks & (KEEP_ALIVE | ZERO_WINDOW_PROBE))) {
    marks |= judgeRepeat(live, connection, own, other, seq, payloadLength, span, at)
    advance(live, own, other, seq, (seq + span) | 0, at, marks)
  } else if (marks & LOST_SEGMENT) advance(live, own, other, seq, seq, at, RETRANSMISSION)
  if (!(flags & RST)) takeAck(live, connection, own, other, packet, ack, at)
  words[own + DUP_ACK_RUN] = marks & DUPLICATE_ACK ? (words[own + DUP_ACK_RUN] as number) + 1 : 0
  words[own + LAST_MARKS] = marks
  return marks
}

/** A reset's numbers may be forged or stale: they start nothing. */
function start(live: LiveConnections, own: number, seq: number, flags: number): void {
  const { words } = live
  const known = (words[own + FLAGS] as number) & ~HAS_SEQ
  if (!(known & HAS_BASE) || flags & SYN) words[own + BASE] = flags & SYN ? seq : (seq - 1) | 0
  words[own + FLAGS] = known | HAS_BASE | (flags & RST ? 0 : HAS_SEQ)
  words[own + NEXT_SEQ] = seq
  live.doubles[(own >> 1) + SENT] = seqDelta(seq, words[own + BASE] as number)
}

/** Probes, windows and acknowledgements: everything that does not depend on whether bytes repeat. */
function judge(words: Int32Array, own: number, other: number, seq: number, ack: number, packet: Packet): number {
  const { flags, window, payloadLength } = packet
  const next = seqDelta(seq, words[own + NEXT_SEQ] as number)
  if (flags & CONTROL) return next > 0 && !(flags & RST) ? LOST_SEGMENT : 0
  const peerAcks = ((words[other + FLAGS] as number) & HAS_ACK) !== 0
  const peerClosed = peerAcks && words[other + WINDOW] === 0
  let marks = window === 0 ? ZERO_WINDOW : 0
  if (payloadLength === 1 && next === 0 && peerClosed) return marks | ZERO_WINDOW_PROBE
  if (next > 0) marks |= LOST_SEGMENT
  const allAcked = !peerAcks || seqDelta(words[other + LAST_ACK] as number, words[own + NEXT_SEQ] as number) >= 0
  if (payloadLength <= 1 && next === -1 && allAcked) return marks | KEEP_ALIVE | (peerClosed ? ZERO_WINDOW_PROBE : 0)
  if (payloadLength > 0) return fillsWindow(words, own, other, (seq + payloadLength) | 0) ? marks | WINDOW_FULL : marks
  if (next !== 0 || !((words[own + FLAGS] as number) & HAS_ACK)) return marks
  return marks | judgePureAck(words, own, other, ack, window)
}

function judgePureAck(words: Int32Array, own: number, other: number, ack: number, window: number): number {
  const lastAck = words[own + LAST_ACK] as number
  const otherMarks = words[other + LAST_MARKS] as number
  const sameAck = ack === lastAck
  if (otherMarks & ZERO_WINDOW_PROBE && window === 0 && (sameAck || ack === ((lastAck + 1) | 0))) return ZERO_WINDOW_PROBE_ACK
  if (!sameAck || window === 0) return 0
  if (window !== words[own + WINDOW]) return WINDOW_UPDATE
  return otherMarks & KEEP_ALIVE ? KEEP_ALIVE_ACK : DUPLICATE_ACK
}

/** Whether an acknowledgement covers bytes that were not captured. */
function judgeAck(live: LiveConnections, own: number, other: number, ack: number): number {
  const { words } = live
  if (!((words[other + FLAGS] as number) & HAS_SEQ)) return 0
  const beyond = seqDelta(ack, words[other + NEXT_SEQ] as number)
  if (beyond <= 0) return words[other + OPEN_HOLES] !== 0 && ackCoversHole(live, other, ack) ? ACKED_UNSEEN : 0
  if (beyond === 1 && (words[other + LAST_MARKS] as number) & ZERO_WINDOW_PROBE) {
    // The probe's byte was taken after all.
    live.doubles[(other >> 1) + SENT] = (live.doubles[(other >> 1) + SENT] as number) + 1
    words[other + NEXT_SEQ] = ack
    return 0
  }
  const isOld = ((words[own + FLAGS] as number) & HAS_ACK) !== 0 && seqDelta(ack, words[own + LAST_ACK] as number) <= 0
  return isOld ? 0 : ACKED_UNSEEN
}

/** Whether a segment's bytes were sent before, and why again. */
function judgeRepeat(
  live: LiveConnections,
  connection: number,
  own: number,
  other: number,
  seq: number,
  length: number,
  span: number,
  at: number,
): number {
  const { words, doubles } = live
  const isBelow = seqDelta(seq, words[own + NEXT_SEQ] as number) < 0
  const isNew = isBelow && fillHoles(live, own, seq, (seq + span) | 0)
  if (length > 0 && isAcked(words, other, (seq + length) | 0)) return RETRANSMISSION | SPURIOUS_RETRANSMISSION
  if (!isBelow) return 0
  const isAskedFor = (words[other + DUP_ACK_RUN] as number) >= 2 && words[other + LAST_ACK] === seq
  if (isAskedFor && at - (doubles[(other >> 1) + LAST_ACK_AT] as number) < FAST) return RETRANSMISSION | FAST_RETRANSMISSION
  if (!isNew) return RETRANSMISSION
  const firstRtt = doubles[(connection >> 1) + FIRST_RTT] as number
  const isSoon = at - (doubles[(own >> 1) + NEXT_SEQ_AT] as number) < (firstRtt > 0 ? firstRtt : REORDERING)
  const order = sendingOrder(words, own)
  // Bytes beyond the highest seen make it new data with an old head: sent again all the same.
  return order === 'earlier' || (order === 'unknown' && isSoon) ? OUT_OF_ORDER : RETRANSMISSION
}

const isAcked = (words: Int32Array, other: number, end: number): boolean =>
  ((words[other + FLAGS] as number) & HAS_ACK) !== 0 && seqDelta(words[other + LAST_ACK] as number, end) >= 0

function advance(live: LiveConnections, own: number, other: number, seq: number, end: number, at: number, marks: number): void {
  const { words, doubles } = live
  const next = words[own + NEXT_SEQ] as number
  const beyond = seqDelta(end, next)
  if (beyond <= 0) {
    // Karn: an acknowledgement of something sent twice says nothing about the round trip.
    if (marks & RETRANSMISSION) words[own + FLAGS] = (words[own + FLAGS] as number) & ~TIMING
    return
  }
  if (seqDelta(seq, next) > 0) {
    // What the other side acknowledged already is not missing any more.
    const acked = words[other + LAST_ACK] as number
    const known = (words[other + FLAGS] as number) & HAS_ACK && seqDelta(acked, next) > 0 ? acked : next
    if (seqDelta(seq, known) > 0) openHole(live, own, known, seq)
  }
  const d = own >> 1
  doubles[d + SENT] = (doubles[d + SENT] as number) + beyond
  words[own + NEXT_SEQ] = end
  doubles[d + NEXT_SEQ_AT] = at
  if (!(marks & RETRANSMISSION)) startTiming(live, own, end, at)
}

/** What this side's acknowledgement and window mean for both. */
function takeAck(live: LiveConnections, connection: number, own: number, other: number, packet: Packet, ack: number, at: number): void {
  const { words, doubles } = live
  words[own + WINDOW] = packet.window
  if (!(packet.flags & ACK)) return
  const otherFlags = words[other + FLAGS] as number
  if (!(otherFlags & HAS_BASE)) {
    words[other + FLAGS] = otherFlags | HAS_BASE
    words[other + BASE] = (ack - 1) | 0
  }
  const flags = words[own + FLAGS] as number
  doubles[(own >> 1) + LAST_ACK_AT] = at
  if (flags & HAS_ACK && seqDelta(ack, words[own + LAST_ACK] as number) <= 0) return
  words[own + FLAGS] = flags | HAS_ACK
  words[own + LAST_ACK] = ack
  if (otherFlags & HAS_SEQ) {
    acknowledge(live, connection, own, other, ack, at)
    return
  }
  const acked = seqDelta(ack, words[other + BASE] as number)
  if (acked > (doubles[(other >> 1) + ACKED] as number)) doubles[(other >> 1) + ACKED] = acked
  endTiming(live, connection, own, other, ack, at)
}
