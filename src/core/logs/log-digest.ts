import type { LogDigest } from '../intake/receipt.ts'
import { isoFromParts } from '../time/civil.ts'
import type { CanonicalError } from './errors/canonical.ts'

/** One decoded error of a log, before any cut. */
export interface LogError {
  /** NaN for text without a time. */
  readonly seconds: number
  readonly nanoseconds: number
  readonly stampedAt: string
  readonly code: string
  readonly canonical: CanonicalError
  readonly line: number
  readonly peer: string | undefined
  readonly inside: boolean
}

const MAX_ERRORS = 5000
const MAX_MINUTES = 20_000 // two weeks of minutes; a cut log's digest stays under a megabyte

/** Gathers numbers about a whole log: no text. */
export class DigestBuilder {
  readonly errors: LogError[] = []
  #errorsLeftOut = 0
  readonly #minutes = new Map<number, number>()
  #minutesLeftOut = 0
  #minute = Number.NaN
  #inMinute = 0
  #first = Number.POSITIVE_INFINITY
  #firstNanoseconds = 0
  #last = Number.NEGATIVE_INFINITY
  #lastNanoseconds = 0

  record(seconds: number, nanoseconds: number): void {
    const minute = Math.floor(seconds / 60)
    if (minute !== this.#minute) {
      this.#flushMinute()
      this.#minute = minute
    }
    this.#inMinute++
    if (seconds < this.#first || (seconds === this.#first && nanoseconds < this.#firstNanoseconds)) {
      this.#first = seconds
      this.#firstNanoseconds = nanoseconds
    }
    if (seconds > this.#last || (seconds === this.#last && nanoseconds > this.#lastNanoseconds)) {
      this.#last = seconds
      this.#lastNanoseconds = nanoseconds
    }
  }

  /** Records of one minute, the least and the greatest of them in nanoseconds of it. */
  recordRun(minuteStart: number, count: number, least: number, greatest: number): void {
    this.record(minuteStart + Math.floor(least / 1e9), least % 1e9)
    this.record(minuteStart + Math.floor(greatest / 1e9), greatest % 1e9)
    this.#inMinute += count - 2
  }

  error(error: LogError): void {
    if (this.errors.length < MAX_ERRORS) this.errors.push(error)
    else this.#errorsLeftOut++
  }

  /** Of the latest record; -Infinity before the first. */
  get lastSeconds(): number {
    return this.#last
  }

  /** Earliest and latest stamp, in seconds since the epoch on the log's clock; undefined while no record had one. */
  get span(): { readonly first: number; readonly last: number } | undefined {
    if (!Number.isFinite(this.#first)) return undefined
    return { first: this.#first + this.#firstNanoseconds / 1e9, last: this.#last + this.#lastNanoseconds / 1e9 }
  }

  get firstAt(): string | null {
    return Number.isFinite(this.#first) ? isoFromParts(this.#first, this.#firstNanoseconds) : null
  }

  get lastAt(): string | null {
    return Number.isFinite(this.#last) ? isoFromParts(this.#last, this.#lastNanoseconds) : null
  }

  digest(): LogDigest {
    this.#flushMinute()
    const minutes = [...this.#minutes].sort(([a], [b]) => a - b)
    return {
      firstAt: this.firstAt,
      lastAt: this.lastAt,
      recordsPerMinute: minutes.map(([minute, records]) => [`${isoFromParts(minute * 60, 0).slice(0, 16)}Z`, records]),
      minutesLeftOut: this.#minutesLeftOut,
      errors: this.errors.map(({ seconds, nanoseconds, stampedAt, code, canonical, line, peer }) => ({
        at: Number.isNaN(seconds) ? null : isoFromParts(seconds, nanoseconds),
        stampedAt,
        code,
        canonical,
        line,
        peer: peer ?? null,
      })),
      errorsLeftOut: this.#errorsLeftOut,
    }
  }

  #flushMinute(): void {
    if (this.#inMinute === 0) return
    const known = this.#minutes.get(this.#minute)
    if (known === undefined && this.#minutes.size >= MAX_MINUTES) this.#minutesLeftOut++
    else this.#minutes.set(this.#minute, (known ?? 0) + this.#inMinute)
    this.#inMinute = 0
  }
}
