/** The bytes of the record that is being read: a piece of the chunk where that is possible, a copy where it came in several. */
export class RecordText {
  readonly #held: Uint8Array
  #heldLength = 0
  #chunk: Uint8Array | undefined
  #from = 0
  #to = 0

  /** @param capacity bytes: no more may be added */
  constructor(capacity: number) {
    this.#held = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#heldLength + this.#to - this.#from
  }

  /** Some of it came in another buffer than the rest. */
  get isSplit(): boolean {
    return this.#heldLength > 0
  }

  /** Where it starts in the chunk; undefined where it started before. */
  get chunkFrom(): number | undefined {
    return this.#chunk === undefined || this.isSplit ? undefined : this.#from
  }

  /** Valid until more is added. */
  get bytes(): Uint8Array {
    if (this.isSplit) this.keep()
    return this.#chunk?.subarray(this.#from, this.#to) ?? this.#held.subarray(0, this.#heldLength)
  }

  /** @param isChunk `buffer` lasts until {@link keep} is called */
  add(buffer: Uint8Array, from: number, to: number, isChunk: boolean): void {
    if (this.#chunk === buffer && this.#to === from) {
      this.#to = to
      return
    }
    this.keep()
    this.#chunk = buffer
    this.#from = from
    this.#to = to
    if (!isChunk) this.keep()
  }

  /** Copies what is not copied yet. */
  keep(): void {
    if (this.#chunk === undefined) return
    this.#held.set(this.#chunk.subarray(this.#from, this.#to), this.#heldLength)
    this.#heldLength += this.#to - this.#from
    this.#chunk = undefined
    this.#from = 0
    this.#to = 0
  }

  clear(): void {
    this.#chunk = undefined
    this.#heldLength = 0
    this.#from = 0
    this.#to = 0
  }
}
