import type { Packet } from '../packet/packet.ts'
import type { DecisiveRole, Side } from './connection.ts'

/** Packets kept of each role: the first ones and the last ones. What lies between is in the counters. */
const LIMITS: Readonly<Record<DecisiveRole, { readonly first: number; readonly last: number }>> = {
  syn: { first: 4, last: 6 },
  'syn-ack': { first: 4, last: 4 },
  fin: { first: 4, last: 8 },
  rst: { first: 6, last: 4 },
  'last-data': { first: 1, last: 1 },
  'last-ack': { first: 1, last: 1 },
  retransmission: { first: 6, last: 18 },
  'keep-alive': { first: 4, last: 14 },
  'zero-window': { first: 4, last: 8 },
  'zero-window-probe': { first: 4, last: 8 },
  icmp: { first: 4, last: 4 },
  'bad-checksum': { first: 6, last: 6 },
}

/** One kept packet; `fromB` and absolute numbers are turned into sides and relative numbers at the end. */
export interface KeptPacket {
  role: DecisiveRole
  frame: number
  at: number
  fromB: boolean
  flags: number
  seq: number
  ack: number
  payloadLength: number
  window: number
  ttl: number
  ipId: number
  icmpType: number
  icmpCode: number
  sender: string
}

/** What is kept of one role; the logs of a connection are a chain, because most have three or four. */
interface RoleLog {
  readonly role: DecisiveRole
  readonly kept: KeptPacket[]
  seen: number
  next: RoleLog | undefined
}

/** The packets that tell how a connection ended: a bounded few of each role. */
export class DecisiveLog {
  #first: RoleLog | undefined

  add(role: DecisiveRole, packet: Packet, fromB: boolean, sender = ''): void {
    const kept = keep(role, packet, fromB, sender)
    let log = this.#first
    while (log !== undefined && log.role !== role) log = log.next
    if (log === undefined) {
      this.#first = { role, kept: [kept], seen: 1, next: this.#first }
      return
    }
    const { first, last } = LIMITS[role]
    const ordinal = log.seen++
    const place = ordinal < first + last ? ordinal : first + ((ordinal - first) % last)
    if (place < log.kept.length) log.kept[place] = kept
    else log.kept.push(kept)
  }

  /** Everything kept, by role. */
  packets(): KeptPacket[] {
    const all: KeptPacket[] = []
    for (let log = this.#first; log !== undefined; log = log.next) for (const packet of log.kept) all.push(packet)
    return all
  }
}

function keep(role: DecisiveRole, packet: Packet, fromB: boolean, sender: string): KeptPacket {
  const isTcp = packet.kind === 'tcp'
  return {
    role,
    frame: packet.frameNumber,
    at: packet.at,
    fromB,
    flags: isTcp ? packet.flags : 0,
    seq: isTcp ? packet.seq | 0 : 0,
    ack: isTcp ? packet.ack | 0 : 0,
    payloadLength: isTcp ? packet.payloadLength : 0,
    window: isTcp ? packet.window : 0,
    ttl: packet.ttl,
    ipId: packet.ipId,
    icmpType: isTcp ? -1 : packet.icmpType,
    icmpCode: isTcp ? -1 : packet.icmpCode,
    sender,
  }
}

export const sideOf = (fromB: boolean, originatorIsA: boolean): Side => (fromB === originatorIsA ? 'responder' : 'originator')
