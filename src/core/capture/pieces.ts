import type { Sink } from '../bytes/chunks.ts'

/** Bytes: a run this long is handed on as it lies, a shorter one is copied to its neighbours. */
const LONG_RUN = 8192
const BUFFER = 65_536 // bytes

/**
 * Kept runs on their way to a sink, in order. Collecting is synchronous (while a chunk is scanned), handing over is not: long runs point
 * into the chunk, which stays as it is until the next one is asked for.
 */
export class PieceQueue {
  readonly #pieces: Uint8Array[] = []
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  #chunk: Uint8Array | undefined
  #buffer = new Uint8Array(BUFFER)
  #start = 0
  #end = 0
  bytes = 0

  /** The chunk about to be scanned: the only memory that pieces may point into. */
  scanning(chunk: Uint8Array | undefined): void {
    this.#chunk = chunk
  }

  readonly write = (buffer: Uint8Array, start: number, end: number): void => {
    const length = end - start
    this.bytes += length
    if (buffer === this.#chunk && length >= LONG_RUN) {
      this.#close()
      this.#pieces.push(buffer.subarray(start, end))
      return
    }
    if (this.#end + length > this.#buffer.length) {
      this.#close()
      this.#buffer = length > BUFFER ? new Uint8Array(length) : (this.#spare.pop() ?? new Uint8Array(BUFFER))
      this.#start = 0
      this.#end = 0
    }
    this.#buffer.set(buffer.subarray(start, end), this.#end)
    this.#end += length
  }

  async drain(sink: Sink): Promise<void> {
    this.#close()
    for (const piece of this.#pieces) {
      const waiting = sink(piece)
      if (waiting !== undefined) await waiting
      if (piece.buffer !== this.#chunk?.buffer && piece.buffer !== this.#buffer.buffer && piece.buffer.byteLength === BUFFER) {
        this.#recycle(piece.buffer)
      }
    }
    this.#pieces.length = 0
    this.#start = 0
    this.#end = 0
  }

  get empty(): boolean {
    return this.#pieces.length === 0 && this.#end === this.#start
  }

  #recycle(memory: ArrayBufferLike): void {
    if (memory instanceof ArrayBuffer && this.#spare.length < 4 && !this.#spare.some(({ buffer }) => buffer === memory))
      this.#spare.push(new Uint8Array(memory))
  }

  #close(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#buffer.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
