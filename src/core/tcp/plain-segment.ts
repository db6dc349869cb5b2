import { ABSENT, ACK, type Packet, PSH } from '../packet/packet.ts'
import { noteIpId, noteMac, noteTtl, SMALL_STEP } from './baselines.ts'
import { fingerprint, pathOf, wrappedMicros } from './duplicates.ts'
import { HISTORY } from './history.ts'
import type { LiveConnection } from './live-connection.ts'
import {
  doubleOf,
  flagOf,
  LAST_DATA_AT,
  LAST_PURE_ACK_AT,
  type LiveSide,
  RECENT_AT,
  RECENT_PACKETS,
  RECENT_WORDS,
  wordOf,
} from './live-side.ts'
import { closeTiming, fillsWindow } from './segment-analysis.ts'
import { seqDelta } from './sequence.ts'

// This path reads and writes a side's words itself: with accessors V8 runs out of its budget for inlining and the path takes
// three times as long.
const PACKETS = wordOf('packets')
const NEXT_SEQ = wordOf('nextSeq')
const LAST_ACK = wordOf('lastAck')
const WINDOW = wordOf('window')
const LAST_MARKS = wordOf('lastMarks')
const OPEN_HOLES = wordOf('openHoles')
const DUP_ACK_RUN = wordOf('dupAckRun')
const FLAGS = wordOf('flags')
const HAS_SEQ = flagOf('hasSeq')
const HAS_ACK = flagOf('hasAck')
const TIMING = flagOf('timing')
const TIMED_END = wordOf('timedEnd')
const TTL = wordOf('ttl')
const TTL_COUNT = wordOf('ttlCount')
const IP_ID = wordOf('ipId')
const IP_ID_STEP = wordOf('ipIdStep')
const IP_ID_SMALL_STEPS = wordOf('ipIdSmallSteps')
const MAC_HIGH = wordOf('macHigh')
const MAC_LOW = wordOf('macLow')
const RECENT_NEXT = wordOf('recentNext')
const BYTES = doubleOf('bytes')
const FIRST_AT = doubleOf('firstAt')
const LAST_AT = doubleOf('lastAt')
const NEXT_SEQ_AT = doubleOf('nextSeqAt')
const SENT = doubleOf('sent')
const ACKED = doubleOf('acked')
const LAST_ACK_SENT_AT = doubleOf('lastAckAt')
const TIMED_AT = doubleOf('timedAt')
const LAST_DATA_SENT_AT = doubleOf('lastDataAt')
const LAST_PURE_ACK_SENT_AT = doubleOf('lastPureAckAt')

/**
 * Follows a segment to which nothing in the analysis applies: the next bytes in order, or an acknowledgement of something new,
 * between two sides that were in no trouble. Nine of ten segments of a healthy capture are of this sort, and this path does for
 * them what `followSegment` would.
 *
 * @returns false, having changed nothing, when the segment needs the whole analysis
 */
export function followPlainSegment(connection: LiveConnection, fromB: boolean, packet: Packet, at: number): boolean {
  const own = fromB ? connection.b : connection.a
  const other = fromB ? connection.a : connection.b
  if ((packet.flags & ~(PSH | 0xc0)) !== ACK || packet.window === 0 || !isInOrder(own, other, packet)) return false
  const { payloadLength } = packet
  const kind = payloadLength > 0 ? HISTORY.data : HISTORY.ack
  if (!(connection.seenLetters & (1 << (fromB ? kind + 1 : kind)))) return false
  connection.lastFrame = packet.frameNumber
  noteArrival(own, packet, at)
  const { words, doubles } = own
  words[own.at + WINDOW] = packet.window
  words[own.at + DUP_ACK_RUN] = 0
  doubles[own.doubleAt + LAST_ACK_SENT_AT] = at
  if (payloadLength > 0) sendBytes(own, packet, at)
  else {
    doubles[own.doubleAt + LAST_PURE_ACK_SENT_AT] = at
    keepLast(own, LAST_PURE_ACK_AT, packet)
  }
  const ack = packet.ack | 0
  if (ack !== words[own.at + LAST_ACK]) acknowledge(connection, own, other, ack, at)
  return true
}

