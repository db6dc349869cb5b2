import { type ConnectionTable, LAST_AT, SIDE_START, SIDE_WORDS } from './connection-table.ts'
import { makeLite } from './lite.ts'
import type { LiveConnections } from './live-connections.ts'
import { ID, LIVE_WORDS } from './live-layout.ts'

/** Connections looked at to find one that can be given up for another; for one between the ends of interest. */
const CANDIDATES = 4
const CANDIDATES_OF_INTEREST = 64
/** Records looked at to find one that can be forgotten. */
const FORGETTABLE = 16

/** Says which connection makes room when there is none left. */
export class Room {
  readonly #table: ConnectionTable
  readonly #live: LiveConnections
  readonly #detailed: number
  readonly #isOfInterest: (id: number) => boolean
  #hand = 0
  #liveHand = 0

  /** @param detailed connections followed in full at most */
  constructor(table: ConnectionTable, live: LiveConnections, detailed: number, isOfInterest: (id: number) => boolean) {
    this.#table = table
    this.#live = live
    this.#detailed = detailed
    this.#isOfInterest = isOfInterest
  }

  /**
   * Makes room for another: of the next few connections followed in full, the first that ended becomes a plain one. What is open
   * stays, but for a connection between the ends of interest; and those stay for all others.
   */
  giveUpOne(newcomer: number): boolean {
    if (this.#detailed === 0) return false
    const isOfInterest = this.#isOfInterest(newcomer)
    const candidates = isOfInterest ? CANDIDATES_OF_INTEREST : CANDIDATES
    let open = -1
    for (let tries = 0; tries < candidates; tries++) {
      const index = this.#liveHand
      this.#liveHand = (index + 1) % this.#detailed
      if (this.#isOfInterest(this.#live.words[index * LIVE_WORDS + ID] as number)) continue
      if (this.#live.isOver(index * LIVE_WORDS)) return this.#giveUp(index)
      if (open < 0) open = index
    }
    return isOfInterest && open >= 0 && this.#giveUp(open)
  }

  #giveUp(index: number): true {
    makeLite(this.#table, this.#live, index * LIVE_WORDS)
    this.#live.remove(index)
    return true
  }

  /** Makes room in a full table: of the next few records the one that was quiet longest, those of interest last. */
  forgetOne(): void {
    let oldest = this.#hand % this.#table.size
    for (let i = 1; i < FORGETTABLE; i++) {
      const candidate = (this.#hand + i) % this.#table.size
      const kept = Number(this.#isOfInterest(candidate)) - Number(this.#isOfInterest(oldest))
      if (kept < 0 || (kept === 0 && this.#lastAt(candidate) < this.#lastAt(oldest))) oldest = candidate
    }
    this.#hand = (this.#hand + FORGETTABLE) % this.#table.size
    const detail = this.#table.details[oldest] as number
    if (detail > 0) this.#live.remove(detail - 1)
    this.#table.remove(oldest)
  }

  #lastAt(id: number): number {
    const detail = this.#table.details[id] as number
    if (detail > 0) return this.#live.lastAt((detail - 1) * LIVE_WORDS)
    const side = (this.#table.base(id) + SIDE_START) >> 1
    const { doubles } = this.#table.page(id)
    return Math.max(doubles[side + LAST_AT] as number, doubles[side + SIDE_WORDS / 2 + LAST_AT] as number)
  }
}
