import type { Zone } from '../time/zone.ts'
import type { CutLogOptions } from './cut-log.ts'
import { CutState } from './cut-state.ts'
import type { DayOrder } from './day-order.ts'
import { PieceDecoder } from './encoding.ts'
import { entitiesOf, type LogEntities, mayHoldAddress } from './entities.ts'
import { type DecodedError, decodeErrors } from './errors/decode.ts'
import { mayReportError, suspectsIn } from './errors/sieve.ts'
import { type NamedPeer, PeerNames } from './peer-names.ts'
import type { LogHead, ReaderFacts, RecordStart, RecordTaker } from './record-reader.ts'
import { StampResolver } from './resolve-stamp.ts'

const MAX_UNDECIDED = 4_194_304 // bytes each of two readings may hold back while the day order is open
const MAX_LOOKED_AT = 16_384 // bytes of a line that are decoded
const LEARN_LINES = 10_000 // lines that are searched for names in full
const LEARN_EACH = 127 // then one line in 128
const LOOK_BACK = 65_536 // bytes before an error that are searched for names

/** Takes records, decides which are inside, and keeps their bytes. While numeric dates can be read both ways, two readings go side by side. */
export class CutTaker implements RecordTaker {
  dayOrder: DayOrder = { dayFirst: false, from: 'not needed' }
  readonly #options: CutLogOptions
  readonly #names = new PeerNames()
  readonly #decoder: PieceDecoder
  readonly #wide: boolean
  readonly #digests: boolean
  #states: [CutState] | [CutState, CutState]
  #facts: ReaderFacts | undefined
  #firstIsDayFirst = false
  #chunk: Uint8Array = new Uint8Array(0)
  /** Where in the chunk an error may be reported, ascending, and the first that lies ahead. */
  #suspects: readonly number[] = []
  #suspect = 0
  #learnedTo = 0
  #line = 0
  #lines = 0
  /** Characters of the record's first line that hold its stamp. */
  #skip = 0

  constructor(head: LogHead, options: CutLogOptions) {
    this.#options = options
    this.#decoder = new PieceDecoder(head.encoding)
    this.#wide = head.encoding.unit === 2
    this.#digests = options.digest !== false
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
    this.#suspects = this.#wide || !this.#digests ? [] : suspectsIn(chunk)
    this.#suspect = 0
    this.#learnedTo = 0
  }

  get chosen(): CutState {
    return this.#states[0]
  }

  begin(start: RecordStart): void {
    this.#line = start.line
    this.#skip = start.stamp?.end ?? 0
    for (const state of this.#states) state.begin(start)
  }

  piece(buffer: Uint8Array, from: number, to: number, isLine: boolean): void {
    const lasting = buffer === this.#chunk
    for (const state of this.#states) state.piece(buffer, from, to, isLine, lasting)
    if (!isLine || !this.#digests) return
    this.#look(buffer, from, Math.min(to, from + MAX_LOOKED_AT))
    this.#skip = 0
  }

  header(buffer: Uint8Array, from: number, to: number, isLine: boolean): void {
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
    this.#settle(false)
    return this.#states.length === 1 ? this.chosen.take() : this.#holdBack()
  }

  end(): void {
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

  /** Looks for errors in every line, and for names of peers in the first lines, in some later ones, and before each error. */
  #look(buffer: Uint8Array, from: number, to: number): void {
    const lines = this.#lines++
    const suspicious = this.#isSuspicious(buffer, from, to)
    const learning = lines < LEARN_LINES || (lines & LEARN_EACH) === 0
    if (!suspicious && !learning) return
    if (!suspicious && !mayHoldAddress(buffer, from, to)) return
    const text = this.#decoder.decode(buffer.subarray(from, to))
    const entities = entitiesOf(text)
    const errors = suspicious ? decodeErrors(text) : []
    if (errors.length > 0) this.#report(errors, text, entities, buffer, from)
    this.#names.learn(text, entities, this.#skip)
  }

  #isSuspicious(buffer: Uint8Array, from: number, to: number): boolean {
    if (this.#wide) return true
    if (buffer !== this.#chunk) return mayReportError(buffer, from, to)
    const suspects = this.#suspects
    while (this.#suspect < suspects.length && (suspects[this.#suspect] as number) < from) this.#suspect++
    return this.#suspect < suspects.length && (suspects[this.#suspect] as number) < to
  }

  #report(errors: readonly DecodedError[], text: string, entities: LogEntities, buffer: Uint8Array, from: number): void {
    if (entities.endpoints.length === 0 && buffer === this.#chunk && this.#lines > LEARN_LINES) this.#learnBefore(from)
    const peer = this.#names.find(text, entities, this.#skip)
    for (const state of this.#states) state.errors(errors, this.#line, peer && endpointText(peer))
  }

  /** The lines before an error name its peer oftener than any others. */
  #learnBefore(from: number): void {
    const start = Math.max(this.#learnedTo, from - LOOK_BACK)
    this.#learnedTo = from
    const chunk = this.#chunk
    for (let at = chunk.indexOf(10, start) + 1; at > 0 && at < from; ) {
      const end = chunk.indexOf(10, at) + 1 || from
      if (mayHoldAddress(chunk, at, end)) {
        const text = this.#decoder.decode(chunk.subarray(at, Math.min(end, at + MAX_LOOKED_AT)))
        this.#names.learn(text, entitiesOf(text), 0)
      }
      at = end
    }
  }
}

const endpointText = ({ ip, port }: NamedPeer): string => (port === undefined ? ip : ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)
