import { DecisiveLog } from './decisive.ts'
import { LIVE_SIDE_WORDS, LiveSide, type RareFacts } from './live-side.ts'

const HEADER_WORDS = 12
const WORDS = HEADER_WORDS + 2 * LIVE_SIDE_WORDS
const PAGE_BITS = 8
const PAGE_CONNECTIONS = 1 << PAGE_BITS

/** Word places in the header; doubles first. */
const FIRST_RTT = 0
const LAST_FRAME = 2
const STATES = 3
const SEEN_LETTERS = 4
const ID = 5
const KIND = 6
const ICMP_ERRORS = 7

const IS_UDP = 1
const ORIGINATOR_IS_A = 2

interface Rare {
  readonly a: RareFacts
  readonly b: RareFacts
  readonly decisive: DecisiveLog
  readonly historyCodes: number[]
}

interface Page {
  readonly words: Int32Array<ArrayBuffer>
  readonly doubles: Float64Array<ArrayBuffer>
}

/** Bytes of one connection followed in full, without what only some have (about as much again). */
export const LIVE_BYTES = 4 * WORDS

/**
 * Connections followed in full, in pages of typed arrays. It is itself the view of one of them: `select` points `a`, `b` and the
 * rest at it. Nothing is allocated for a packet.
 */
export class LiveConnection {
  readonly a = new LiveSide()
  readonly b = new LiveSide()
  readonly #pages: Page[] = []
  readonly #rare: Rare[] = []
  readonly #free: number[] = []
  #words = new Int32Array(0)
  #doubles = new Float64Array(0)
  #at = 0
  #index = 0

  /** Places taken, those given back included. */
  get capacity(): number {
    return this.#rare.length - this.#free.length
  }

  /** Points the view at a connection. */
  select(index: number): void {
    const page = this.#pages[index >> PAGE_BITS]
    if (page === undefined) throw new RangeError(`no connection ${index} is followed in full`)
    this.#index = index
    this.#words = page.words
    this.#doubles = page.doubles
    this.#at = (index & (PAGE_CONNECTIONS - 1)) * WORDS
    point(this.a, page, this.#at + HEADER_WORDS)
    point(this.b, page, this.#at + HEADER_WORDS + LIVE_SIDE_WORDS)
  }

  /** A new connection, selected. @returns its index */
  add(id: number, isUdp: boolean, originatorIsA: boolean): number {
    const index = this.#free.pop() ?? this.#rare.length
    if (index >> PAGE_BITS === this.#pages.length) this.#pages.push(makePage())
    this.#rare[index] = { a: noRareFacts(), b: noRareFacts(), decisive: new DecisiveLog(), historyCodes: [] }
    this.select(index)
    this.#words.fill(0, this.#at, this.#at + HEADER_WORDS)
    this.selectRare()
    this.a.clear()
    this.b.clear()
    this.#words[this.#at + ID] = id
    this.#words[this.#at + KIND] = (isUdp ? IS_UDP : 0) | (originatorIsA ? ORIGINATOR_IS_A : 0)
    return index
  }

  /** Gives a connection's place to the next one. */
  remove(index: number): void {
    this.#free.push(index)
  }

  /** Must precede the use of `rare` of both sides, of `decisive` and of `historyCodes`. */
  selectRare(): void {
    const rare = this.#rareFacts()
    this.a.rare = rare.a
    this.b.rare = rare.b
  }

  #rareFacts(): Rare {
    const rare = this.#rare[this.#index]
    if (rare === undefined) throw new RangeError(`no connection ${this.#index} is followed in full`)
    return rare
  }

  get decisive(): DecisiveLog {
    return this.#rareFacts().decisive
  }
  /** Codes of `history.ts`. */
  get historyCodes(): number[] {
    return this.#rareFacts().historyCodes
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
  /** When either side was last heard. */
  get lastAt(): number {
    return Math.max(this.a.lastAt, this.b.lastAt)
  }
}

function point(side: LiveSide, page: Page, at: number): void {
  side.words = page.words
  side.doubles = page.doubles
  side.at = at
  side.doubleAt = at >> 1
}

function makePage(): Page {
  const buffer = new ArrayBuffer(PAGE_CONNECTIONS * WORDS * 4)
  return { words: new Int32Array(buffer), doubles: new Float64Array(buffer) }
}

const noRareFacts = (): RareFacts => ({ synOptions: undefined, otherTtls: undefined, macs: undefined, holes: undefined })
