import { FIN, type Packet, RST, SYN } from '../packet/packet.ts'
import {
  BYTES,
  type ConnectionTable,
  HISTORY_START,
  KIND,
  KIND_STATES_SHIFT,
  KIND_TURNED,
  LAST_ACK,
  LAST_AT,
  LAST_FRAME,
  NEXT_SEQ,
  PACKETS,
  RETRANSMISSIONS,
  SIDE_START,
  SIDE_WORDS,
} from './connection-table.ts'
import { afterSegment, turned } from './endpoint-state.ts'
import { HISTORY, HISTORY_WORDS, LETTERS_PER_WORD, letterAt } from './history.ts'
import type { LiveConnections } from './live-connections.ts'
import {
  A_SIDE,
  B_SIDE,
  ID,
  BYTES as LIVE_BYTES,
  LAST_ACK as LIVE_LAST_ACK,
  LAST_AT as LIVE_LAST_AT,
  NEXT_SEQ as LIVE_NEXT_SEQ,
  PACKETS as LIVE_PACKETS,
  RETRANSMISSIONS as LIVE_RETRANSMISSIONS,
  STATES,
} from './live-layout.ts'
import { RETRANSMISSION } from './marks.ts'
import { seqDelta } from './sequence.ts'

const KIND_STATELESS = (1 << KIND_STATES_SHIFT) - 1

/**
 * The plain form of a connection, for those beyond the number that are followed in full: counters, times, endpoint states and
 * the first 18 history letters, all in the record.
 */
export function followLite(table: ConnectionTable, id: number, fromB: boolean, packet: Packet, at: number): number {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const side = base + SIDE_START + (fromB ? SIDE_WORDS : 0)
  const packets = (words[side + PACKETS] ?? 0) + 1
  words[side + PACKETS] = packets
  words[base + LAST_FRAME] = packet.frameNumber
  doubles[(side >> 1) + LAST_AT] = at
  doubles[(side >> 1) + BYTES] = (doubles[(side >> 1) + BYTES] ?? 0) + packet.payloadLength
  const kind = words[base + KIND] ?? 0
  if (packet.kind !== 'tcp') {
    addLetter(words, base, HISTORY.data + (fromB ? 1 : 0))
    return 0
  }
  const marks = followLiteSequence(words, side, packet, packets)
  const states = kind >>> KIND_STATES_SHIFT
  const originatorIsA = (kind & KIND_TURNED) === 0
  const before = fromB ? turned(states) : states
  const after = afterSegment(before, packet.flags, packet.payloadLength > 0, originatorIsA !== fromB)
  words[base + KIND] = (kind & KIND_STATELESS) | ((fromB ? turned(after) : after) << KIND_STATES_SHIFT)
  addLetter(words, base, liteLetter(packet) + (fromB ? 1 : 0))
  if (marks & RETRANSMISSION && packet.payloadLength > 0) addLetter(words, base, HISTORY.retransmission + (fromB ? 1 : 0))
  return marks
}

function followLiteSequence(words: Int32Array, side: number, packet: Packet, packets: number): number {
  const { flags } = packet
  if (flags & RST) return 0
  words[side + LAST_ACK] = packet.ack | 0
  const seq = packet.seq | 0
  const end = (seq + packet.payloadLength + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0)) | 0
  const next = words[side + NEXT_SEQ] ?? 0
  if (packets === 1 || seqDelta(end, next) > 0) {
    words[side + NEXT_SEQ] = end
    return 0
  }
  if (end === seq || seqDelta(seq, next) >= 0) return 0
  words[side + RETRANSMISSIONS] = (words[side + RETRANSMISSIONS] ?? 0) + 1
  return RETRANSMISSION
}

function liteLetter(packet: Packet): number {
  const { flags } = packet
  if (flags & RST) return HISTORY.rst
  if (flags & FIN) return HISTORY.fin
  if (flags & SYN) return flags & 16 ? HISTORY.synAck : HISTORY.syn
  return packet.payloadLength > 0 ? HISTORY.data : HISTORY.ack
}

function addLetter(words: Int32Array, base: number, code: number): void {
  for (let word = 0; word < HISTORY_WORDS; word++) {
    const held = words[base + HISTORY_START + word] ?? 0
    for (let position = 0; position < LETTERS_PER_WORD; position++) {
      const letter = letterAt(held, position)
      if (letter === code) return
      if (letter !== 0) continue
      words[base + HISTORY_START + word] = held | (code << (5 * position))
      return
    }
  }
}

/** The record's history letters. */
export function liteHistory(words: Int32Array, base: number): number[] {
  const codes: number[] = []
  for (let word = 0; word < HISTORY_WORDS; word++)
    for (let position = 0; position < LETTERS_PER_WORD; position++) {
      const code = letterAt(words[base + HISTORY_START + word] ?? 0, position)
      if (code !== 0) codes.push(code)
    }
  return codes
}

/** Writes what a record can hold of a connection followed in full, which is given up. @param connection its first word */
export function makeLite(table: ConnectionTable, live: LiveConnections, connection: number): void {
  const id = live.words[connection + ID] as number
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const states = live.words[connection + STATES] as number
  words[base + KIND] = ((words[base + KIND] as number) & KIND_STATELESS) | (states << KIND_STATES_SHIFT)
  words[base + LAST_FRAME] = live.lastFrame(connection)
  table.details[id] = 0
  for (const code of live.historyCodes(connection)) addLetter(words, base, code)
  for (const isB of [false, true]) {
    const from = connection + (isB ? B_SIDE : A_SIDE)
    const to = base + SIDE_START + (isB ? SIDE_WORDS : 0)
    words[to + NEXT_SEQ] = live.words[from + LIVE_NEXT_SEQ] as number
    words[to + LAST_ACK] = live.words[from + LIVE_LAST_ACK] as number
    words[to + PACKETS] = live.words[from + LIVE_PACKETS] as number
    words[to + RETRANSMISSIONS] = live.words[from + LIVE_RETRANSMISSIONS] as number
    doubles[(to >> 1) + LAST_AT] = live.doubles[(from >> 1) + LIVE_LAST_AT] as number
    doubles[(to >> 1) + BYTES] = live.doubles[(from >> 1) + LIVE_BYTES] as number
  }
}
