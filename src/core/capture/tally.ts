import type { Instant } from './summary.ts'

/**
 * Earliest, latest and order of the stamps seen, as pairs (major, minor) that compare like one number: seconds and fraction, or the
 * halves of a 64-bit tick count.
 */
export class TimeTally {
  dated = 0
  backwards = 0
  /** Longest way back, in seconds. */
  maxBack = 0
  #latestMajor = Number.NEGATIVE_INFINITY
  #latestMinor = 0
  #earliestMajor = Number.POSITIVE_INFINITY
  #earliestMinor = 0
  #toInstant: (major: number, minor: number) => Instant

  constructor(toInstant: (major: number, minor: number) => Instant) {
    this.#toInstant = toInstant
  }

  see(major: number, minor: number): void {
    if (major > this.#latestMajor || (major === this.#latestMajor && minor >= this.#latestMinor)) {
      if (this.dated++ === 0) {
        this.#earliestMajor = major
        this.#earliestMinor = minor
      }
      this.#latestMajor = major
      this.#latestMinor = minor
      return
    }
    this.#seeBackwards(major, minor)
  }

  #seeBackwards(major: number, minor: number): void {
    this.dated++
    this.backwards++
    const latest = this.#toInstant(this.#latestMajor, this.#latestMinor)
    const now = this.#toInstant(major, minor)
    const back = latest.seconds - now.seconds + (latest.nanoseconds - now.nanoseconds) / 1e9
    if (back > this.maxBack) this.maxBack = back
    if (major < this.#earliestMajor || (major === this.#earliestMajor && minor < this.#earliestMinor)) {
      this.#earliestMajor = major
      this.#earliestMinor = minor
    }
  }

  /** From here on stamps come in another unit: `toInstant` understands it, `from` gives the pair of an instant in it. */
  changeUnit(toInstant: (major: number, minor: number) => Instant, from: (instant: Instant) => readonly [number, number]): void {
    const { earliest, latest } = this
    this.#toInstant = toInstant
    if (earliest !== undefined) [this.#earliestMajor, this.#earliestMinor] = from(earliest)
    if (latest !== undefined) [this.#latestMajor, this.#latestMinor] = from(latest)
  }

  get earliest(): Instant | undefined {
    return this.dated === 0 ? undefined : this.#toInstant(this.#earliestMajor, this.#earliestMinor)
  }

  get latest(): Instant | undefined {
    return this.dated === 0 ? undefined : this.#toInstant(this.#latestMajor, this.#latestMinor)
  }
}
