import type { LiveConnections } from './live-connections.ts'
import { LIVE_WORDS } from './live-layout.ts'

/**
 * Every connection of a capture as one record of 112 bytes in pages of typed arrays, found by open addressing. A record alone
 * is the plain form of a connection (`lite.ts`); `details` points at the rich one while there is one.
 */
export const WORDS = 28
const PAGE_BITS = 12
const PAGE_RECORDS = 1 << PAGE_BITS

/** Word positions in a record. The first four are the key, here as in a connection that is followed in full. */
export const A_ADDRESS = 0
export const B_ADDRESS = 1
/** Port of A in the upper half, of B in the lower. */
export const PORTS = 2
/** See `KIND_…`. */
export const KIND = 3
export const STREAM = 4
export const FIRST_FRAME = 5
export const LAST_FRAME = 6
/** Three words of packed history letters. */
export const HISTORY_START = 7
/** Position among the float64 of the record. */
export const STARTED_AT = 5
/** First word of a side: 12 for A, 20 for B. */
export const SIDE_START = 12
export const SIDE_WORDS = 8
/** Word positions in a side; LAST_AT and BYTES count in float64 from the side's start. */
export const NEXT_SEQ = 0
export const LAST_ACK = 1
export const PACKETS = 2
export const RETRANSMISSIONS = 3
export const LAST_AT = 2
export const BYTES = 3

export const KIND_UDP = 1
export const KIND_IPV6 = 2
/** B, who did not send first, is the originator. */
export const KIND_TURNED = 4
/** How the originator was chosen: two bits from here on, index into ORIGINATOR_BY. */
export const KIND_BY_SHIFT = 3
export const ORIGINATOR_BY = ['syn', 'service-port', 'first-packet'] as const
/** All of the above. */
export const KIND_MASK = 31
/** VLAN id + 1, 13 bits; 0: untagged. */
export const KIND_VLAN_SHIFT = 5
export const KIND_VLAN_MASK = 0x1fff
/** Packed endpoint states, side A first: 12 bits. */
export const KIND_STATES_SHIFT = 18

/**
 * A slot of the index holds a record's number + 1 and, above it, the upper bits of its hash: most records that only share a slot's
 * neighbourhood are told apart without a look at them, which would miss the cache.
 */
const ID_BITS = 22
const ID_MASK = (1 << ID_BITS) - 1
const TAG_MASK = ~ID_MASK
/** Records that one table can number. */
export const MOST_RECORDS = ID_MASK - 1

export interface Page {
  readonly words: Int32Array
  readonly doubles: Float64Array
}

export class ConnectionTable {
  /** For each record the index of its rich form + 1, or 0. */
  details = new Int32Array(1024)
  /** After `find`: 0 when the packet comes from A, 1 from B; and the found record's entry of `details`. */
  turned = 0
  detail = 0
  readonly #live: LiveConnections
  readonly #pages: Page[] = []
  #slots = new Int32Array(1024)
  #used = 0
  #free: number[] = []
  #indexed = 0

  /** @param live where `details` point: the keys of those are read there, whence the rest is needed next */
  constructor(live: LiveConnections) {
    this.#live = live
  }

  /** Records ever handed out; ids run from 0. */
  get size(): number {
    return this.#used
  }

  /** Bytes of the records and their index. */
  get byteLength(): number {
    return this.#pages.length * PAGE_RECORDS * WORDS * 4 + this.#slots.byteLength + this.details.byteLength
  }

  page(id: number): Page {
    const page = this.#pages[id >>> PAGE_BITS]
    if (page === undefined) throw new RangeError(`no connection ${id}`)
    return page
  }

  /** First word of a record in its page. */
  base(id: number): number {
    return (id & (PAGE_RECORDS - 1)) * WORDS
  }

