import { lineFeedIn } from '../bytes/line-feed.ts'
import type { LogEncoding } from './encoding.ts'
import { HeldBytes } from './held-bytes.ts'

/** Takes a file's lines. Bytes are valid during the call only. */
export interface LineTaker {
  /** A line with its line end, or the first {@link MAX_HELD_LINE} bytes of one that is longer. */
  line(buffer: Uint8Array, from: number, to: number, offset: number): void
  /** More of the line before: long lines come in pieces. */
  more(buffer: Uint8Array, from: number, to: number): void
  /** After a line inside a chunk: where to go on, with the lines between dealt with. @param offset of the chunk in the file */
  ahead(chunk: Uint8Array, view: DataView, lineFrom: number, at: number, offset: number): number
}

/** Bytes of a line that are held to look at; the rest of a longer line is passed through unread. */
export const MAX_HELD_LINE = 262_144

const LF = 10

/** Cuts chunks into lines. Lines inside a chunk are handed on in place; only a line that crosses chunks is copied. */
export class LineSplitter {
  readonly #taker: LineTaker
  readonly #encoding: LogEncoding
  /** The first part of a line that crosses chunks. */
  readonly #carry = new HeldBytes()
  /** The line's first bytes were handed on already. */
  #passing = false
  #offset = 0

  constructor(encoding: LogEncoding, taker: LineTaker) {
    this.#encoding = encoding
    this.#taker = taker
  }

  push(chunk: Uint8Array): void {
    let at = 0
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    while (at < chunk.length) {
      const end = this.#endOfLine(chunk, view, at)
      if (end < 0) {
        this.#keep(chunk, at, chunk.length)
        break
      }
      if (this.#passing) {
        this.#taker.more(chunk, at, end)
        this.#passing = false
      } else if (this.#carry.length > 0) {
        this.#carry.append(chunk.subarray(at, end))
        this.#handOn(this.#offset + end)
      } else {
        this.#taker.line(chunk, at, end, this.#offset + at)
        at = this.#taker.ahead(chunk, view, at, end, this.#offset)
        continue
      }
      at = end
    }
    this.#offset += chunk.length
  }

  /** The last line may lack its line end. */
  end(): void {
    if (this.#carry.length > 0) this.#handOn(this.#offset)
  }

  /** Index after the next line feed; -1 where the chunk has none. */
  #endOfLine(chunk: Uint8Array, view: DataView, from: number): number {
    if (this.#encoding.unit === 1) return lineFeedIn(view, from) + 1 || -1
    return this.#endOfWideLine(chunk, from)
  }

  /** In UTF-16 a line feed is one on an even offset with a NUL before or behind it; either byte may lie in another chunk. */
  #endOfWideLine(chunk: Uint8Array, from: number): number {
    const little = this.#encoding.littleEndian
    for (let i = chunk.indexOf(little ? LF : 0, from); i >= 0; i = chunk.indexOf(little ? LF : 0, i + 1)) {
      if (((this.#offset + i) & 1) !== 0) continue
      if (chunk[i + 1] === (little ? 0 : LF)) return i + 2
    }
    // The pair may be split: its first byte is the last of what was carried.
    if (from === 0 && (this.#offset & 1) === 1 && chunk[0] === (little ? 0 : LF) && this.#lastByte === (little ? LF : 0)) return 1
    return -1
  }

  #lastByte = -1

  #keep(chunk: Uint8Array, from: number, to: number): void {
    this.#lastByte = chunk[to - 1] ?? -1
    if (this.#passing) {
      this.#taker.more(chunk, from, to)
      return
    }
    const held = Math.min(to - from, MAX_HELD_LINE - this.#carry.length)
    this.#carry.append(chunk.subarray(from, from + held))
    if (this.#carry.length < MAX_HELD_LINE) return
    this.#handOn(this.#offset + from + held)
    this.#passing = true
    if (held < to - from) this.#taker.more(chunk, from + held, to)
  }

  /** Hands on what was carried, which ends at `end` of the stream. */
  #handOn(end: number): void {
    const { bytes } = this.#carry
    this.#taker.line(bytes, 0, bytes.length, end - bytes.length)
    this.#carry.drop(bytes.length)
  }
}
