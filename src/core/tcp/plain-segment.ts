import { ABSENT, ACK, type Packet, PSH } from '../packet/packet.ts'
import { noteIpId, noteMac, noteRtt, noteTtl } from './baselines.ts'
import { fingerprint, pathOf, remember, wrappedMicros } from './duplicates.ts'
import { INACTIVE, ownState, peerState } from './endpoint-state.ts'
import { HISTORY } from './history.ts'
import type { LiveConnections } from './live-connections.ts'
import {
  A_SIDE,
  ACKED,
  BYTES,
  FIRST_RTT,
  FLAGS,
  HAS_ACK,
  HAS_SEQ,
  HAS_SYN,
  LAST_ACK,
  LAST_AT,
  LAST_DATA,
  LAST_DATA_AT,
  LAST_MARKS,
  LAST_PURE_ACK,
  LAST_PURE_ACK_AT,
  NEXT_SEQ,
  NEXT_SEQ_AT,
  NO_SCALE,
  OPEN_HOLES,
  otherSide,
  PACKETS,
  RESENT,
  RTT_COUNT,
  RTT_MIN,
  SENT,
  STATES,
  TIMED_AT,
  TIMED_END,
  TIMING,
  WINDOW,
  WINDOW_SCALE,
  WROTE_ACK,
  WROTE_DATA,
} from './live-layout.ts'
import { seqDelta } from './sequence.ts'

/** Flags that plain segments may differ in: PSH, ECE, CWR. */
const INDIFFERENT = PSH | 0xc0

/**
 * Follows a segment to which nothing in the analysis applies: the next bytes in order, or an acknowledgement of something new,
 * between two sides that were in no trouble. All segments of a healthy connection but SYNs and FINs are of this sort, and this path
 * does for them what `followSegment` would.
 *
 * @returns false, having changed nothing, when the segment needs the whole analysis
 */
export function followPlainSegment(live: LiveConnections, connection: number, own: number, packet: Packet, at: number): boolean {
  if ((packet.flags & ~INDIFFERENT) !== ACK || packet.window === 0) return false
  const { words, doubles } = live
  const other = otherSide(connection, own)
  const { payloadLength } = packet
  const seq = packet.view.getInt32(packet.transportStart + 4)
  const ack = packet.view.getInt32(packet.transportStart + 8)
  if (!isPlain(words, own, other, seq, ack, payloadLength)) return false
  const flags = words[own + FLAGS] as number
  const letter = payloadLength > 0 ? WROTE_DATA : WROTE_ACK
  if (!(flags & letter) && !writeLetter(live, connection, own, letter)) return false
  notePacket(live, own, packet)
  remember(words, own, fingerprint(packet), pathOf(packet), wrappedMicros(packet))
  words[own + WINDOW] = packet.window
  const d = own >> 1
  doubles[d + LAST_AT] = at
  if (payloadLength > 0) {
    const end = (seq + payloadLength) | 0
    words[own + NEXT_SEQ] = end
    doubles[d + BYTES] = (doubles[d + BYTES] as number) + payloadLength
    doubles[d + SENT] = (doubles[d + SENT] as number) + payloadLength
    doubles[d + NEXT_SEQ_AT] = at
    doubles[d + LAST_DATA_AT] = at
    keepLast(words, own + LAST_DATA, packet)
    startTiming(live, own, end, at)
  } else {
    doubles[d + LAST_PURE_ACK_AT] = at
    keepLast(words, own + LAST_PURE_ACK, packet)
  }
  if (ack !== words[own + LAST_ACK] || !(flags & HAS_ACK)) {
    words[own + FLAGS] = (words[own + FLAGS] as number) | HAS_ACK
    words[own + LAST_ACK] = ack
    acknowledge(live, connection, own, other, ack, at)
  }
  return true
}

/** Nothing before this segment is missing, and nothing in it was seen before. */
function isPlain(words: Int32Array, own: number, other: number, seq: number, ack: number, length: number): boolean {
  const flags = words[own + FLAGS] as number
  const otherFlags = words[other + FLAGS] as number
  if (!(flags & otherFlags & HAS_SEQ) || otherFlags & RESENT || seq !== words[own + NEXT_SEQ]) return false
  if (words[own + LAST_MARKS] !== 0 || words[other + LAST_MARKS] !== 0 || words[other + OPEN_HOLES] !== 0) return false
  const progress = flags & HAS_ACK ? (ack - (words[own + LAST_ACK] as number)) | 0 : 1
  if (progress < 0 || ((ack - (words[other + NEXT_SEQ] as number)) | 0) > 0) return false
  if (length === 0) return progress > 0
  // In a capture that begins in the middle, new bytes may have been acknowledged before they are seen.
  if (!(otherFlags & HAS_ACK)) return true
  if ((((words[other + LAST_ACK] as number) - seq - length) | 0) >= 0) return false
  return !fillsWindow(words, own, other, (seq + length) | 0)
}

