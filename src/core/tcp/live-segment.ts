import { ACK, FIN, type Packet, RST, SYN } from '../packet/packet.ts'
import { readTcpOptions, TcpOptions } from '../packet/tcp-options.ts'
import { noteMac } from './baselines.ts'
import { KIND_TURNED } from './connection-table.ts'
import { KEPT } from './decisive.ts'
import { fingerprint, isCaptureDuplicate, pathOf, remember, wrappedMicros } from './duplicates.ts'
import { afterSegment, CLOSED, ownState, peerState, RESET, turned } from './endpoint-state.ts'
import { HISTORY, isLogged } from './history.ts'
import { bump, type LiveConnections } from './live-connections.ts'
import {
  ACKED_UNSEENS,
  BAD_CHECKSUMS,
  BYTES,
  CAPTURE_DUPLICATES,
  DUPLICATE_ACKS,
  FAST_RETRANSMISSIONS,
  FIN_ANSWERS_FIN,
  FIN_END,
  FINS,
  FIRST_AT,
  FLAGS,
  HAS_ACK,
  HAS_FIN,
  HAS_SEQ,
  HAS_SYN,
  KEEP_ALIVE_ACKS,
  KEEP_ALIVES,
  LAST_ACK,
  LAST_AT,
  LAST_DATA,
  LAST_DATA_AT,
  LAST_FRAME,
  LAST_PURE_ACK,
  LAST_PURE_ACK_AT,
  LAST_RST_SEQ,
  LAST_SYN_SEQ,
  LIVE_KIND,
  LOST_SEGMENTS,
  NEXT_SEQ,
  NO_SCALE,
  OUT_OF_ORDERS,
  otherSide,
  PACKETS,
  RESENT,
  RESETS,
  RETRANSMISSIONS,
  REWRITES,
  SPURIOUS_RETRANSMISSIONS,
  STATES,
  SYN_OPTIONS,
  SYNS,
  WINDOW_FULLS,
  WINDOW_SCALE,
  WROTE_ACK,
  WROTE_DATA,
  ZERO_WINDOW_LETTERS,
  ZERO_WINDOW_PROBES,
  ZERO_WINDOWS,
} from './live-layout.ts'
import {
  ACKED_UNSEEN,
  BAD_CHECKSUM,
  CAPTURE_DUPLICATE,
  DUPLICATE_ACK,
  FAST_RETRANSMISSION,
  KEEP_ALIVE,
  KEEP_ALIVE_ACK,
  LOST_SEGMENT,
  OUT_OF_ORDER,
  RETRANSMISSION,
  SPURIOUS_RETRANSMISSION,
  WINDOW_FULL,
  ZERO_WINDOW,
  ZERO_WINDOW_PROBE,
} from './marks.ts'
import { keepLast, notePacket } from './plain-segment.ts'
import { keepStatesBeforeReset } from './rfc-state.ts'
import { analyzeSegment } from './segment-analysis.ts'
import { seqDelta } from './sequence.ts'
import { awaitVerdict, takeVerdict } from './spurious.ts'
import { packSynOptions } from './syn-options.ts'

const CONTROL = SYN | FIN | RST

const options = new TcpOptions()

/**
 * Follows one TCP segment of a connection in its rich form.
 *
 * @param isBad its checksum is wrong: the receiver drops it, so it changes no endpoint state
 * @returns bits of `marks.ts`
 */
export function followSegment(live: LiveConnections, connection: number, own: number, packet: Packet, at: number, isBad: boolean): number {
  const { words } = live
  const other = otherSide(connection, own)
  const fromB = own > other
  const seq = packet.seq | 0
  const ack = packet.ack | 0
  noteArrival(live, connection, own, packet, at)
  if (isCopy(words, own, packet, seq, ack, isBad)) {
    bump(words, own + CAPTURE_DUPLICATES)
    return CAPTURE_DUPLICATE
  }
  if (packet.flags & CONTROL) noteControl(live, connection, own, other, packet, fromB)
  const marks = analyzeSegment(live, connection, own, other, packet, seq, ack, at) | (isBad ? BAD_CHECKSUM : 0)
  if ((marks & (RETRANSMISSION | SPURIOUS_RETRANSMISSION)) === RETRANSMISSION && packet.payloadLength > 0)
    awaitVerdict(live, own, packet, seq, packet.payloadLength)
  if ((words[other + FLAGS] as number) & RESENT && (packet.flags & (ACK | RST)) === ACK) takeVerdict(live, other, packet, ack)
  if (packet.flags & FIN) noteFin(words, own, other, (seq + packet.payloadLength + 1) | 0, ack)
  if (marks !== 0) count(words, own, other, marks)
  if (!isBad) followState(live, connection, own, other, packet, seq, marks)
  else live.addLetter(connection, HISTORY.checksum, fromB, isLogged(words[own + BAD_CHECKSUMS] as number))
  keepDecisive(live, connection, own, packet, fromB, marks, at)
  return marks
}

