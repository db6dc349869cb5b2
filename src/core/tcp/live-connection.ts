import type { Packet } from '../packet/packet.ts'
import type { DecisiveRole } from './connection.ts'
import { DecisivePackets, type KeptPacket } from './decisive.ts'
import { CLOSED, ownState, peerState, RESET } from './endpoint-state.ts'
import { LETTERS_PER_WORD, letterAt } from './history.ts'
import { LIVE_SIDE_WORDS, LiveSide } from './live-side.ts'

/** Letters of a history at most. */
const MAX_LETTERS = 64

/** Even, so that the sides' doubles are aligned. */
const HEADER_WORDS = 22
const WORDS = HEADER_WORDS + 2 * LIVE_SIDE_WORDS

/** Word places in the header; doubles first. */
const FIRST_RTT = 0
const LAST_FRAME = 2
const STATES = 3
const SEEN_LETTERS = 4
const ID = 5
const KIND = 6
const ICMP_ERRORS = 7
/** First of its decisive packets. */
const DECISIVE = 8
const LETTER_COUNT = 9
/** Packed history letters: eleven words. */
const LETTERS = 10

const IS_UDP = 1
const ORIGINATOR_IS_A = 2

/** Connections before the array takes its full size. */
const SMALL = 1024

/**
 * Connections followed in full, in one typed array: small at first, then at once of the size of the limit, because memory that is
 * not touched yet costs nothing while copies do. It is itself the view of one of them: `select` points `a`,
 * `b` and the rest at it. Nothing is allocated for a packet.
 */
export class LiveConnection {
  readonly a = new LiveSide()
  readonly b = new LiveSide()
  readonly #decisive = new DecisivePackets()
  readonly #free: number[] = []
  #used = 0
  #words = new Int32Array(0)
  #doubles = new Float64Array(0)
  #at = 0
  readonly #limit: number

  /** @param limit most connections followed in full at a time */
  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#used - this.#free.length >= this.#limit
  }

  /** Points the view at a connection. */
  select(index: number): void {
    const at = index * WORDS
    this.#at = at
    this.a.point(index, at + HEADER_WORDS)
    this.b.point(index, at + HEADER_WORDS + LIVE_SIDE_WORDS)
  }

  /** A new connection, selected. @returns its index */
  add(id: number, isUdp: boolean, originatorIsA: boolean): number {
    const index = this.#free.pop() ?? this.#used++
    if ((index + 1) * WORDS > this.#words.length) this.#grow()
    this.select(index)
    this.#words.fill(0, this.#at, this.#at + HEADER_WORDS)
    this.a.clear()
    this.b.clear()
    this.#words[this.#at + ID] = id
    this.#words[this.#at + KIND] = (isUdp ? IS_UDP : 0) | (originatorIsA ? ORIGINATOR_IS_A : 0)
    return index
  }

  /** Gives a connection's place to the next one. */
  remove(index: number): void {
    this.select(index)
    this.#decisive.free(this.#words[this.#at + DECISIVE] as number)
    this.#words[this.#at + DECISIVE] = 0
    this.#free.push(index)
  }

  #grow(): void {
    const held = this.#words.length / WORDS
    const connections = Math.min(this.#limit, held < SMALL ? 16 * Math.max(held, 4) : this.#limit)
    const buffer = new ArrayBuffer(4 * WORDS * connections)
    const words = new Int32Array(buffer)
    words.set(this.#words)
    this.#words = words
    this.#doubles = new Float64Array(buffer)
    for (const side of [this.a, this.b]) {
      side.words = words
      side.doubles = this.#doubles
    }
  }

  /** Keeps a packet that may decide how the connection ended. */
  keep(role: DecisiveRole, packet: Packet, fromB: boolean, sender?: string): void {
    const place = this.#at + DECISIVE
    this.#words[place] = this.#decisive.add(this.#words[place] as number, role, packet, fromB, sender)
  }
  /** The kept packets, by frame. */
  kept(): KeptPacket[] {
    return this.#decisive.packets(this.#words[this.#at + DECISIVE] as number)
  }
  /** Adds a letter of `history.ts`, as long as there is room. */
  addLetter(code: number): void {
    const count = this.#words[this.#at + LETTER_COUNT] as number
    if (count === MAX_LETTERS) return
    const place = this.#at + LETTERS + Math.floor(count / LETTERS_PER_WORD)
    this.#words[place] = (this.#words[place] as number) | (code << (5 * (count % LETTERS_PER_WORD)))
    this.#words[this.#at + LETTER_COUNT] = count + 1
  }
  /** Codes of `history.ts`. */
  get historyCodes(): number[] {
    const codes: number[] = []
    const count = this.#words[this.#at + LETTER_COUNT] as number
    for (let i = 0; i < count; i++)
      codes.push(letterAt(this.#words[this.#at + LETTERS + Math.floor(i / LETTERS_PER_WORD)] as number, i % LETTERS_PER_WORD))
    return codes
  }
  /** Its record in the connection table. */
  get id(): number {
    return this.#words[this.#at + ID] as number
  }
  get isUdp(): boolean {
    return ((this.#words[this.#at + KIND] as number) & IS_UDP) !== 0
  }
  /** A, who sent first, is the originator. */
  get originatorIsA(): boolean {
    return ((this.#words[this.#at + KIND] as number) & ORIGINATOR_IS_A) !== 0
  }
  /** Packed endpoint states, side A first. */
  get states(): number {
    return this.#words[this.#at + STATES] as number
  }
  set states(states: number) {
    this.#words[this.#at + STATES] = states
  }
  /** Bits of the history letters written. */
  get seenLetters(): number {
    return this.#words[this.#at + SEEN_LETTERS] as number
  }
  set seenLetters(letters: number) {
    this.#words[this.#at + SEEN_LETTERS] = letters
  }
  get lastFrame(): number {
    return this.#words[this.#at + LAST_FRAME] as number
  }
  set lastFrame(frame: number) {
    this.#words[this.#at + LAST_FRAME] = frame
  }
  get icmpErrors(): number {
    return this.#words[this.#at + ICMP_ERRORS] as number
  }
  set icmpErrors(errors: number) {
    this.#words[this.#at + ICMP_ERRORS] = errors
  }
  /** Both halves of the handshake: Wireshark's first RTT, seconds; 0 while unknown. */
  get firstRtt(): number {
    return this.#doubles[(this.#at >> 1) + FIRST_RTT] as number
  }
  set firstRtt(seconds: number) {
    this.#doubles[(this.#at >> 1) + FIRST_RTT] = seconds
  }
  /** Both sides closed, or one reset. */
  get isOver(): boolean {
    const own = ownState(this.states)
    const peer = peerState(this.states)
    return !this.isUdp && (own === RESET || peer === RESET || (own === CLOSED && peer === CLOSED))
  }
  /** When either side was last heard. */
  get lastAt(): number {
    return Math.max(this.a.lastAt, this.b.lastAt)
  }
}
