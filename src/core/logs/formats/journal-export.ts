import { HeldBytes } from '../held-bytes.ts'
import type { LogFormat, ReaderFacts, RecordReader, RecordStart, RecordTaker } from '../record-reader.ts'
import { emptyStamp } from '../stamp.ts'

const LF = 10
const MAX_ENTRY = 1_048_576 // bytes; journald itself cuts messages at 48 KiB
const MAX_NOTES = 20
const TIME = '__REALTIME_TIMESTAMP='
const FIELD = /^[A-Z_][A-Z0-9_]{0,63}$/

/**
 * journalctl's `-o export`: fields a line, a blank line behind each entry. A field whose value has line feeds (a stack trace) is written as
 * its name, eight bytes of length, and the bytes.
 *
 * @see https://systemd.io/JOURNAL_EXPORT_FORMATS/
 */
export const journalExportFormat: LogFormat = {
  id: 'journal-export',
  sniff: ({ encoding, lines }) => encoding.unit === 1 && /^__(?:CURSOR|REALTIME_TIMESTAMP)=/.test(lines[0]?.replace('\ufeff', '') ?? ''),
  open: (_head, taker) => new JournalReader(taker),
}

class JournalReader implements RecordReader {
  readonly facts: ReaderFacts = { quality: [], utcByRule: true, layout: 'epoch' }
  readonly #taker: RecordTaker
  readonly #start: RecordStart
  readonly #held = new HeldBytes()
  /** Held bytes at which it is worth looking again: an entry is looked at from its start each time. */
  #lookAt = 0
  #line = 1
  #stampedAt = ''

  constructor(taker: RecordTaker) {
    this.#taker = taker
    this.#start = { stamp: undefined, stampedAt: () => this.#stampedAt, line: 0, offset: 0 }
  }

  push(chunk: Uint8Array): void {
    this.#held.append(chunk)
    if (this.#held.length < this.#lookAt) return
    this.#held.drop(this.#read())
    const { length, offset } = this.#held
    this.#lookAt = length * 2
    if (length <= MAX_ENTRY) return
    this.#note(`an entry at byte ${offset} never ends: ${length} bytes were left out`)
    this.#held.drop(length)
    this.#lookAt = 0
  }

  end(): void {
    this.#held.drop(this.#read())
    const { length } = this.#held
    if (length === 0) return
    const { time } = this.#entry(0)
    this.#emit(0, length, time)
    this.#held.drop(length)
  }

  #note(says: string): void {
    if (this.facts.quality.length < MAX_NOTES) this.facts.quality.push(says)
  }

  /** @returns how many bytes are dealt with */
  #read(): number {
    let at = 0
    for (;;) {
      const { end, time } = this.#entry(at)
      if (end < 0) return at
      this.#emit(at, end, time)
      at = end
    }
  }

  /** Where the entry at `from` ends, its blank line included (-1 where that is not there yet), and its time as far as it was seen. */
  #entry(from: number): { end: number; time: string | undefined } {
    const { bytes } = this.#held
    let time: string | undefined
    for (let at = from; ; ) {
      const lineEnd = bytes.indexOf(LF, at)
      if (lineEnd < 0) return { end: -1, time }
      if (lineEnd === at && at > from) return { end: at + 1, time }
      const head = String.fromCharCode(...bytes.subarray(at, Math.min(lineEnd, at + 64)))
      if (head.startsWith(TIME)) time ??= head.slice(TIME.length)
      at = lineEnd + 1
      if (!FIELD.test(head)) continue
      const length = at + 8 <= bytes.length ? Number(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true)) : MAX_ENTRY
      at += 8 + length + 1
      if (at > bytes.length) return { end: -1, time }
    }
  }

  #emit(from: number, to: number, time: string | undefined): void {
    const { bytes } = this.#held
    this.#start.stamp = time !== undefined && /^\d{15,17}$/.test(time) ? stampOf(time) : undefined
    this.#stampedAt = time ?? ''
    this.#start.line = this.#line
    this.#start.offset = this.#held.offset + from
    this.#taker.begin(this.#start)
    for (let at = from; at < to; ) {
      const end = bytes.indexOf(LF, at) + 1
      const lineEnd = end > 0 && end <= to ? end : to
      this.#taker.piece(bytes, at, lineEnd, true)
      this.#line++
      at = lineEnd
    }
  }
}

/** Microseconds since the epoch. */
function stampOf(time: string) {
  const micros = Number(time)
  const epochSeconds = Math.floor(micros / 1e6)
  return { ...emptyStamp(0), epochSeconds, nanoseconds: (micros % 1e6) * 1000, resolutionNs: 1000 }
}