  /** The latest connection between two ends, whichever sent; −1 when there is none. Sets `fromB`. */
  find(kind: number, source: number, destination: number, ports: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    const hashed = hash(kind, source, destination, ports)
    for (let slot = hashed & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot] as number
      if (held === 0) return -1
      if (((held ^ hashed) & TAG_MASK) !== 0) continue
      const id = (held & ID_MASK) - 1
      const detail = this.details[id] as number
      const words = detail > 0 ? this.#live.words : this.page(id).words
      const at = detail > 0 ? (detail - 1) * LIVE_WORDS : this.base(id)
      if (((words[at + KIND] as number) & 3) !== kind) continue
      // Without branches: whose packet comes next cannot be foretold, and each wrong guess costs the processor some 5 ns.
      const notFromA = ((words[at] as number) ^ source) | ((words[at + 1] as number) ^ destination) | ((words[at + 2] as number) ^ ports)
      const notFromB =
        ((words[at] as number) ^ destination) | ((words[at + 1] as number) ^ source) | ((words[at + 2] as number) ^ turnedPorts(ports))
      const turned = (notFromA | -notFromA) >>> 31
      if ((turned & ((notFromB | -notFromB) >>> 31)) !== 0) continue
      this.turned = turned
      this.detail = detail
      return id
    }
  }

  /**
   * A new, zeroed record with its key.
   *
   * @param older what `find` says of the key: the new one is found from now on instead
   */
  add(kind: number, source: number, destination: number, ports: number, older: number): number {
    const id = this.#free.pop() ?? this.#used++
    if (id >>> PAGE_BITS === this.#pages.length) this.#pages.push(makePage())
    if (id === this.details.length) this.details = doubled(this.details)
    const { words } = this.page(id)
    const at = this.base(id)
    words.fill(0, at, at + WORDS)
    words[at + A_ADDRESS] = source
    words[at + B_ADDRESS] = destination
    words[at + PORTS] = ports
    words[at + KIND] = kind
    if (older >= 0) this.#put(this.#slotOf(older), id)
    else {
      if (++this.#indexed * 2 > this.#slots.length) this.#grow()
      this.#insert(id)
    }
    return id
  }

  /** Forgets a record, so that its place can be taken by another. */
  remove(id: number): void {
    const slot = this.#slotOf(id)
    if (slot >= 0) {
      this.#indexed--
      this.#closeGap(slot)
    }
    this.details[id] = 0
    this.#free.push(id)
  }

  /** Slot of a record, or −1 where a newer connection of the same ends took it. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#hashOf(id) & mask
    while (this.#slots[slot] !== 0) {
      if (((this.#slots[slot] as number) & ID_MASK) === id + 1) return slot
      slot = (slot + 1) & mask
    }
    return -1
  }

  /** Empties a slot and moves later members of its run forward (deletion without tombstones, Knuth 6.4 R). */
  #closeGap(from: number): void {
    const mask = this.#slots.length - 1
    let gap = from
    for (let slot = (gap + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const held = this.#slots[slot] ?? 0
      const home = this.#hashOf((held & ID_MASK) - 1) & mask
      if (((slot - home) & mask) >= ((slot - gap) & mask)) {
        this.#slots[gap] = held
        gap = slot
      }
    }
    this.#slots[gap] = 0
  }

  #hashOf(id: number): number {
    const { words } = this.page(id)
    const at = this.base(id)
    return hash((words[at + KIND] ?? 0) & 3, words[at + A_ADDRESS] ?? 0, words[at + B_ADDRESS] ?? 0, words[at + PORTS] ?? 0)
  }

  #insert(id: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashOf(id) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#put(slot, id)
  }

  #put(slot: number, id: number): void {
    this.#slots[slot] = (this.#hashOf(id) & TAG_MASK) | (id + 1)
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    for (const held of old) if (held !== 0) this.#insert((held & ID_MASK) - 1)
  }
}

function makePage(): Page {
  const buffer = new ArrayBuffer(PAGE_RECORDS * WORDS * 4)
  return { words: new Int32Array(buffer), doubles: new Float64Array(buffer) }
}

function doubled(words: Int32Array): Int32Array<ArrayBuffer> {
  const twice = new Int32Array(2 * words.length)
  twice.set(words)
  return twice
}

const turnedPorts = (ports: number): number => (ports >>> 16) | (ports << 16)

/** The same for both directions. */
function hash(kind: number, source: number, destination: number, ports: number): number {
  const from = Math.imul(source ^ Math.imul(ports >>> 16, 0x9e3779b1), 0x85ebca6b)
  const to = Math.imul(destination ^ Math.imul(ports & 0xffff, 0x9e3779b1), 0x85ebca6b)
  let h = (from ^ (from >>> 15)) + (to ^ (to >>> 15)) + kind
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35)
  return h ^ (h >>> 13)
}