/** The history's letter for a side's first data, or first bare acknowledgement. @returns false where it may change the endpoint's state */
function writeLetter(live: LiveConnections, connection: number, own: number, letter: number): boolean {
  const { words } = live
  const isB = own > connection + A_SIDE
  const states = words[connection + STATES] as number
  if ((isB ? peerState(states) : ownState(states)) === INACTIVE) return false
  words[own + FLAGS] = (words[own + FLAGS] as number) | letter
  live.addLetter(connection, letter === WROTE_DATA ? HISTORY.data : HISTORY.ack, isB, false)
  return true
}

/** Whether bytes up to `end` reach the last byte of the window that the other side offered. */
export function fillsWindow(words: Int32Array, own: number, other: number, end: number): boolean {
  const offered = words[other + WINDOW_SCALE] as number
  if (!((words[other + FLAGS] as number) & HAS_ACK) || offered === NO_SCALE) return false
  const scale = words[own + WINDOW_SCALE] === NO_SCALE ? 0 : offered
  return end === (((words[other + LAST_ACK] as number) + ((words[other + WINDOW] as number) << scale)) | 0)
}

/** What every packet without RST leaves: TTL, IP-ID, MAC, and the count. */
export function notePacket(live: LiveConnections, own: number, packet: Packet): void {
  const { words } = live
  words[own + PACKETS] = (words[own + PACKETS] as number) + 1
  noteTtl(live, own, packet.ttl)
  noteIpId(words, own, packet.ipId)
  if (packet.sourceMac !== ABSENT) noteMac(words, own, packet)
}

/** Times the bytes up to `end`, unless others are being timed. */
export function startTiming(live: LiveConnections, own: number, end: number, at: number): void {
  const flags = live.words[own + FLAGS] as number
  if (flags & TIMING) return
  live.words[own + FLAGS] = flags | TIMING
  live.words[own + TIMED_END] = end
  live.doubles[(own >> 1) + TIMED_AT] = at
}

/** The own side acknowledged up to `ack`, which is further than before. */
export function acknowledge(live: LiveConnections, connection: number, own: number, other: number, ack: number, at: number): void {
  const { words, doubles } = live
  const d = other >> 1
  const acked = (doubles[d + SENT] as number) - seqDelta(words[other + NEXT_SEQ] as number, ack)
  if (acked > (doubles[d + ACKED] as number)) doubles[d + ACKED] = acked
  endTiming(live, connection, own, other, ack, at)
}

/** Takes a round trip where the bytes that are timed were acknowledged. */
export function endTiming(live: LiveConnections, connection: number, own: number, other: number, ack: number, at: number): void {
  const { words, doubles } = live
  const flags = words[other + FLAGS] as number
  if (!(flags & TIMING) || seqDelta(ack, words[other + TIMED_END] as number) < 0) return
  words[other + FLAGS] = flags & ~TIMING
  noteRtt(live, other, at - (doubles[(other >> 1) + TIMED_AT] as number))
  if (words[own + RTT_COUNT] === 1 && words[other + RTT_COUNT] === 1) noteFirstRtt(live, connection, own, other)
}

/** The handshake's two halves make the first round trip. */
function noteFirstRtt(live: LiveConnections, connection: number, own: number, other: number): void {
  const { words, doubles } = live
  const hasSyns = (words[own + FLAGS] as number) & (words[other + FLAGS] as number) & HAS_SYN
  const place = (connection >> 1) + FIRST_RTT
  if (hasSyns && doubles[place] === 0)
    doubles[place] = (doubles[(own >> 1) + RTT_MIN] as number) + (doubles[(other >> 1) + RTT_MIN] as number)
}

/** The last segment of a sort, overwritten by the next. */
export function keepLast(words: Int32Array, place: number, packet: Packet): void {
  words[place] = packet.frameNumber
  words[place + 1] = packet.view.getInt32(packet.transportStart + 4)
  words[place + 2] = packet.view.getInt32(packet.transportStart + 8)
  words[place + 3] = packet.flags
  words[place + 4] = packet.payloadLength
  words[place + 5] = packet.window
  words[place + 6] = packet.ttl
  words[place + 7] = packet.ipId
}
