import { ACK, FIN, type Packet, RST, SYN } from '../packet/packet.ts'
import { noteRtt, sendingOrder } from './baselines.ts'
import { ackCoversHole, fillHoles, openHole } from './holes.ts'
import type { LiveConnection } from './live-connection.ts'
import { type LiveSide, NO_SCALE } from './live-side.ts'
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
export function analyzeSegment(connection: LiveConnection, own: LiveSide, other: LiveSide, packet: Packet, at: number): number {
  const seq = packet.seq | 0
  const ack = packet.ack | 0
  const { flags, payloadLength } = packet
  const isFirstSyn = (flags & SYN) !== 0 && own.syns === 1 && seq !== own.base
  if (isFirstSyn || !own.hasSeq) start(own, seq, flags)
  let marks = judge(own, other, seq, ack, packet)
  if (flags & ACK && !(flags & RST)) marks |= judgeAck(own, other, ack)
  const span = flags & RST ? 0 : payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)
  if (span > 0 && !(marks & (KEEP_ALIVE | ZERO_WINDOW_PROBE))) {
    marks |= judgeRepeat(connection, own, other, seq, payloadLength, span, at)
    advance(own, other, seq, (seq + span) | 0, at, marks)
  } else if (marks & LOST_SEGMENT) advance(own, other, seq, seq, at, RETRANSMISSION)
  if (!(flags & RST)) takeAck(connection, own, other, packet, ack, at)
  own.dupAckRun = marks & DUPLICATE_ACK ? own.dupAckRun + 1 : 0
  own.lastMarks = marks
  return marks
}

/** A reset's numbers may be forged or stale: they start nothing. */
function start(own: LiveSide, seq: number, flags: number): void {
  own.hasSeq = (flags & RST) === 0
  if (!own.hasBase || flags & SYN) {
    own.hasBase = true
    own.base = flags & SYN ? seq : (seq - 1) | 0
  }
  own.nextSeq = seq
  own.sent = seqDelta(seq, own.base)
}

/** Probes, windows and acknowledgements: everything that does not depend on whether bytes repeat. */
function judge(own: LiveSide, other: LiveSide, seq: number, ack: number, packet: Packet): number {
  const { flags, window, payloadLength } = packet
  if (flags & CONTROL) return seqDelta(seq, own.nextSeq) > 0 && !(flags & RST) ? LOST_SEGMENT : 0
  const next = seqDelta(seq, own.nextSeq)
  const peerClosed = other.hasAck && other.window === 0
  let marks = window === 0 ? ZERO_WINDOW : 0
  if (payloadLength === 1 && next === 0 && peerClosed) return marks | ZERO_WINDOW_PROBE
  if (next > 0) marks |= LOST_SEGMENT
  const allAcked = !other.hasAck || seqDelta(other.lastAck, own.nextSeq) >= 0
  if (payloadLength <= 1 && next === -1 && allAcked) return marks | KEEP_ALIVE | (peerClosed ? ZERO_WINDOW_PROBE : 0)
  if (payloadLength > 0) return fillsWindow(own, other, seq, payloadLength) ? marks | WINDOW_FULL : marks
  if (next !== 0 || !own.hasAck) return marks
  return marks | judgePureAck(own, other, ack, window)
}

/** Whether a segment reaches the last byte of the window that the other side offered. */
export function fillsWindow(own: LiveSide, other: LiveSide, seq: number, length: number): boolean {
  if (!other.hasAck || other.windowScale === NO_SCALE) return false
  const scale = own.windowScale === NO_SCALE ? 0 : other.windowScale
  return ((seq + length) | 0) === ((other.lastAck + (other.window << scale)) | 0)
}

function judgePureAck(own: LiveSide, other: LiveSide, ack: number, window: number): number {
  const sameAck = ack === own.lastAck
  if (other.lastMarks & ZERO_WINDOW_PROBE && window === 0 && (sameAck || ack === ((own.lastAck + 1) | 0))) return ZERO_WINDOW_PROBE_ACK
  if (!sameAck || window === 0) return 0
  if (window !== own.window) return WINDOW_UPDATE
  return other.lastMarks & KEEP_ALIVE ? KEEP_ALIVE_ACK : DUPLICATE_ACK
}