function noteArrival(live: LiveConnections, connection: number, own: number, packet: Packet, at: number): void {
  const { words, doubles } = live
  const d = own >> 1
  if (words[own + PACKETS] === 0) doubles[d + FIRST_AT] = at
  doubles[d + LAST_AT] = at
  doubles[d + BYTES] = (doubles[d + BYTES] as number) + packet.payloadLength
  words[connection + LAST_FRAME] = packet.frameNumber
  if (packet.flags & RST) {
    bump(words, own + PACKETS)
    noteMac(words, own, packet)
  } else notePacket(live, own, packet)
}

/** Whether the same packet was captured just before; a damaged one is not the packet again. */
function isCopy(words: Int32Array, own: number, packet: Packet, seq: number, ack: number, isBad: boolean): boolean {
  const key = fingerprint(packet)
  const path = pathOf(packet)
  const micros = wrappedMicros(packet)
  const isDuplicate = !isBad && bringsNothing(words, own, packet, seq, ack) && isCaptureDuplicate(words, own, packet, key, path, micros)
  remember(words, own, key, path, micros)
  return isDuplicate
}

/** Only a packet that moves nothing can be a copy of an earlier one. */
function bringsNothing(words: Int32Array, own: number, packet: Packet, seq: number, ack: number): boolean {
  const known = words[own + FLAGS] as number
  if (!(known & HAS_SEQ)) return false
  const span = packet.payloadLength + (packet.flags & (SYN | FIN) ? 1 : 0)
  if (span > 0) return seqDelta((seq + span) | 0, words[own + NEXT_SEQ] as number) <= 0
  if (packet.flags & RST) return words[own + RESETS] !== 0
  return (known & HAS_ACK) !== 0 && seqDelta(ack, words[own + LAST_ACK] as number) <= 0
}

function noteControl(live: LiveConnections, connection: number, own: number, other: number, packet: Packet, fromB: boolean): void {
  const { words } = live
  const { flags } = packet
  if (flags & SYN) {
    bump(words, own + SYNS)
    words[own + FLAGS] = (words[own + FLAGS] as number) | HAS_SYN
    noteSynOptions(words, own, packet)
    live.keep(connection, flags & ACK ? KEPT['syn-ack'] : KEPT.syn, packet, fromB)
  }
  if (flags & FIN) {
    bump(words, own + FINS)
    live.keep(connection, KEPT.fin, packet, fromB)
  }
  if (!(flags & RST)) return
  const states = words[connection + STATES] as number
  if (ownState(states) !== CLOSED || peerState(states) !== CLOSED) keepStatesBeforeReset(words, own, other)
  bump(words, own + RESETS)
  live.keep(connection, KEPT.rst, packet, fromB)
}

function noteSynOptions(words: Int32Array, own: number, packet: Packet): void {
  readTcpOptions(packet, options)
  if (options.cutOff && words[own + SYN_OPTIONS] !== 0) return
  words[own + WINDOW_SCALE] = options.windowScale >= 0 ? options.windowScale : NO_SCALE
  words[own + SYN_OPTIONS] = packSynOptions(options)
}

/** @param end one past the FIN */
function noteFin(words: Int32Array, own: number, other: number, end: number, ack: number): void {
  const known = words[own + FLAGS] as number
  const hasPeerFin = ((words[other + FLAGS] as number) & HAS_FIN) !== 0
  const answers = !(known & HAS_FIN) && hasPeerFin && seqDelta(ack, words[other + FIN_END] as number) >= 0
  words[own + FLAGS] = known | HAS_FIN | (answers ? FIN_ANSWERS_FIN : 0)
  words[own + FIN_END] = end
}

function count(words: Int32Array, own: number, other: number, marks: number): void {
  if (marks & RETRANSMISSION) {
    bump(words, own + RETRANSMISSIONS)
    if (marks & FAST_RETRANSMISSION) bump(words, own + FAST_RETRANSMISSIONS)
    if (marks & SPURIOUS_RETRANSMISSION) bump(words, own + SPURIOUS_RETRANSMISSIONS)
  }
  if (marks & OUT_OF_ORDER) bump(words, own + OUT_OF_ORDERS)
  if (marks & DUPLICATE_ACK) bump(words, own + DUPLICATE_ACKS)
  if (marks & ZERO_WINDOW) bump(words, own + ZERO_WINDOWS)
  if (marks & KEEP_ALIVE) bump(words, own + KEEP_ALIVES)
  if (marks & KEEP_ALIVE_ACK) bump(words, own + KEEP_ALIVE_ACKS)
  if (marks & ZERO_WINDOW_PROBE) bump(words, own + ZERO_WINDOW_PROBES)
  if (marks & WINDOW_FULL) bump(words, own + WINDOW_FULLS)
  if (marks & LOST_SEGMENT) bump(words, own + LOST_SEGMENTS)
  if (marks & ACKED_UNSEEN) bump(words, other + ACKED_UNSEENS)
}

