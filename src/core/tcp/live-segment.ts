import { ACK, FIN, type Packet, RST, SYN } from '../packet/packet.ts'
import { readTcpOptions, TcpOptions } from '../packet/tcp-options.ts'
import { noteIpId, noteMac, noteTtl } from './baselines.ts'
import { fingerprint, isCaptureDuplicate, pathOf, remember, wrappedMicros } from './duplicates.ts'
import { afterSegment, CLOSED, ownState, peerState, RESET, turned } from './endpoint-state.ts'
import { HISTORY, isLogged } from './history.ts'
import type { LiveConnection } from './live-connection.ts'
import { LAST_DATA_AT, LAST_PURE_ACK_AT, type LiveSide, NO_SCALE } from './live-side.ts'
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
  ZERO_WINDOW_PROBE_ACK,
} from './marks.ts'
import { keepLast } from './plain-segment.ts'
import { inferRfcState, rfcStateCode } from './rfc-state.ts'
import { analyzeSegment } from './segment-analysis.ts'
import { seqDelta } from './sequence.ts'
import { packSynOptions } from './syn-options.ts'

const options = new TcpOptions()

/**
 * Follows one TCP segment of a connection in its rich form.
 *
 * @param isBad its checksum is wrong: the receiver drops it, so it changes no endpoint state
 * @returns bits of `marks.ts`
 */
export function followSegment(connection: LiveConnection, fromB: boolean, packet: Packet, at: number, isBad: boolean): number {
  const own = fromB ? connection.b : connection.a
  const other = fromB ? connection.a : connection.b
  noteArrival(connection, own, packet, at)
  const key = fingerprint(packet)
  const path = pathOf(packet)
  const micros = wrappedMicros(packet)
  // A damaged copy is not the packet again.
  const isDuplicate = !isBad && bringsNothing(own, packet) && isCaptureDuplicate(own, packet, key, path, micros)
  remember(own, key, path, micros)
  if (isDuplicate) {
    own.captureDuplicates++
    return CAPTURE_DUPLICATE
  }
  if (packet.flags & (SYN | FIN | RST)) noteControl(connection, own, other, packet, fromB)
  const marks = analyzeSegment(connection, own, other, packet, at) | (isBad ? BAD_CHECKSUM : 0)
  if (packet.flags & FIN) noteFin(own, other, packet)
  if (marks !== 0) count(own, other, marks)
  if (!isBad) followState(connection, own, packet, fromB, marks)
  else letter(connection, HISTORY.checksum, fromB, isLogged(own.badChecksums))
  keepDecisive(connection, own, packet, fromB, marks, at)
  return marks
}

function noteArrival(connection: LiveConnection, own: LiveSide, packet: Packet, at: number): void {
  if (own.packets++ === 0) own.firstAt = at
  own.lastAt = at
  own.bytes += packet.payloadLength
  connection.lastFrame = packet.frameNumber
  if ((packet.flags & RST) === 0) {
    noteTtl(own, packet.ttl)
    noteIpId(own, packet.ipId)
  }
  noteMac(own, packet)
}

/** Only a packet that moves nothing can be a copy of an earlier one. */
function bringsNothing(own: LiveSide, packet: Packet): boolean {
  if (!own.hasSeq) return false
  const span = packet.payloadLength + (packet.flags & (SYN | FIN) ? 1 : 0)
  if (span > 0) return seqDelta((packet.seq + span) | 0, own.nextSeq) <= 0
  return packet.flags & RST ? own.resets > 0 : own.hasAck && seqDelta(packet.ack | 0, own.lastAck) <= 0
}

function noteControl(connection: LiveConnection, own: LiveSide, other: LiveSide, packet: Packet, fromB: boolean): void {
  const { flags } = packet
  if (flags & SYN) {
    own.syns++
    own.hasSyn = true
    noteSynOptions(own, packet)
    connection.keep(flags & ACK ? 'syn-ack' : 'syn', packet, fromB)
  }
  if (flags & FIN) {
    own.fins++
    connection.keep('fin', packet, fromB)
  }
  if (!(flags & RST)) return
  const bothClosed = ownState(connection.states) === CLOSED && peerState(connection.states) === CLOSED
  if (own.stateBeforeReset < 0 && !bothClosed && other.stateBeforeReset < 0) {
    own.stateBeforeReset = rfcStateCode(inferRfcState(own, other))
    other.stateBeforeReset = rfcStateCode(inferRfcState(other, own))
  }
  own.resets++
  connection.keep('rst', packet, fromB)
}

function noteSynOptions(own: LiveSide, packet: Packet): void {
  readTcpOptions(packet, options)
  if (options.cutOff && own.synOptions !== 0) return
  own.windowScale = options.windowScale >= 0 ? options.windowScale : NO_SCALE
  own.synOptions = packSynOptions(options)
}

function noteFin(own: LiveSide, other: LiveSide, packet: Packet): void {
  if (!own.hasFin) own.finAnswersFin = other.hasFin && seqDelta(packet.ack | 0, other.finEnd) >= 0
  own.hasFin = true
  own.finEnd = (packet.seq + packet.payloadLength + 1) | 0
}