/** Nothing before this segment is missing, and nothing in it was seen before. */
function isInOrder(own: LiveSide, other: LiveSide, packet: Packet): boolean {
  const { words } = own
  const o = own.at
  const t = other.at
  const ownFlags = words[o + FLAGS] as number
  const otherFlags = words[t + FLAGS] as number
  if ((ownFlags & (HAS_SEQ | HAS_ACK)) !== (HAS_SEQ | HAS_ACK) || !(otherFlags & HAS_SEQ)) return false
  const seq = packet.seq | 0
  if (seq !== words[o + NEXT_SEQ] || words[o + LAST_MARKS] !== 0 || words[t + LAST_MARKS] !== 0 || words[t + OPEN_HOLES] !== 0) return false
  const ack = packet.ack | 0
  const progress = (ack - (words[o + LAST_ACK] as number)) | 0
  const { payloadLength } = packet
  if (progress < 0 || ((ack - (words[t + NEXT_SEQ] as number)) | 0) > 0) return false
  if (payloadLength === 0) return progress > 0
  // In a capture that begins in the middle, new bytes may have been acknowledged before they are seen.
  const isAcked = (otherFlags & HAS_ACK) !== 0 && (((words[t + LAST_ACK] as number) - seq - payloadLength) | 0) >= 0
  return !isAcked && !fillsWindow(own, other, seq, payloadLength)
}

/** What every packet leaves: counters, TTL, IP-ID, MAC, and its fingerprint. */
export function noteArrival(own: LiveSide, packet: Packet, at: number): void {
  const { words, doubles } = own
  const o = own.at
  const d = own.doubleAt
  const packets = words[o + PACKETS] as number
  if (packets === 0) doubles[d + FIRST_AT] = at
  words[o + PACKETS] = packets + 1
  doubles[d + LAST_AT] = at
  doubles[d + BYTES] = (doubles[d + BYTES] as number) + packet.payloadLength
  noteBaselines(own, packet)
  const recent = words[o + RECENT_NEXT] as number
  const place = o + RECENT_AT + recent * RECENT_WORDS
  words[place] = fingerprint(packet)
  words[place + 1] = pathOf(packet)
  words[place + 2] = wrappedMicros(packet)
  words[o + RECENT_NEXT] = (recent + 1) & (RECENT_PACKETS - 1)
}

/** The usual TTL, the next IP-ID and the known MAC need no call; the rest is for `baselines.ts`. */
function noteBaselines(own: LiveSide, packet: Packet): void {
  const { words } = own
  const o = own.at
  if (packet.ttl === words[o + TTL]) words[o + TTL_COUNT] = (words[o + TTL_COUNT] as number) + 1
  else noteTtl(own, packet.ttl)
  const { ipId } = packet
  const last = words[o + IP_ID] as number
  const step = (ipId - last) & 0xffff
  if (ipId > 0 && last > 0 && step > 0 && step <= SMALL_STEP) {
    words[o + IP_ID] = ipId
    words[o + IP_ID_STEP] = step
    words[o + IP_ID_SMALL_STEPS] = (words[o + IP_ID_SMALL_STEPS] as number) + 1
  } else noteIpId(own, ipId)
  const mac = packet.sourceMac
  if (mac === ABSENT) return
  const isKnown = packet.view.getInt32(mac + 2) === words[o + MAC_LOW] && packet.view.getUint16(mac) === words[o + MAC_HIGH]
  if (!isKnown) noteMac(own, packet)
}

function sendBytes(own: LiveSide, packet: Packet, at: number): void {
  const { words, doubles } = own
  const o = own.at
  const d = own.doubleAt
  const end = ((words[o + NEXT_SEQ] as number) + packet.payloadLength) | 0
  words[o + NEXT_SEQ] = end
  doubles[d + NEXT_SEQ_AT] = at
  doubles[d + SENT] = (doubles[d + SENT] as number) + packet.payloadLength
  doubles[d + LAST_DATA_SENT_AT] = at
  keepLast(own, LAST_DATA_AT, packet)
  const flags = words[o + FLAGS] as number
  if (flags & TIMING) return
  words[o + FLAGS] = flags | TIMING
  words[o + TIMED_END] = end
  doubles[d + TIMED_AT] = at
}

function acknowledge(connection: LiveConnection, own: LiveSide, other: LiveSide, ack: number, at: number): void {
  const { words, doubles } = own
  words[own.at + LAST_ACK] = ack
  const t = other.at
  const acked = (doubles[other.doubleAt + SENT] as number) - seqDelta(words[t + NEXT_SEQ] as number, ack)
  if (acked > (doubles[other.doubleAt + ACKED] as number)) doubles[other.doubleAt + ACKED] = acked
  if ((words[t + FLAGS] as number) & TIMING && seqDelta(ack, words[t + TIMED_END] as number) >= 0) closeTiming(connection, own, other, at)
}

/** The last segment of a sort, overwritten by the next. */
export function keepLast(own: LiveSide, place: number, packet: Packet): void {
  const { words } = own
  const at = own.at + place
  words[at] = packet.frameNumber
  words[at + 1] = packet.seq
  words[at + 2] = packet.ack
  words[at + 3] = packet.flags
  words[at + 4] = packet.payloadLength
  words[at + 5] = packet.window
  words[at + 6] = packet.ttl
  words[at + 7] = packet.ipId
}