/** Zeek's endpoint states and history letters. */
function followState(
  live: LiveConnections,
  connection: number,
  own: number,
  other: number,
  packet: Packet,
  seq: number,
  marks: number,
): void {
  const { words } = live
  const { flags, payloadLength } = packet
  const fromB = own > other
  const states = words[connection + STATES] as number
  const before = fromB ? turned(states) : states
  writeFlagLetters(live, connection, own, packet, seq, fromB)
  const isZeroWindow = packet.window === 0 && !(flags & RST) && peerState(before) !== CLOSED && ownState(before) !== RESET
  if (isZeroWindow) writeCounted(live, connection, HISTORY.zeroWindow, fromB, own + ZERO_WINDOW_LETTERS)
  const isRewrite = payloadLength > 0 && (marks & (RETRANSMISSION | OUT_OF_ORDER | KEEP_ALIVE)) !== 0 && ownState(before) !== RESET
  if (isRewrite) writeCounted(live, connection, HISTORY.retransmission, fromB, own + REWRITES)
  const originatorIsA = ((words[connection + LIVE_KIND] as number) & KIND_TURNED) === 0
  const after = afterSegment(before, flags, payloadLength > 0, originatorIsA !== fromB)
  if (after !== before) words[connection + STATES] = fromB ? turned(after) : after
  if (marks & ACKED_UNSEEN && !(flags & (FIN | RST)))
    live.addLetter(connection, HISTORY.gap, !fromB, isLogged(words[other + ACKED_UNSEENS] as number))
}

/** One of Zeek's letters that come again with the 10th event, the 100th … */
function writeCounted(live: LiveConnections, connection: number, kind: number, fromB: boolean, counter: number): void {
  bump(live.words, counter)
  live.addLetter(connection, kind, fromB, isLogged(live.words[counter] as number))
}

function writeFlagLetters(live: LiveConnections, connection: number, own: number, packet: Packet, seq: number, fromB: boolean): void {
  const { words } = live
  const { flags, payloadLength } = packet
  const control = flags & CONTROL
  if (control === 0) {
    if (payloadLength === 0 && !(flags & ACK)) return
    const written = payloadLength > 0 ? WROTE_DATA : WROTE_ACK
    const known = words[own + FLAGS] as number
    if (known & written) return
    words[own + FLAGS] = known | written
    live.addLetter(connection, payloadLength > 0 ? HISTORY.data : HISTORY.ack, fromB, false)
  } else if (control === SYN) {
    live.addLetter(connection, flags & ACK ? HISTORY.synAck : HISTORY.syn, fromB, seq !== words[own + LAST_SYN_SEQ])
    words[own + LAST_SYN_SEQ] = seq
  } else if (control === FIN) {
    live.addLetter(connection, HISTORY.fin, fromB, ((seq + payloadLength + 1) | 0) !== words[own + FIN_END])
  } else if (control === RST) {
    live.addLetter(connection, HISTORY.rst, fromB, seq !== words[own + LAST_RST_SEQ])
    words[own + LAST_RST_SEQ] = seq
  } else live.addLetter(connection, flags & FIN && flags & RST ? HISTORY.inconsistent : HISTORY.multiFlag, fromB, false)
}

function keepDecisive(
  live: LiveConnections,
  connection: number,
  own: number,
  packet: Packet,
  fromB: boolean,
  marks: number,
  at: number,
): void {
  const { words, doubles } = live
  if (marks & (BAD_CHECKSUM | RETRANSMISSION | ZERO_WINDOW_PROBE | KEEP_ALIVE | ZERO_WINDOW))
    keepTrouble(live, connection, packet, fromB, marks)
  if (packet.payloadLength > 0) {
    doubles[(own >> 1) + LAST_DATA_AT] = at
    keepLast(words, own + LAST_DATA, packet)
  } else if ((packet.flags & (ACK | CONTROL)) === ACK) {
    doubles[(own >> 1) + LAST_PURE_ACK_AT] = at
    keepLast(words, own + LAST_PURE_ACK, packet)
  }
}

function keepTrouble(live: LiveConnections, connection: number, packet: Packet, fromB: boolean, marks: number): void {
  if (marks & BAD_CHECKSUM) live.keep(connection, KEPT['bad-checksum'], packet, fromB)
  if (marks & RETRANSMISSION) live.keep(connection, KEPT.retransmission, packet, fromB)
  else if (marks & ZERO_WINDOW_PROBE) live.keep(connection, KEPT['zero-window-probe'], packet, fromB)
  else if (marks & KEEP_ALIVE) live.keep(connection, KEPT['keep-alive'], packet, fromB)
  if (marks & ZERO_WINDOW) live.keep(connection, KEPT['zero-window'], packet, fromB)
}
