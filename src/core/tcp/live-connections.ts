import type { Packet } from '../packet/packet.ts'
import { KIND, KIND_MASK, KIND_UDP } from './connection-table.ts'
import { DecisivePackets, type KeptPacket } from './decisive.ts'
import { CLOSED, ownState, peerState, RESET } from './endpoint-state.ts'
import { LETTERS_PER_WORD, letterAt } from './history.ts'
import {
  A_SIDE,
  B_SIDE,
  DECISIVE,
  DECISIVE_FIRST,
  ID,
  IP_ID,
  LAST_AT,
  LAST_DATA,
  LAST_FRAME,
  LAST_PURE_ACK,
  LETTER_COUNT,
  LETTERS,
  LIVE_KIND,
  LIVE_WORDS,
  MAC_HIGH,
  NO_SCALE,
  ROLES_SHIFT,
  SEEN_LETTERS,
  STATE_BEFORE_RESET,
  STATES,
  WINDOW_SCALE,
} from './live-layout.ts'
import type { Resent } from './spurious.ts'

/** Letters of a history at most. */
const MAX_LETTERS = 64

/** Connections before the array takes its full size. */
const SMALL = 1024

/** Allocators put a large array 16 bytes behind the start of a page: from this byte on, a connection begins with a cache line. */
const FIRST_BYTE = 48

/**
 * Connections followed in full, in one typed array (see `live-layout.ts`): small at first, then at once of the size of the limit,
 * because memory that is not touched yet costs nothing while copies do. A connection is known by its first word. The code on
 * a packet's way works on the words themselves: 70 numbers of a side lie in 500 bytes that way, nothing is allocated for a packet,
 * and accessors would use up what V8 inlines.
 */
export class LiveConnections {
  words = new Int32Array(0)
  doubles = new Float64Array(0)
  /** What only some sides have, by side: ranges that are missing (`holes.ts`), TTLs beside the usual candidate as [ttl, count, …], the latest retransmission. */
  readonly holes = new Map<number, number[]>()
  readonly otherTtls = new Map<number, number[]>()
  readonly resent = new Map<number, Resent>()
  readonly #decisive = new DecisivePackets()
  readonly #free: number[] = []
  readonly #limit: number
  #used = 0

