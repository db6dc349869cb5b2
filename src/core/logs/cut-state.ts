import { isoFromParts } from '../time/civil.ts'
import type { CutLogOptions } from './cut-log.ts'
import { DigestBuilder } from './log-digest.ts'
import type { RecordRun, RecordStart } from './record-reader.ts'
import type { RecordErrors } from './record-scout.ts'
import type { StampResolver } from './resolve-stamp.ts'
import type { Stamp } from './stamp.ts'

const NS = 1_000_000_000n

/** Whole seconds since the epoch, and what is left. */
interface Moment {
  readonly seconds: number
  readonly nanoseconds: number
}

/** One reading of a log: what it keeps, drops and counts. */
export class CutState {
  readonly resolver: StampResolver | undefined
  readonly digest = new DigestBuilder()
  readonly ordinals: [number, number][] = []
  recordsSeen = 0
  keptRecords = 0
  keptBytes = 0
  before = 0
  after = 0
  withoutTime = 0
  impossible = 0
  outOfOrder = 0
  /** Seconds by which the most belated record stands behind a later one. */
  lateBy = 0
  heldBytes = 0
  readonly #keepUndated: boolean
  readonly #keepHeader: boolean
  readonly #from: Moment
  readonly #to: Moment
  #inside = false
  #seconds = Number.NaN
  #nanoseconds = 0
  #previous = Number.NEGATIVE_INFINITY
  #first = { seconds: Number.NaN, nanoseconds: 0 }
  #last = { seconds: Number.NaN, nanoseconds: 0 }
  #inputLine = 0
  #keptLine = 0
  #pieces: Uint8Array[] = []
  /** Pieces that are copies already. */
  #copied = 0
  #run: { buffer: Uint8Array; from: number; to: number } | undefined
  #lastError = ''
  #prefix: Uint8Array = new Uint8Array(0)
  #suffix: Uint8Array = new Uint8Array(0)
  #framed = false

  constructor(options: CutLogOptions, resolver: StampResolver | undefined) {
    this.resolver = resolver
    this.#keepUndated = options.fileOptions?.keepUndated === true
    this.#keepHeader = options.keepHeader === true
    const offsetNs = BigInt(Math.round((options.fileOptions?.clockOffset ?? 0) * 1e9))
    this.#from = splitNs(options.window.fromNs + offsetNs)
    this.#to = splitNs(options.window.toNs + offsetNs)
  }

