import type { Segment } from './segment.ts'
import { isSpecial } from './segment-kind.ts'

const HEAD = 400
const TAIL = 2_400
const SPECIAL = 1_200

/** A connection's segments in order, bounded: the first ones, the last ones, and what is special in between. */
export class KeptSegments {
  readonly #head: Segment[] = []
  readonly #special: Segment[] = []
  #tail: Segment[] = []
  #tailStart = 0
  /** Segments that were given up. */
  leftOut = 0

  add(segment: Segment): void {
    if (this.#head.length < HEAD) {
      this.#head.push(segment)
      return
    }
    this.#tail.push(segment)
    if (this.#tail.length - this.#tailStart <= TAIL) return
    const evicted = this.#tail[this.#tailStart++]
    if (evicted && isSpecial(evicted) && this.#special.length < SPECIAL) this.#special.push(evicted)
    else this.leftOut++
    if (this.#tailStart < TAIL) return
    this.#tail = this.#tail.slice(this.#tailStart)
    this.#tailStart = 0
  }

  all(): Segment[] {
    return [...this.#head, ...this.#special, ...this.#tail.slice(this.#tailStart)]
  }
}
