import { type LogEncoding, PieceDecoder } from './encoding.ts'
import { entitiesOf, mayHoldAddress } from './entities.ts'
import { type DecodedError, decodeErrors } from './errors/decode.ts'
import { type ErrorSieve, errorSieve } from './errors/sieve.ts'
import { type NamedPeer, PeerNames } from './peer-names.ts'
import { MAX_RECORD_TEXT } from './record.ts'
import type { RecordRun, RecordStart } from './record-reader.ts'
import { RecordText } from './record-text.ts'

const LEARN_LINES = 10_000 // lines that are searched for names in full
const LEARN_EVERY = 16_384 // then one line in so many bytes
const LOOK_BACK = 65_536 // bytes before an error that are searched for names

/** What one record reports. */
export interface RecordErrors {
  readonly errors: readonly DecodedError[]
  readonly line: number
  readonly stampedAt: string
  /** `ip` or `ip:port` of the peer that it is about. */
  readonly peer: string | undefined
}

/**
 * Looks for errors in every record, and for names of peers in the first lines, in some later ones, and before each error. A record is
 * decoded as a whole, because Windows breaks some of its texts over two lines; one longer than 16 KiB in parts.
 */
export class RecordScout {
  readonly #decoder: PieceDecoder
  readonly #sieve: ErrorSieve
  readonly #isWide: boolean
  readonly #onErrors: (found: RecordErrors) => void
  readonly #names = new PeerNames()
  readonly #text = new RecordText(MAX_RECORD_TEXT)
  #chunk: Uint8Array = new Uint8Array(0)
  /** Where the chunk starts in the file, and from where on the next line is searched for names. */
  #chunkAt = 0
  #learnAt = 0
  /** Where in the chunk an error may be reported, ascending, and the first that lies ahead. */
  #suspects: readonly number[] = []
  #suspect = 0
  #learnedTo = 0
  #lines = 0
  #line = 0
  /** Characters of the record's first line that hold its stamp. */
  #skip = 0
  #isSuspicious = false
  #stampedAt: () => string = () => ''
  /** Asked for in time: a reader forgets a stamp when it reads the next. */
  #stamped: string | undefined

  constructor(encoding: LogEncoding, onErrors: (found: RecordErrors) => void) {
    this.#decoder = new PieceDecoder(encoding)
    this.#sieve = errorSieve(encoding.label)
    this.#isWide = encoding.unit === 2
    this.#onErrors = onErrors
  }

  set chunk(chunk: Uint8Array) {
    this.#chunkAt += this.#chunk.length
    this.#chunk = chunk
    this.#suspects = this.#isWide ? [] : this.#sieve.suspectsIn(chunk)
    this.#suspect = 0
    this.#learnedTo = 0
  }

  /** The chunk's bytes are about to be lost: what the open record has of them is copied. */
  endOfChunk(): void {
    if (this.#isSuspicious) this.#learnBefore()
    this.#text.keep()
    this.#stamped ??= this.#stampedAt()
  }

  /** Up to where in the chunk nothing is to be looked at: no error is reported there. */
  get nextLook(): number {
    if (this.#lines < LEARN_LINES) return 0
    return Math.min(this.#suspects[this.#suspect] ?? this.#chunk.length, this.#learnAt - this.#chunkAt)
  }

  begin(start: RecordStart): void {
    this.finish()
    this.#line = start.line
    this.#skip = start.stamp?.end ?? 0
    this.#stampedAt = start.stampedAt
    this.#stamped = undefined
  }

  /** A line of the current record. */
  line(buffer: Uint8Array, from: number, to: number): void {
    const end = Math.min(to, from + MAX_RECORD_TEXT)
    const isInChunk = buffer === this.#chunk
    if (this.#text.length + end - from > MAX_RECORD_TEXT) this.finish()
    this.#isSuspicious ||= this.#isWide || (isInChunk ? this.#hasSuspect(from, end) : this.#sieve.mayReport(buffer, from, end))
    this.#text.add(buffer, from, end, isInChunk)
    if (this.#isSuspicious || !isInChunk) this.#stamped ??= this.#stampedAt()
    const isLearned = this.#lines < LEARN_LINES || (isInChunk && this.#chunkAt + from >= this.#learnAt)
    this.#lines++
    if (!isLearned) return
    if (isInChunk) this.#learnAt = this.#chunkAt + from + LEARN_EVERY
    this.#learn(buffer, from, end, this.#skip)
    this.#skip = 0
  }

  /** Records between two looks: the last one may go on. */
  run({ records, lastFrom, to }: RecordRun, last: RecordStart): void {
    this.begin(last)
    this.#lines += records
    this.#text.add(this.#chunk, lastFrom, Math.min(to, lastFrom + MAX_RECORD_TEXT), true)
  }

  /** Decodes the record that was read, if it may report an error. */
  finish(): void {
    const text = this.#text
    // Wording that is broken where chunks meet.
    this.#isSuspicious ||= text.isSplit && this.#sieve.mayReport(text.bytes, 0, text.length)
    if (this.#isSuspicious) this.#decode()
    this.#isSuspicious = false
    text.clear()
  }

  #decode(): void {
    const text = this.#decoder.decode(this.#text.bytes)
    const errors = decodeErrors(text)
    const entities = entitiesOf(text)
    if (errors.length > 0) {
      if (entities.endpoints.length === 0) this.#learnBefore()
      const peer = this.#names.find(text, entities, this.#skip)
      this.#onErrors({ errors, line: this.#line, stampedAt: this.#stamped ?? '', peer: peer && endpointText(peer) })
    }
    if (this.#lines > LEARN_LINES) this.#names.learn(text, entities, this.#skip)
  }

  #hasSuspect(from: number, to: number): boolean {
    const suspects = this.#suspects
    while (this.#suspect < suspects.length && (suspects[this.#suspect] as number) < from) this.#suspect++
    return this.#suspect < suspects.length && (suspects[this.#suspect] as number) < to
  }

  /** The lines before an error name its peer oftener than any others. */
  #learnBefore(): void {
    const from = this.#text.chunkFrom
    if (from === undefined || this.#lines <= LEARN_LINES) return
    const start = Math.max(this.#learnedTo, from - LOOK_BACK)
    this.#learnedTo = from
    const chunk = this.#chunk
    for (let at = chunk.indexOf(10, start) + 1; at > 0 && at < from; ) {
      const end = chunk.indexOf(10, at) + 1 || from
      this.#learn(chunk, at, Math.min(end, at + MAX_RECORD_TEXT), 0)
      at = end
    }
  }

  #learn(buffer: Uint8Array, from: number, to: number, skip: number): void {
    if (!this.#isWide && !mayHoldAddress(buffer, from, to)) return
    const text = this.#decoder.decode(buffer.subarray(from, to))
    this.#names.learn(text, entitiesOf(text), skip)
  }
}

const endpointText = ({ ip, port }: NamedPeer): string => (port === undefined ? ip : ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)