  /** @param limit most connections followed in full at a time */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#used - this.#free.length >= this.#limit
  }

  /** A new connection with the key (and kind) of a record that begins at `from` of `record`. @returns its index */
  add(id: number, record: Int32Array, from: number): number {
    const index = this.#free.pop() ?? this.#used++
    const at = index * LIVE_WORDS
    if (at + LIVE_WORDS > this.words.length) this.#grow()
    const { words } = this
    words.fill(0, at, at + LIVE_WORDS)
    words[at + ID] = id
    words[at] = record[from] as number
    words[at + 1] = record[from + 1] as number
    words[at + 2] = record[from + 2] as number
    words[at + LIVE_KIND] = (record[from + KIND] as number) & KIND_MASK
    this.#clear(at + A_SIDE)
    this.#clear(at + B_SIDE)
    return index
  }

  #clear(side: number): void {
    const { words } = this
    words[side + WINDOW_SCALE] = NO_SCALE
    words[side + IP_ID] = -1
    words[side + MAC_HIGH] = -1
    words[side + STATE_BEFORE_RESET] = -1
    if (this.holes.size > 0) this.holes.delete(side)
    if (this.otherTtls.size > 0) this.otherTtls.delete(side)
    if (this.resent.size > 0) this.resent.delete(side)
  }

  /** Gives a connection's place to the next one. */
  remove(index: number): void {
    const at = index * LIVE_WORDS
    this.#decisive.free(this.words[at + DECISIVE] as number, this.words[at + DECISIVE_FIRST] as number)
    this.#free.push(index)
  }

  #grow(): void {
    const held = this.words.length / LIVE_WORDS
    const connections = Math.min(this.#limit, held < SMALL ? 16 * Math.max(held, 4) : this.#limit)
    const size = LIVE_WORDS * connections
    const buffer = new ArrayBuffer(FIRST_BYTE + 4 * size)
    const words = new Int32Array(buffer, FIRST_BYTE, size)
    words.set(this.words)
    this.words = words
    this.doubles = new Float64Array(buffer, FIRST_BYTE, size / 2)
  }

  /** Keeps a packet that may decide how the connection ended. @param role code of `decisive.ts` */
  keep(at: number, role: number, packet: Packet, fromB: boolean, sender = ''): void {
    const { words } = this
    const head = words[at + DECISIVE] as number
    const kind = words[at + LIVE_KIND] as number
    const bit = 1 << (ROLES_SHIFT + role)
    if (kind & bit) {
      words[at + DECISIVE] = this.#decisive.add(head, role, packet, fromB, sender)
      return
    }
    words[at + LIVE_KIND] = kind | bit
    const kept = this.#decisive.append(head, role, packet, fromB, sender)
    words[at + DECISIVE] = kept
    if (head === 0) words[at + DECISIVE_FIRST] = kept
  }

  /** The kept packets, by frame. */
  kept(at: number): KeptPacket[] {
    return this.#decisive.packets(this.words[at + DECISIVE] as number)
  }

  /** Adds a history letter on first sight of its kind and side, as long as there is room; `again`: also when it was there before. */
  addLetter(at: number, kind: number, fromB: boolean, again: boolean): void {
    const { words } = this
    const code = fromB ? kind + 1 : kind
    const seen = words[at + SEEN_LETTERS] as number
    if (seen & (1 << code) && !again) return
    words[at + SEEN_LETTERS] = seen | (1 << code)
    const count = words[at + LETTER_COUNT] as number
    if (count === MAX_LETTERS) return
    const place = at + LETTERS + ((count / LETTERS_PER_WORD) | 0)
    words[place] = (words[place] as number) | (code << (5 * (count % LETTERS_PER_WORD)))
    words[at + LETTER_COUNT] = count + 1
  }

  /** Codes of `history.ts`. */
  historyCodes(at: number): number[] {
    const codes: number[] = []
    const count = this.words[at + LETTER_COUNT] as number
    for (let i = 0; i < count; i++)
      codes.push(letterAt(this.words[at + LETTERS + ((i / LETTERS_PER_WORD) | 0)] as number, i % LETTERS_PER_WORD))
    return codes
  }

  isUdp(at: number): boolean {
    return ((this.words[at + LIVE_KIND] as number) & KIND_UDP) !== 0
  }

  /** Both sides closed, or one reset. */
  isOver(at: number): boolean {
    const states = this.words[at + STATES] as number
    const own = ownState(states)
    const peer = peerState(states)
    return !this.isUdp(at) && (own === RESET || peer === RESET || (own === CLOSED && peer === CLOSED))
  }

  /** When either side was last heard. */
  lastAt(at: number): number {
    const { doubles } = this
    return Math.max(doubles[((at + A_SIDE) >> 1) + LAST_AT] as number, doubles[((at + B_SIDE) >> 1) + LAST_AT] as number)
  }

  /** The frame that came last: its own word where a segment needed the whole analysis, a side's last segment where one was plain. */
  lastFrame(at: number): number {
    const { words } = this
    const frame = (place: number): number => words[at + place] as number
    const ofA = Math.max(frame(A_SIDE + LAST_DATA), frame(A_SIDE + LAST_PURE_ACK))
    const ofB = Math.max(frame(B_SIDE + LAST_DATA), frame(B_SIDE + LAST_PURE_ACK))
    return Math.max(frame(LAST_FRAME), ofA, ofB)
  }
}

/** Adds one to a counter. */
export function bump(words: Int32Array, place: number): void {
  words[place] = (words[place] as number) + 1
}
