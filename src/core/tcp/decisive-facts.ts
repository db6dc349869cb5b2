import { ACK } from '../packet/packet.ts'
import type { DecisivePacket } from './connection.ts'
import { KIND_TURNED } from './connection-table.ts'
import { type KeptPacket, sideOf } from './decisive.ts'
import type { LiveConnections } from './live-connections.ts'
import {
  A_SIDE,
  B_SIDE,
  BASE,
  FLAGS,
  HAS_SEQ,
  LAST_DATA,
  LAST_DATA_AT,
  LAST_PURE_ACK,
  LAST_PURE_ACK_AT,
  LIVE_KIND,
  NEXT_SEQ,
  SENT,
} from './live-layout.ts'
import { seqDelta } from './sequence.ts'

/** The packets that decide how a connection ended, in file order. */
export function decisivePackets(live: LiveConnections, connection: number): DecisivePacket[] {
  const originatorIsA = ((live.words[connection + LIVE_KIND] as number) & KIND_TURNED) === 0
  const kept = live.kept(connection)
  for (const fromB of [false, true]) {
    const side = connection + (fromB ? B_SIDE : A_SIDE)
    insertLast(kept, live, 'last-data', side + LAST_DATA, (side >> 1) + LAST_DATA_AT, fromB)
    insertLast(kept, live, 'last-ack', side + LAST_PURE_ACK, (side >> 1) + LAST_PURE_ACK_AT, fromB)
  }
  return kept.map((packet) => toDecisive(live, connection, packet, originatorIsA))
}

/** Puts a side's last segment of a sort, if there was one, into its place by frame, behind what is kept of the same frame. */
function insertLast(
  kept: KeptPacket[],
  { words, doubles }: LiveConnections,
  role: 'last-data' | 'last-ack',
  at: number,
  time: number,
  fromB: boolean,
): void {
  const word = (index: number): number => words[at + index] as number
  const frame = word(0)
  if (frame === 0) return
  let place = kept.length
  while (place > 0 && (kept[place - 1] as KeptPacket).frame > frame) place--
  const packet: KeptPacket = {
    role,
    frame,
    at: doubles[time] as number,
    fromB,
    flags: word(3),
    seq: word(1),
    ack: word(2),
    payloadLength: word(4),
    window: word(5),
    ttl: word(6),
    ipId: word(7),
    icmpType: -1,
    icmpCode: -1,
    sender: '',
  }
  kept.splice(place, 0, packet)
}

function toDecisive(live: LiveConnections, connection: number, kept: KeptPacket, originatorIsA: boolean): DecisivePacket {
  const { role, frame, at, flags, payloadLength, window, ttl, ipId, fromB } = kept
  const own = connection + (fromB ? B_SIDE : A_SIDE)
  const other = connection + (fromB ? A_SIDE : B_SIDE)
  const packet: DecisivePacket = {
    role,
    frame,
    at,
    from: sideOf(fromB, originatorIsA),
    flags,
    seq: relative(live, own, kept.seq),
    ack: flags & ACK ? relative(live, other, kept.ack) : 0,
    payloadLength,
    window,
    ttl,
    ipId,
  }
  return role === 'icmp' ? { ...packet, icmp: { type: kept.icmpType, code: kept.icmpCode, sender: kept.sender } } : packet
}

/** Relative to the side's ISN, over wraps. */
function relative({ words, doubles }: LiveConnections, side: number, seq: number): number {
  const hasSeq = (words[side + FLAGS] as number) & HAS_SEQ
  if (!hasSeq) return seqDelta(seq, words[side + BASE] as number)
  return (doubles[(side >> 1) + SENT] as number) - seqDelta(words[side + NEXT_SEQ] as number, seq)
}
