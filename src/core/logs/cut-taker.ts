import type { Zone } from '../time/zone.ts'
import type { CutLogOptions } from './cut-log.ts'
import { CutState } from './cut-state.ts'
import type { DayOrder } from './day-order.ts'
import type { LogHead, ReaderFacts, RecordRun, RecordStart, RecordTaker } from './record-reader.ts'
import { RecordScout } from './record-scout.ts'
import { StampResolver } from './resolve-stamp.ts'
import type { Stamp } from './stamp.ts'

const MAX_UNDECIDED = 4_194_304 // bytes each of two readings may hold back while the day order is open

/** Takes records, decides which are inside, and keeps their bytes. While numeric dates can be read both ways, two readings go side by side. */
export class CutTaker implements RecordTaker {
  dayOrder: DayOrder = { dayFirst: false, from: 'not needed' }
  readonly #options: CutLogOptions
  /** Undefined where no digest is wanted. */
  readonly #scout: RecordScout | undefined
  #states: [CutState] | [CutState, CutState]
  #facts: ReaderFacts | undefined
  #firstIsDayFirst = false
  #chunk: Uint8Array = new Uint8Array(0)
  #stamp: Stamp | undefined

  constructor(head: LogHead, options: CutLogOptions) {
    this.#options = options
    if (options.digest !== false) {
      this.#scout = new RecordScout(head.encoding, (found) => {
        for (const state of this.#states) state.errors(found)
      })
    }
    this.#states = [new CutState(options, undefined)]
  }

  start(facts: ReaderFacts, zone: Zone, order: DayOrder, near: number | undefined, dateHint: number | undefined): void {
    this.#facts = facts
    this.dayOrder = order
    this.#firstIsDayFirst = order.dayFirst
    const state = (dayFirst: boolean | 'nearest'): CutState =>
      new CutState(this.#options, new StampResolver({ zone, near, dayFirst, dateHint }))
    if (order.from === 'assumed') this.#states = [state(order.dayFirst), state(!order.dayFirst)]
    else this.#states = [state(order.from === 'not needed' ? 'nearest' : order.dayFirst)]
  }

  /** The chunk that is read next: pieces of it need no copy until the one after. */
  set chunk(chunk: Uint8Array) {
    this.#chunk = chunk
    if (this.#scout) this.#scout.chunk = chunk
  }

  get chosen(): CutState {
    return this.#states[0]
  }

  begin(start: RecordStart): void {
    this.#scout?.begin(start)
    this.#stamp = start.stamp
    for (const state of this.#states) state.begin(start)
  }

  runsUntil(buffer: Uint8Array): number {
    const [state, other] = this.#states
    if (buffer !== this.#chunk || other !== undefined || this.#stamp === undefined || !state.isMinuteWhole(this.#stamp)) return 0
    return this.#scout === undefined ? buffer.length : this.#scout.nextLook
  }

  run(buffer: Uint8Array, run: RecordRun, last: RecordStart): void {
    this.#scout?.run(run, last)
    this.chosen.run(buffer, run, last)
  }

  piece(buffer: Uint8Array, from: number, to: number, isLine: boolean): void {
    const lasting = buffer === this.#chunk
    for (const state of this.#states) state.piece(buffer, from, to, isLine, lasting)
    if (isLine) this.#scout?.line(buffer, from, to)
  }

  header(buffer: Uint8Array, from: number, to: number, isLine: boolean): void {
    this.#scout?.finish()
    const lasting = buffer === this.#chunk
    for (const state of this.#states) state.header(buffer, from, to, isLine, lasting)
  }

  frame(prefix: Uint8Array, suffix: Uint8Array): void {
    for (const state of this.#states) state.frame(prefix, suffix)
  }

  date(days: number): void {
    for (const state of this.#states) state.resolver?.setDate(days)
  }

  /** What is settled to be kept, in order; valid until the next chunk. */
  takeKept(): readonly Uint8Array[] {
    this.#scout?.endOfChunk()
    this.#settle(false)
    return this.#states.length === 1 ? this.chosen.take() : this.#holdBack()
  }

  end(): void {
    this.#scout?.finish()
    this.#settle(true)
    this.chosen.end()
  }

  /** One reading is dropped when a date above 12 shows the order, when no such date can come, or when holding back costs too much. */
  #settle(atEnd: boolean): void {
    const [first, second] = this.#states
    if (!second || !this.#facts) return
    const shown = this.#facts.dayFirst
    if (shown !== undefined) {
      this.dayOrder = { dayFirst: shown, from: 'read' }
      this.#states = [shown === this.#firstIsDayFirst ? first : second]
    } else if (atEnd || first.heldBytes + second.heldBytes > MAX_UNDECIDED) {
      const other = second.keptRecords > 0 && first.keptRecords === 0
      this.dayOrder = { dayFirst: other ? !this.#firstIsDayFirst : this.#firstIsDayFirst, from: other ? 'inferred' : 'assumed' }
      this.#states = [other ? second : first]
    }
  }

  #holdBack(): readonly Uint8Array[] {
    for (const state of this.#states) state.holdBack()
    return []
  }
}
