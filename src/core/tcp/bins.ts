/** Narrowest bin, seconds: a power of two, so that bins of different widths nest. */
const NARROWEST = 1 / 64
const BINS = 240

/**
 * Counts over time in at most 240 bins whose width doubles as time goes on: memory does not grow with the capture. Bins start at
 * `origin`; series that share it nest into each other.
 */
export class Bins {
  readonly origin: number
  width = NARROWEST
  readonly #series: Float64Array[]

  constructor(origin: number, series: number) {
    this.origin = origin
    this.#series = Array.from({ length: series }, () => new Float64Array(BINS))
  }

  /** Adds `amount` to a series at time `at`; times before the origin count in the first bin. */
  add(series: number, at: number, amount: number): void {
    if (Number.isNaN(at)) return
    while (at - this.origin >= this.width * BINS) this.#halve()
    const counts = this.#series[series]
    const index = Math.max(0, Math.floor((at - this.origin) / this.width))
    if (counts) counts[index] = (counts[index] ?? 0) + amount
  }

  /** What a series counts in [from, from + width): exact where the bin nests, else in proportion. */
  sum(series: number, from: number, width: number): number {
    const counts = this.#series[series]
    if (!counts) return 0
    let total = 0
    const first = Math.max(0, Math.floor((from - this.origin) / this.width))
    const last = Math.min(BINS - 1, Math.ceil((from + width - this.origin) / this.width) - 1)
    for (let i = first; i <= last; i++) {
      const start = this.origin + i * this.width
      const overlap = Math.min(start + this.width, from + width) - Math.max(start, from)
      total += ((counts[i] ?? 0) * Math.max(0, overlap)) / this.width
    }
    return total
  }

  #halve(): void {
    for (const counts of this.#series) {
      for (let i = 0; i < BINS / 2; i++) counts[i] = (counts[2 * i] ?? 0) + (counts[2 * i + 1] ?? 0)
      counts.fill(0, BINS / 2)
    }
    this.width *= 2
  }
}
