import type { Packet } from '../packet/packet.ts'

const WORDS = 4

/**
 * Gives every IPv6 address a small number, so that a connection's key is four words whatever the IP version. Open addressing;
 * 16 bytes an address and 8 of index.
 */
export class AddressTable {
  #words = new Int32Array(64 * WORDS)
  #slots = new Int32Array(256)
  #count = 0

  get size(): number {
    return this.#count
  }

  /** The number of the 16 bytes at `offset`, given on first sight. */
  intern(view: DataView, offset: number): number {
    const a = view.getInt32(offset)
    const b = view.getInt32(offset + 4)
    const c = view.getInt32(offset + 8)
    const d = view.getInt32(offset + 12)
    const mask = this.#slots.length - 1
    let slot = mix(a, b, c, d) & mask
    for (;;) {
      const id = (this.#slots[slot] ?? 0) - 1
      if (id < 0) return this.#add(slot, a, b, c, d)
      const at = id * WORDS
      const words = this.#words
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) return id
      slot = (slot + 1) & mask
    }
  }

  /** Writes address number `id` as 16 bytes into `view`. */
  write(id: number, view: DataView): void {
    for (let i = 0; i < WORDS; i++) view.setInt32(4 * i, this.#words[id * WORDS + i] ?? 0)
  }

  #add(slot: number, a: number, b: number, c: number, d: number): number {
    const id = this.#count++
    if ((id + 1) * WORDS > this.#words.length) {
      const bigger = new Int32Array(2 * this.#words.length)
      bigger.set(this.#words)
      this.#words = bigger
    }
    this.#words.set([a, b, c, d], id * WORDS)
    this.#slots[slot] = id + 1
    if (this.#count * 2 > this.#slots.length) this.#rehash()
    return id
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let id = 0; id < this.#count; id++) {
      const [a = 0, b = 0, c = 0, d = 0] = this.#words.subarray(id * WORDS, (id + 1) * WORDS)
      let slot = mix(a, b, c, d) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }
}

function mix(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ Math.imul(d, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

/** The key word of a packet's address: the IPv4 address itself, or the number of an IPv6 one. */
export function addressWord(table: AddressTable, packet: Packet, offset: number): number {
  return packet.ipVersion === 4 ? packet.view.getInt32(offset) : table.intern(packet.view, offset)
}