/** Whether an acknowledgement covers bytes that were not captured. */
function judgeAck(own: LiveSide, other: LiveSide, ack: number): number {
  if (!other.hasSeq) return 0
  const beyond = seqDelta(ack, other.nextSeq)
  if (beyond <= 0) return ackCoversHole(other, ack) ? ACKED_UNSEEN : 0
  if (beyond === 1 && other.lastMarks & ZERO_WINDOW_PROBE) {
    // The probe's byte was taken after all.
    other.sent++
    other.nextSeq = ack
    return 0
  }
  return own.hasAck && seqDelta(ack, own.lastAck) <= 0 ? 0 : ACKED_UNSEEN
}

/** Whether a segment's bytes were sent before, and why again. */
function judgeRepeat(
  connection: LiveConnection,
  own: LiveSide,
  other: LiveSide,
  seq: number,
  length: number,
  span: number,
  at: number,
): number {
  const end = (seq + span) | 0
  const isBelow = seqDelta(seq, own.nextSeq) < 0
  const isNew = isBelow && fillHoles(own, seq, end)
  if (length > 0 && other.hasAck && seqDelta(other.lastAck, (seq + length) | 0) >= 0) return RETRANSMISSION | SPURIOUS_RETRANSMISSION
  if (!isBelow) return 0
  if (other.dupAckRun >= 2 && other.lastAck === seq && at - other.lastAckAt < FAST) return RETRANSMISSION | FAST_RETRANSMISSION
  const threshold = connection.firstRtt > 0 ? connection.firstRtt : REORDERING
  const order = sendingOrder(own)
  if (isNew && (order === 'earlier' || (order === 'unknown' && at - own.nextSeqAt < threshold))) return OUT_OF_ORDER
  // Bytes beyond the highest seen make it new data with an old head: sent again all the same.
  return RETRANSMISSION
}

function advance(own: LiveSide, other: LiveSide, seq: number, end: number, at: number, marks: number): void {
  const beyond = seqDelta(end, own.nextSeq)
  if (beyond <= 0) {
    // Karn: an acknowledgement of something sent twice says nothing about the round trip.
    if (marks & RETRANSMISSION) own.timing = false
    return
  }
  if (seqDelta(seq, own.nextSeq) > 0) {
    // What the other side acknowledged already is not missing any more.
    const known = other.hasAck && seqDelta(other.lastAck, own.nextSeq) > 0 ? other.lastAck : own.nextSeq
    if (seqDelta(seq, known) > 0) openHole(own, known, seq)
  }
  own.sent += beyond
  own.nextSeq = end
  own.nextSeqAt = at
  if (!own.timing && !(marks & RETRANSMISSION)) {
    own.timing = true
    own.timedEnd = end
    own.timedAt = at
  }
}

/** What this side's acknowledgement and window mean for both. */
function takeAck(connection: LiveConnection, own: LiveSide, other: LiveSide, packet: Packet, ack: number, at: number): void {
  own.window = packet.window
  if (!(packet.flags & ACK)) return
  if (!other.hasBase) {
    other.hasBase = true
    other.base = (ack - 1) | 0
  }
  const progress = own.hasAck ? seqDelta(ack, own.lastAck) : 1
  if (progress > 0) {
    own.hasAck = true
    own.lastAck = ack
    const acked = other.hasSeq ? other.sent - seqDelta(other.nextSeq, ack) : seqDelta(ack, other.base)
    if (acked > other.acked) other.acked = acked
    if (other.timing && seqDelta(ack, other.timedEnd) >= 0) closeTiming(connection, own, other, at)
  }
  own.lastAckAt = at
}

/** Something timed was acknowledged. */
export function closeTiming(connection: LiveConnection, own: LiveSide, other: LiveSide, at: number): void {
  other.timing = false
  noteRtt(other, at - other.timedAt)
  // The handshake's two halves make the first round trip.
  if (connection.firstRtt === 0 && own.rttCount === 1 && other.rttCount === 1 && own.hasSyn && other.hasSyn)
    connection.firstRtt = own.rttMin + other.rttMin
}