function count(own: LiveSide, other: LiveSide, marks: number): void {
  if (marks & RETRANSMISSION) {
    own.retransmissions++
    if (marks & FAST_RETRANSMISSION) own.fastRetransmissions++
    if (marks & SPURIOUS_RETRANSMISSION) own.spuriousRetransmissions++
  }
  if (marks & OUT_OF_ORDER) own.outOfOrder++
  if (marks & DUPLICATE_ACK) own.duplicateAcks++
  if (marks & ZERO_WINDOW) own.zeroWindows++
  if (marks & KEEP_ALIVE) own.keepAlives++
  if (marks & KEEP_ALIVE_ACK) own.keepAliveAcks++
  if (marks & ZERO_WINDOW_PROBE) own.zeroWindowProbes++
  if (marks & ZERO_WINDOW_PROBE_ACK) own.zeroWindowProbeAcks++
  if (marks & WINDOW_FULL) own.windowFull++
  if (marks & LOST_SEGMENT) own.lostSegments++
  if (marks & ACKED_UNSEEN) other.ackedUnseen++
}

/** Zeek's endpoint states and history letters. */
function followState(connection: LiveConnection, own: LiveSide, packet: Packet, fromB: boolean, marks: number): void {
  const { flags, payloadLength } = packet
  const before = fromB ? turned(connection.states) : connection.states
  writeFlagLetters(connection, own, packet, fromB)
  const peerGone = peerState(before) === CLOSED || ownState(before) === RESET
  if (packet.window === 0 && !(flags & RST) && !peerGone) letter(connection, HISTORY.zeroWindow, fromB, isLogged(++own.zeroWindowLetters))
  const isRewrite = payloadLength > 0 && (marks & (RETRANSMISSION | OUT_OF_ORDER | KEEP_ALIVE)) !== 0 && ownState(before) !== RESET
  if (isRewrite) letter(connection, HISTORY.retransmission, fromB, isLogged(++own.rewrites))
  const after = afterSegment(before, flags, payloadLength > 0, connection.originatorIsA !== fromB)
  connection.states = fromB ? turned(after) : after
  if (marks & ACKED_UNSEEN && !(flags & (FIN | RST))) {
    const other = fromB ? connection.a : connection.b
    letter(connection, HISTORY.gap, !fromB, isLogged(other.ackedUnseen))
  }
}

function writeFlagLetters(connection: LiveConnection, own: LiveSide, packet: Packet, fromB: boolean): void {
  const { flags, payloadLength } = packet
  const control = flags & (SYN | FIN | RST)
  if (control === 0) {
    if (payloadLength > 0) letter(connection, HISTORY.data, fromB, false)
    else if (flags & ACK) letter(connection, HISTORY.ack, fromB, false)
    return
  }
  const seq = packet.seq | 0
  const isMixed = (control & (control - 1)) !== 0
  if (isMixed) letter(connection, flags & FIN && flags & RST ? HISTORY.inconsistent : HISTORY.multiFlag, fromB, false)
  else if (control === SYN) {
    letter(connection, flags & ACK ? HISTORY.synAck : HISTORY.syn, fromB, seq !== own.lastSynSeq)
    own.lastSynSeq = seq
  } else if (control === FIN) letter(connection, HISTORY.fin, fromB, ((seq + payloadLength + 1) | 0) !== own.finEnd)
  else {
    letter(connection, HISTORY.rst, fromB, seq !== own.lastRstSeq)
    own.lastRstSeq = seq
  }
}

/** Adds a letter on first sight of its kind and side; `again`: also when it was there before. */
function letter(connection: LiveConnection, kind: number, fromB: boolean, again: boolean): void {
  const code = fromB ? kind + 1 : kind
  const bit = 1 << code
  if (connection.seenLetters & bit && !again) return
  connection.seenLetters |= bit
  connection.addLetter(code)
}

function keepDecisive(connection: LiveConnection, own: LiveSide, packet: Packet, fromB: boolean, marks: number, at: number): void {
  if (marks & (BAD_CHECKSUM | RETRANSMISSION | ZERO_WINDOW_PROBE | KEEP_ALIVE | ZERO_WINDOW)) keepTrouble(connection, packet, fromB, marks)
  if (packet.payloadLength > 0) {
    own.lastDataAt = at
    keepLast(own, LAST_DATA_AT, packet)
  } else if ((packet.flags & (ACK | SYN | FIN | RST)) === ACK) {
    own.lastPureAckAt = at
    keepLast(own, LAST_PURE_ACK_AT, packet)
  }
}

function keepTrouble(connection: LiveConnection, packet: Packet, fromB: boolean, marks: number): void {
  if (marks & BAD_CHECKSUM) connection.keep('bad-checksum', packet, fromB)
  if (marks & RETRANSMISSION) connection.keep('retransmission', packet, fromB)
  else if (marks & ZERO_WINDOW_PROBE) connection.keep('zero-window-probe', packet, fromB)
  else if (marks & KEEP_ALIVE) connection.keep('keep-alive', packet, fromB)
  if (marks & ZERO_WINDOW) connection.keep('zero-window', packet, fromB)
}
