import type { Chunks } from '../bytes/chunks.ts'
import { chooseDayOrder } from './day-order.ts'
import { PieceDecoder } from './encoding.ts'
import { mayHoldAddress } from './entities.ts'
import { type ErrorSieve, errorSieve, mayReportError } from './errors/sieve.ts'
import { chooseZone, dateInName, openLog } from './open-log.ts'
import { type LogOptions, type LogRecord, MAX_RECORD_TEXT } from './record.ts'
import type { LogHead, RecordStart, RecordTaker } from './record-reader.ts'
import { StampResolver } from './resolve-stamp.ts'

const NS = 1_000_000_000n

/**
 * The records of a log, in file order, in any format and encoding. Holds one chunk's records at a time; text beyond 16,384 characters of
 * a record is counted, not kept.
 *
 * @throws {InputError} `empty-file`, `unknown-format`, `bad-option`
 */
export async function* readLog(chunks: Chunks, options: LogOptions = {}): AsyncGenerator<LogRecord> {
  const opened = await openLog(chunks, options)
  const gatherer = new RecordGatherer(opened.head)
  const reader = opened.format.open(opened.head, gatherer)
  const { zone } = chooseZone(options, reader.facts.utcByRule === true)
  gatherer.resolver = new StampResolver({
    zone,
    near: options.incidentAtNs === undefined ? undefined : Number(options.incidentAtNs / NS),
    dayFirst: chooseDayOrder(opened.head, reader.facts, zone).dayFirst,
    dateHint: dateInName(options.fileName),
  })
  for await (const chunk of opened.chunks) {
    reader.push(chunk)
    yield* gatherer.takeFinished()
  }
  reader.end()
  gatherer.finish()
  yield* gatherer.takeFinished()
}

type Growing = { -readonly [K in keyof LogRecord]: LogRecord[K] }

/** Builds records from a reader's pieces. */
class RecordGatherer implements RecordTaker {
  resolver: StampResolver | undefined
  readonly #decoder: PieceDecoder
  readonly #sieve: ErrorSieve
  readonly #unit: number
  #current: Growing | undefined
  #finished: LogRecord[] = []
  #ordinal = 0

  constructor(head: LogHead) {
    this.#decoder = new PieceDecoder(head.encoding)
    this.#sieve = errorSieve(head.encoding.label)
    this.#unit = head.encoding.unit
  }

  begin(start: RecordStart): void {
    this.finish()
    const seconds = start.stamp && this.resolver ? this.resolver.resolve(start.stamp) : Number.NaN
    const dated = !Number.isNaN(seconds)
    if (start.stamp) this.#ordinal++
    this.#current = {
      ordinal: this.#ordinal,
      line: start.line,
      lines: 0,
      offset: start.offset,
      length: 0,
      timestampNs: dated ? BigInt(seconds) * NS + BigInt(start.stamp?.nanoseconds ?? 0) : undefined,
      resolutionNs: start.stamp?.resolutionNs ?? 0,
      stampedAt: start.stamp ? start.stampedAt() : '',
      text: '',
      textCut: false,
      maySay: { error: this.#unit === 2, address: this.#unit === 2 },
      event: start.event,
    }
  }

  piece(buffer: Uint8Array, from: number, to: number, isLine: boolean): void {
    const record = this.#current
    if (!record) return
    if (isLine) record.lines++
    record.length += to - from
    const room = MAX_RECORD_TEXT - record.text.length
    if (room <= 0) {
      record.textCut = true
      return
    }
    // A byte is a character at most (two in UTF-16), so `room` characters need no more than that many bytes to be complete enough.
    const end = Math.min(to, from + room * this.#unit)
    const { error, address } = record.maySay
    record.maySay = { error: error || this.#sieve.mayReport(buffer, from, end), address: address || mayHoldAddress(buffer, from, end) }
    record.text += this.#decoder.decode(buffer.subarray(from, end))
    record.textCut ||= end < to
  }

  header(): void {
    this.finish()
  }

  frame(): void {
    // Only a cut writes a file.
  }

  date(days: number): void {
    this.resolver?.setDate(days)
  }

  finish(): void {
    const record = this.#current
    this.#current = undefined
    if (!record) return
    const text = withoutLineEnd(record.text)
    // Each line was looked at alone: wording may be broken over two.
    const { error, address } = record.maySay
    const maySay = error || record.lines < 2 ? record.maySay : { error: mayReportError(text), address }
    this.#finished.push({ ...record, text, maySay })
  }

  takeFinished(): LogRecord[] {
    const finished = this.#finished
    this.#finished = []
    return finished
  }
}

function withoutLineEnd(text: string): string {
  const end = text.endsWith('\r\n') ? 2 : text.endsWith('\n') ? 1 : 0
  return (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).slice(0, end === 0 ? undefined : -end)
}