  begin(start: RecordStart): void {
    this.#inputLine = start.line - 1
    this.#lastError = ''
    if (start.stamp === undefined || this.resolver === undefined) {
      this.#beginUndated()
      return
    }
    const seconds = this.resolver.resolve(start.stamp)
    this.recordsSeen++
    this.#seconds = seconds
    this.#nanoseconds = start.stamp.nanoseconds
    if (Number.isNaN(seconds)) {
      this.impossible++
      this.#beginUndated()
      return
    }
    this.digest.record(seconds, this.#nanoseconds)
    if (seconds < this.#previous) {
      this.outOfOrder++
      this.lateBy = Math.max(this.lateBy, this.digest.lastSeconds - seconds)
    }
    this.#previous = seconds
    if (isBefore(seconds, this.#nanoseconds, this.#from)) {
      this.#inside = false
      this.before++
    } else if (isBefore(seconds, this.#nanoseconds, this.#to)) {
      this.#inside = true
      this.#keep(seconds, this.#nanoseconds)
    } else {
      this.#inside = false
      this.after++
    }
  }

  #beginUndated(): void {
    this.#seconds = Number.NaN
    this.#inside = this.#keepUndated
    if (this.#inside) this.keptRecords++
    else this.withoutTime++
  }

  #keep(seconds: number, nanoseconds: number): void {
    this.keptRecords++
    const moment = { seconds, nanoseconds }
    if (Number.isNaN(this.#first.seconds) || isBefore(seconds, nanoseconds, this.#first)) this.#first = moment
    if (Number.isNaN(this.#last.seconds) || !isBefore(seconds, nanoseconds, this.#last)) this.#last = moment
  }

  /** All of the current record's minute lies on its side of the window's edges. */
  isMinuteWhole(stamp: Stamp): boolean {
    if (Number.isNaN(this.#seconds) || this.resolver?.isSteady !== true) return false
    const start = this.#seconds - stamp.second
    const isFree = ({ seconds, nanoseconds }: Moment): boolean =>
      start + 60 <= seconds || start > seconds || (start === seconds && nanoseconds === 0)
    return start % 60 === 0 && isFree(this.#from) && isFree(this.#to)
  }

  /** Records that are as the current one is, inside or not. */
  run(buffer: Uint8Array, run: RecordRun, last: RecordStart): void {
    if (last.stamp === undefined || this.resolver === undefined) return
    const { records, least, greatest } = run
    const start = Math.floor(this.#seconds / 60) * 60
    this.#seconds = start + last.stamp.second
    this.#nanoseconds = last.stamp.nanoseconds
    this.#previous = this.#seconds
    this.#lastError = ''
    this.#inputLine = last.line
    this.recordsSeen += records
    this.resolver.resolveMore(last.stamp, records, this.#seconds)
    this.digest.recordRun(start, records, least, greatest)
    if (this.#inside) this.#keepRun(buffer, run, start)
    else if (isBefore(this.#seconds, this.#nanoseconds, this.#from)) this.before += records
    else this.after += records
  }

  #keepRun(buffer: Uint8Array, { records, from, to, least, greatest }: RecordRun, start: number): void {
    this.#keep(start + Math.floor(least / 1e9), least % 1e9)
    this.#keep(start + Math.floor(greatest / 1e9), greatest % 1e9)
    this.keptRecords += records - 2
    this.#mapLines(records)
    this.#add(buffer, from, to, true)
  }

  piece(buffer: Uint8Array, from: number, to: number, isLine: boolean, lasting: boolean): void {
    if (isLine) this.#inputLine++
    if (!this.#inside) return
    if (!this.#framed && this.#prefix.length > 0) {
      this.#framed = true
      this.#keptLine++
      this.#add(this.#prefix, 0, this.#prefix.length, false)
    }
    if (isLine) this.#mapLines(1)
    this.#add(buffer, from, to, lasting)
  }

  header(buffer: Uint8Array, from: number, to: number, isLine: boolean, lasting: boolean): void {
    if (isLine) this.#inputLine++
    this.#inside = false
    if (!this.#keepHeader) return
    if (isLine) this.#mapLines(1)
    this.#add(buffer, from, to, lasting)
  }

  frame(prefix: Uint8Array, suffix: Uint8Array): void {
    this.#prefix = prefix
    this.#suffix = suffix
  }

  errors({ errors, line, stampedAt, peer }: RecordErrors): void {
    for (const { canonical, codes } of errors) {
      // A long record that is decoded in parts says the same thing many times.
      const key = `${line} ${canonical}`
      if (key === this.#lastError) continue
      this.#lastError = key
      const [seconds, nanoseconds, inside] = [this.#seconds, this.#nanoseconds, this.#inside]
      this.digest.error({ seconds, nanoseconds, stampedAt, code: codes[0] ?? canonical, canonical, line, peer, inside })
    }
  }

  /** Kept pieces so far; those in the reader's chunk are valid until the next one. */
  take(): readonly Uint8Array[] {
    this.#closeRun()
    const pieces = this.#pieces
    this.#pieces = []
    this.#copied = 0
    this.heldBytes = 0
    return pieces
  }

  /** Copies what would not outlive the chunk: this reading is not sure to be the right one. */
  holdBack(): void {
    this.#closeRun()
    for (let i = this.#copied; i < this.#pieces.length; i++) {
      const copy = new Uint8Array(this.#pieces[i] ?? [])
      this.#pieces[i] = copy
      this.heldBytes += copy.length
    }
    this.#copied = this.#pieces.length
  }

  end(): void {
    if (this.#framed) this.#add(this.#suffix, 0, this.#suffix.length, false)
    this.#closeRun()
  }

  /** The record that is being read is kept. */
  get isInside(): boolean {
    return this.#inside
  }

  get keptFrom(): string | null {
    return Number.isNaN(this.#first.seconds) ? null : isoFromParts(this.#first.seconds, this.#first.nanoseconds)
  }

  get keptTo(): string | null {
    return Number.isNaN(this.#last.seconds) ? null : isoFromParts(this.#last.seconds, this.#last.nanoseconds)
  }

  /** Oddities, a sentence each. */
  quality(): string[] {
    const says: string[] = []
    if (this.impossible > 0) says.push(`${this.impossible} records have a date that does not exist or cannot be placed`)
    if (this.outOfOrder > 0) says.push(`${this.outOfOrder} records are earlier than the one before them`)
    const notes = this.resolver?.notes
    if (notes && notes.inGap > 0)
      says.push(`${notes.inGap} stamps lie in the hour that the clock skipped in spring: read as if it had gone on`)
    if (notes && notes.inOverlap > 0)
      says.push(`${notes.inOverlap} stamps lie in the hour that the clock showed twice in autumn: read by their order`)
    return says
  }

  /** `count` kept lines that end with the current one. */
  #mapLines(count: number): void {
    const last = this.ordinals.at(-1)
    const [kept, input] = [this.#keptLine + 1, this.#inputLine - count + 1]
    if (!last || input - kept !== last[1] - last[0]) this.ordinals.push([kept, input])
    this.#keptLine += count
  }

  #add(buffer: Uint8Array, from: number, to: number, lasting: boolean): void {
    this.keptBytes += to - from
    const run = this.#run
    if (run && run.buffer === buffer && run.to === from) {
      run.to = to
      return
    }
    this.#closeRun()
    if (lasting) this.#run = { buffer, from, to }
    else this.#pieces.push(new Uint8Array(buffer.subarray(from, to)))
  }

  #closeRun(): void {
    if (this.#run) this.#pieces.push(this.#run.buffer.subarray(this.#run.from, this.#run.to))
    this.#run = undefined
  }
}

function splitNs(timestampNs: bigint): Moment {
  const floor = timestampNs / NS - (timestampNs % NS < 0n ? 1n : 0n)
  return { seconds: Number(floor), nanoseconds: Number(timestampNs - floor * NS) }
}

const isBefore = (seconds: number, nanoseconds: number, limit: Moment): boolean =>
  seconds < limit.seconds || (seconds === limit.seconds && nanoseconds < limit.nanoseconds)
