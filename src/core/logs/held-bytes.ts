/** The bytes of a stream that are not dealt with yet, in one place however they came: a reader appends chunks and drops what is done. */
export class HeldBytes {
  #space: Uint8Array = new Uint8Array(65_536)
  #length = 0
  #offset = 0

  /** How many are held. */
  get length(): number {
    return this.#length
  }

  /** Where the first of them stands in the stream. */
  get offset(): number {
    return this.#offset
  }

  /** Valid until the next `append` or `drop`. */
  get bytes(): Uint8Array {
    return this.#space.subarray(0, this.#length)
  }

  append(chunk: Uint8Array): void {
    const need = this.#length + chunk.length
    if (need > this.#space.length) {
      const larger = new Uint8Array(Math.max(need, this.#space.length * 2))
      larger.set(this.bytes)
      this.#space = larger
    }
    this.#space.set(chunk, this.#length)
    this.#length = need
  }

  /** The first `done` bytes are dealt with. */
  drop(done: number): void {
    if (done > 0) this.#space.copyWithin(0, done, this.#length)
    this.#length -= done
    this.#offset += done
  }
}
