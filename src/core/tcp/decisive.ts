import type { Packet } from '../packet/packet.ts'
import type { DecisiveRole, Side } from './connection.ts'

interface Limits {
  readonly first: number
  readonly last: number
}

/** Packets kept of each role: the first ones and the last ones. What lies between is in the counters. */
const LIMITS: Readonly<Record<DecisiveRole, Limits>> = {
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
const ROLES = Object.keys(LIMITS) as DecisiveRole[]
const LIMITS_BY_CODE = Object.values(LIMITS)

/** Code of each role: a small number. */
export const KEPT = Object.fromEntries(ROLES.map((role, code) => [role, code])) as Record<DecisiveRole, number>

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

/** Words of a record; the time is its first double. */
const WORDS = 14
/** The next record of the connection, or of the free ones; 0: none. */
const NEXT = 2
/** Index into ROLES, `FROM_B`, and the place among the role's packets from `PLACE_SHIFT` on. */
const KIND = 3
/** Packets of the role, in its record of place 0. */
const SEEN = 4
const FRAME = 5
const FLAGS = 6
const SEQ = 7
const ACK = 8
const PAYLOAD = 9
const WINDOW = 10
const TTL = 11
const IP_ID = 12
/** Type and code of an ICMP error, 8 bits each; −1 for a segment. */
const ICMP = 13

const ROLE_MASK = 15
const FROM_B = 16
const PLACE_SHIFT = 8

const PAGE_BITS = 10
const PAGE_MASK = (1 << PAGE_BITS) - 1

interface Page {
  readonly words: Int32Array
  readonly doubles: Float64Array
}

/**
 * The packets that tell how connections ended: a bounded few of each role, as records of 56 bytes in pages. Those of one connection
 * are a chain, latest first, which its owner knows by the first record's number. As objects they were most of what a
 * short connection cost.
 */
export class DecisivePackets {
  readonly #pages: Page[] = []
  readonly #senders = new Map<number, string>()
  #used = 1
  #free = 0

  /** Keeps the first packet of a role, or one more. @returns the chain's latest record from now on */
  append(head: number, code: number, packet: Packet, fromB: boolean, sender: string): number {
    const record = this.#free === 0 ? this.#used++ : this.#free
    if (record === this.#free) this.#free = this.#next(record)
    if (record >>> PAGE_BITS === this.#pages.length) {
      const words = new Int32Array(WORDS << PAGE_BITS)
      this.#pages.push({ words, doubles: new Float64Array(words.buffer) })
    }
    const { words } = this.#page(record)
    const at = (record & PAGE_MASK) * WORDS
    words[at + NEXT] = head
    words[at + SEEN] = 1
    this.#write(record, code, packet, fromB, sender)
    return record
  }

  /** Keeps another packet of a role that the chain has. @returns the chain's latest record from now on */
  add(head: number, code: number, packet: Packet, fromB: boolean, sender: string): number {
    const first = this.#find(head, code)
    const limits = LIMITS_BY_CODE[code] as Limits
    const { words } = this.#page(first)
    const seen = (first & PAGE_MASK) * WORDS + SEEN
    const ordinal = words[seen] as number
    words[seen] = ordinal + 1
    const place = ordinal < limits.first + limits.last ? ordinal : limits.first + ((ordinal - limits.first) % limits.last)
    const kind = code | (place << PLACE_SHIFT)
    const taken = this.#find(head, kind)
    if (taken === 0) return this.append(head, kind, packet, fromB, sender)
    this.#write(taken, kind, packet, fromB, sender)
    return head
  }

  /** Everything kept in a chain, by frame; of one frame the role that came up last is first. */
  packets(head: number): KeptPacket[] {
    const all: KeptPacket[] = []
    const roles: DecisiveRole[] = []
    for (let record = head; record !== 0; record = this.#next(record)) {
      const kept = this.#read(record)
      if (this.#kind(record) >> PLACE_SHIFT === 0) roles.push(kept.role)
      all.push(kept)
    }
    all.reverse()
    if (all.every((kept, index) => index === 0 || kept.frame > (all[index - 1] as KeptPacket).frame)) return all
    return all.sort((x, y) => x.frame - y.frame || roles.indexOf(x.role) - roles.indexOf(y.role))
  }

  /** Gives a chain's records, of which `first` is the oldest, to others. */
  free(head: number, first: number): void {
    if (head === 0) return
    if (this.#senders.size > 0) for (let record = head; record !== 0; record = this.#next(record)) this.#senders.delete(record)
    this.#page(first).words[(first & PAGE_MASK) * WORDS + NEXT] = this.#free
    this.#free = head
  }

  #page(record: number): Page {
    return this.#pages[record >>> PAGE_BITS] as Page
  }

  #next(record: number): number {
    return this.#page(record).words[(record & PAGE_MASK) * WORDS + NEXT] ?? 0
  }

  #kind(record: number): number {
    return this.#page(record).words[(record & PAGE_MASK) * WORDS + KIND] ?? 0
  }

  /** The record of a role and place, whoever sent it; 0 where there is none. */
  #find(head: number, kind: number): number {
    let record = head
    while (record !== 0 && (this.#kind(record) & ~FROM_B) !== kind) record = this.#next(record)
    return record
  }

  #write(record: number, kind: number, packet: Packet, fromB: boolean, sender: string): void {
    const { words, doubles } = this.#page(record)
    const at = (record & PAGE_MASK) * WORDS
    const isTcp = packet.kind === 'tcp'
    doubles[at >> 1] = packet.at
    words[at + KIND] = kind | (fromB ? FROM_B : 0)
    words[at + FRAME] = packet.frameNumber
    words[at + FLAGS] = isTcp ? packet.flags : 0
    words[at + SEQ] = isTcp ? packet.seq : 0
    words[at + ACK] = isTcp ? packet.ack : 0
    words[at + PAYLOAD] = isTcp ? packet.payloadLength : 0
    words[at + WINDOW] = isTcp ? packet.window : 0
    words[at + TTL] = packet.ttl
    words[at + IP_ID] = packet.ipId
    words[at + ICMP] = isTcp ? -1 : (packet.icmpType << 8) | packet.icmpCode
    if (sender !== '') this.#senders.set(record, sender)
  }

  #read(record: number): KeptPacket {
    const { words, doubles } = this.#page(record)
    const at = (record & PAGE_MASK) * WORDS
    const kind = words[at + KIND] as number
    const icmp = words[at + ICMP] as number
    return {
      role: ROLES[kind & ROLE_MASK] as DecisiveRole,
      frame: words[at + FRAME] as number,
      at: doubles[at >> 1] as number,
      fromB: (kind & FROM_B) !== 0,
      flags: words[at + FLAGS] as number,
      seq: words[at + SEQ] as number,
      ack: words[at + ACK] as number,
      payloadLength: words[at + PAYLOAD] as number,
      window: words[at + WINDOW] as number,
      ttl: words[at + TTL] as number,
      ipId: words[at + IP_ID] as number,
      icmpType: icmp >> 8,
      icmpCode: icmp < 0 ? -1 : icmp & 0xff,
      sender: this.#senders.get(record) ?? '',
    }
  }
}

export const sideOf = (fromB: boolean, originatorIsA: boolean): Side => (fromB === originatorIsA ? 'responder' : 'originator')
