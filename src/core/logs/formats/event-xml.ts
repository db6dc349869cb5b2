import { type LogEncoding, PieceDecoder } from '../encoding.ts'
import { HeldBytes } from '../held-bytes.ts'
import type { LogFormat, ReaderFacts, RecordReader, RecordStart, RecordTaker } from '../record-reader.ts'
import { readEventXml } from '../windows-event.ts'

const MAX_EVENT = 1_048_576 // bytes: Windows' own limit is 64 KiB; rendering and UTF-16 make it larger, nothing makes it this large
const MAX_NOTES = 20
const MAX_DECODED = 65_536 // bytes of an event that are looked at

/** Event Viewer's `Save as XML`: all events on one line as a rule, no document type, so nothing to expand. */
export const eventXmlFormat: LogFormat = {
  id: 'event-xml',
  sniff({ lines }) {
    const start = lines.slice(0, 4).join('\n').slice(0, 8192)
    return (
      start.trimStart().startsWith('<') &&
      /<Events?[\s>]/.test(start) &&
      start.includes('http://schemas.microsoft.com/win/2004/08/events/event')
    )
  },
  open: (head, taker) => new EventXmlReader(head.encoding, taker),
}

class EventXmlReader implements RecordReader {
  readonly facts: ReaderFacts = { quality: [], utcByRule: true, layout: 'iso-8601' }
  readonly #taker: RecordTaker
  readonly #decoder: PieceDecoder
  readonly #open: Uint8Array
  readonly #close: Uint8Array
  readonly #unit: number
  readonly #start: RecordStart
  readonly #held = new HeldBytes()
  /** No event of what is held ends before here. */
  #searched = 0
  #line = 1
  #lastLine = 0
  #stampedAt = ''

  constructor(encoding: LogEncoding, taker: RecordTaker) {
    this.#taker = taker
    this.#decoder = new PieceDecoder(encoding)
    this.#unit = encoding.unit
    this.#open = encoded('<Event', encoding)
    this.#close = encoded('</Event>', encoding)
    this.#start = { stamp: undefined, stampedAt: () => this.#stampedAt, line: 0, offset: 0 }
  }

  push(chunk: Uint8Array): void {
    this.#held.append(chunk)
    this.#drop(this.#read(this.#held.bytes, false))
    const { length, offset } = this.#held
    if (length <= MAX_EVENT) return
    this.#quality(`an event at byte ${offset} never ends: ${length} bytes were left out`)
    this.#drop(length)
  }

  end(): void {
    this.#drop(this.#read(this.#held.bytes, true))
    const rest = this.#held.bytes
    if (rest.length === 0) return
    if (this.#eventStart(rest, 0) >= 0) this.#quality(`the file ends inside the event at byte ${this.#held.offset}`)
    else this.#taker.header(rest, 0, rest.length, false)
  }

  #quality(says: string): void {
    if (this.facts.quality.length < MAX_NOTES) this.facts.quality.push(says)
  }

  #drop(done: number): void {
    this.#held.drop(done)
    this.#searched = Math.max(0, this.#searched - done)
  }

  /** @returns how many bytes are dealt with */
  #read(bytes: Uint8Array, atEnd: boolean): number {
    let at = 0
    for (;;) {
      const start = this.#eventStart(bytes, at)
      if (start < 0) return at
      const close = find(bytes, this.#close, Math.max(start, this.#searched))
      if (close < 0) {
        this.#searched = Math.max(start, bytes.length - this.#close.length)
        this.#between(bytes, at, start)
        return start
      }
      this.#between(bytes, at, start)
      let end = close + this.#close.length
      // Line ends behind an event go with it, wherever chunks end.
      while (end + this.#unit <= bytes.length && isBlank(bytes, end, this.#unit)) end += this.#unit
      if (end + this.#unit > bytes.length && !atEnd) {
        this.#searched = close
        return start
      }
      this.#event(bytes, start, end)
      at = end
    }
  }

  #between(bytes: Uint8Array, from: number, to: number): void {
    if (to === from) return
    this.#taker.header(bytes, from, to, false)
    this.#countLines(bytes, from, to)
  }

  /** `<Event` and not `<Events` or `<EventID`. */
  #eventStart(bytes: Uint8Array, from: number): number {
    for (let at = find(bytes, this.#open, from); at >= 0; at = find(bytes, this.#open, at + 1)) {
      const next = at + this.#open.length
      const code = (bytes[next] ?? 0) || (bytes[next + 1] ?? 0)
      if (code === 32 || code === 62 || code === 10 || code === 13 || code === 9) return at
    }
    return -1
  }

  #event(bytes: Uint8Array, from: number, to: number): void {
    const xml = this.#decoder.decode(bytes.subarray(from, Math.min(to, from + MAX_DECODED)))
    const { event, found } = readEventXml(xml)
    this.#start.stamp = found?.stamp
    this.#start.event = event
    this.#stampedAt = found ? xml.slice(xml.indexOf('SystemTime=') + 12).slice(found.stamp.start, found.stamp.end) : ''
    // Several events on one line count as lines of their own, so that each can be pointed at.
    this.#lastLine = Math.max(this.#line, this.#lastLine + 1)
    this.#start.line = this.#lastLine
    this.#start.offset = this.#held.offset + from
    this.#taker.begin(this.#start)
    this.#taker.piece(bytes, from, to, true)
    this.#countLines(bytes, from, to)
  }

  #countLines(bytes: Uint8Array, from: number, to: number): void {
    for (let at = bytes.indexOf(10, from); at >= 0 && at < to; at = bytes.indexOf(10, at + 1)) this.#line++
  }
}

function encoded(text: string, { unit, littleEndian }: LogEncoding): Uint8Array {
  const bytes = new Uint8Array(text.length * unit)
  for (let i = 0; i < text.length; i++) bytes[i * unit + (unit === 2 && !littleEndian ? 1 : 0)] = text.charCodeAt(i)
  return bytes
}

function find(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  const first = needle[0] ?? 0
  for (let at = bytes.indexOf(first, from); at >= 0 && at + needle.length <= bytes.length; at = bytes.indexOf(first, at + 1)) {
    let matched = 1
    while (matched < needle.length && bytes[at + matched] === needle[matched]) matched++
    if (matched === needle.length) return at
  }
  return -1
}

const isBlank = (bytes: Uint8Array, at: number, unit: number): boolean => {
  const code = unit === 1 ? (bytes[at] ?? 0) : (bytes[at] ?? 0) | (bytes[at + 1] ?? 0)
  return code === 10 || code === 13
}
