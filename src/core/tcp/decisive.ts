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

interface RoleLog {
  readonly role: DecisiveRole
  readonly kept: KeptPacket[]
  seen: number
}

/** The packets that tell how a connection ended: a bounded few of each role. */
export class DecisiveLog {
  readonly #logs: RoleLog[] = []

  add(role: DecisiveRole, packet: Packet, fromB: boolean, sender = ''): void {
    const log = this.#logOf(role)
    const { first, last } = LIMITS[role]
    const ordinal = log.seen++
    const place = ordinal < first + last ? ordinal : first + ((ordinal - first) % last)
    const old = log.kept[place]
    if (old === undefined) log.kept.push(keep(role, packet, fromB, sender))
    else log.kept[place] = keep(role, packet, fromB, sender)
  }

  #logOf(role: DecisiveRole): RoleLog {
    for (const log of this.#logs) if (log.role === role) return log
    const log: RoleLog = { role, kept: [], seen: 0 }
    this.#logs.push(log)
    return log
  }

  /** Everything kept, by role. */
  packets(): KeptPacket[] {
    const all: KeptPacket[] = []
    for (const log of this.#logs) for (const packet of log.kept) all.push(packet)
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
