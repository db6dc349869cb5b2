import { type LogEncoding, PieceDecoder } from './encoding.ts'
import type { FoundStamp } from './line-shape.ts'
import { LineSplitter, type LineTaker } from './line-splitter.ts'
import type { ReaderFacts, RecordReader, RecordStart, RecordTaker } from './record-reader.ts'
import { StampTemplate } from './stamp-template.ts'
import { dayOrder } from './survey.ts'

/** How one line-based format tells its records. */
export interface LineRules {
  /** Bytes of a line that are looked at. */
  readonly headLength: number
  /** The stamp by which a line starts a record; undefined for a line that belongs to the record before. */
  start(head: string, insideQuotes: boolean): FoundStamp | undefined
  /** A line that describes the file; its stamp, if any, starts no record. */
  isHeader(head: string, line: number): boolean
  /** Fields in double quotes may run over several lines. */
  readonly quoted: boolean
  /** A date that a header line gives to the bare times after it, days since the epoch. */
  dateIn?(head: string): number | undefined
}

const LF = 10
const CR = 13
const MAX_STAMP = 64 // bytes of a stamp that are remembered for the digest

/** Reads any format whose records are lines: splits, finds what starts a record, hands on the bytes as they are. */
export class LineReader implements RecordReader, LineTaker {
  readonly facts: ReaderFacts
  readonly #rules: LineRules
  readonly #taker: RecordTaker
  readonly #splitter: LineSplitter
  readonly #decoder: PieceDecoder
  readonly #encoding: LogEncoding
  readonly #template = new StampTemplate()
  readonly #stamp = new StampText()
  readonly #start: RecordStart
  #line = 0
  #insideQuotes = false
  #inHeader = false
  #begun = false
  /** The line before was a record's start, and read by the template. */
  #likeTemplate = false

  constructor(rules: LineRules, encoding: LogEncoding, taker: RecordTaker, facts: ReaderFacts) {
    this.#rules = rules
    this.#taker = taker
    this.#encoding = encoding
    this.#decoder = new PieceDecoder(encoding)
    this.#splitter = new LineSplitter(encoding, this)
    this.facts = facts
    this.#start = { stamp: undefined, stampedAt: () => this.#stamp.text(), line: 0, offset: 0 }
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk)
  }

  end(): void {
    this.#splitter.end()
  }

  line(buffer: Uint8Array, from: number, to: number, offset: number): void {
    this.#line++
    const insideQuotes = this.#insideQuotes
    if (this.#rules.quoted) this.#countQuotes(buffer, from, to)
    const { stamp } = this.#start
    this.#likeTemplate = !insideQuotes && stamp !== undefined && this.#template.read(buffer, from, to, stamp)
    if (this.#likeTemplate && stamp !== undefined) {
      this.#stamp.remember(buffer, from + stamp.start, from + stamp.end)
      this.#begin(offset)
    } else if (!this.#isBlank(buffer, from, to, insideQuotes) && this.#parse(buffer, from, to, offset, insideQuotes)) return
    this.#inHeader = false
    this.#taker.piece(buffer, from, to, true)
  }

  ahead(chunk: Uint8Array, view: DataView, lineFrom: number, at: number, offset: number): number {
    const { stamp } = this.#start
    const limit = this.#likeTemplate && !this.#rules.quoted ? (this.#taker.runsUntil?.(chunk) ?? 0) : 0
    if (limit <= at || stamp === undefined) return at
    const run = this.#template.run(chunk, view, lineFrom, at, limit, stamp)
    if (run === undefined) return at
    this.#line += run.records
    this.#start.line = this.#line
    this.#start.offset = offset + run.lastFrom
    stamp.second = Math.floor(run.last / 1e9)
    stamp.nanoseconds = run.last % 1e9
    this.#stamp.remember(chunk, run.lastFrom + stamp.start, run.lastFrom + stamp.end)
    this.#taker.run?.(chunk, run, this.#start)
    return run.to
  }

  more(buffer: Uint8Array, from: number, to: number): void {
    if (this.#rules.quoted) this.#countQuotes(buffer, from, to)
    if (this.#inHeader) this.#taker.header(buffer, from, to, false)
    else this.#taker.piece(buffer, from, to, false)
  }

  /** A blank line inside a record: nothing to parse. */
  #isBlank(buffer: Uint8Array, from: number, to: number, insideQuotes: boolean): boolean {
    return this.#begun && !this.#inHeader && !insideQuotes && to - from <= 2 && (buffer[from] === LF || buffer[from] === CR)
  }

  /** @returns true for a header line, which is dealt with then */
  #parse(buffer: Uint8Array, from: number, to: number, offset: number, insideQuotes: boolean): boolean {
    const skipped = this.#skipped(buffer, from, to)
    const head = this.#decoder.decode(buffer.subarray(from + skipped, Math.min(to, from + skipped + this.#rules.headLength)))
    const days = this.#rules.dateIn?.(head)
    if (days !== undefined) this.#taker.date(days)
    if (!insideQuotes && this.#rules.isHeader(head, this.#line)) {
      this.#inHeader = true
      this.#taker.header(buffer, from, to, true)
      return true
    }
    const found = this.#rules.start(head, insideQuotes)
    if (found) this.#found(found, head, buffer, from + skipped, to, offset, skipped === 0)
    else if (!this.#begun) {
      this.#start.stamp = undefined
      this.#begin(offset)
    }
    return false
  }

  #found(found: FoundStamp, head: string, buffer: Uint8Array, from: number, to: number, offset: number, plain: boolean): void {
    this.#insideQuotes &&= !this.#rules.quoted || oddQuotes(buffer, from, to)
    this.#start.stamp = found.stamp
    this.#noteOrder(found, head)
    this.facts.layout ??= found.layout.id
    const byteExact = plain && this.#encoding.unit === 1 && isAscii(head, found.stamp.end)
    if (byteExact) this.#template.learn(buffer, from, to, found.stamp)
    else this.#template.clear()
    this.#stamp.set(head.slice(found.stamp.start, found.stamp.end))
    this.#begin(offset)
  }

  #begin(offset: number): void {
    this.#begun = true
    this.#start.line = this.#line
    this.#start.offset = offset
    this.#taker.begin(this.#start)
  }

  #noteOrder(found: FoundStamp, head: string): void {
    if (found.layout.id !== 'numeric-date') return
    if (found.stamp.orderUnknown) this.facts.orderOpen = true
    else this.facts.dayFirst ??= dayOrder(found, head)
  }

  /** The byte order mark, and NULs that a preallocated file starts its lines with. */
  #skipped(buffer: Uint8Array, from: number, to: number): number {
    let skipped = this.#line === 1 ? this.#encoding.bomLength : 0
    if (this.#encoding.unit === 1) while (from + skipped < to && buffer[from + skipped] === 0) skipped++
    return skipped
  }

  #countQuotes(buffer: Uint8Array, from: number, to: number): void {
    if (oddQuotes(buffer, from, to)) this.#insideQuotes = !this.#insideQuotes
  }
}

/** RFC 4180: a doubled quote inside a field changes nothing, so parity is enough. */
function oddQuotes(buffer: Uint8Array, from: number, to: number): boolean {
  let odd = false
  for (let i = from; i < to; i++) if (buffer[i] === 34) odd = !odd
  return odd
}

function isAscii(text: string, length: number): boolean {
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** The current record's stamp as written, made into a string only when it is asked for. */
class StampText {
  readonly #bytes = new Uint8Array(MAX_STAMP)
  #length = 0
  #text: string | undefined

  remember(buffer: Uint8Array, from: number, to: number): void {
    this.#length = Math.min(to - from, MAX_STAMP)
    for (let i = 0; i < this.#length; i++) this.#bytes[i] = buffer[from + i] as number
    this.#text = undefined
  }

  set(text: string): void {
    this.#text = text.slice(0, MAX_STAMP)
  }

  text(): string {
    this.#text ??= String.fromCharCode(...this.#bytes.subarray(0, this.#length))
    return this.#text
  }
}
