import type { RecordReader } from './reader.ts'

const INITIAL_CARRY = 65536 // bytes

/** Feeds chunks of any size to a reader, copying only the records that straddle a chunk's edge. */
export class RecordFeeder {
  readonly #reader: RecordReader
  #carry = new Uint8Array(INITIAL_CARRY)
  #carryView = new DataView(this.#carry.buffer)
  #carryStart = 0
  #carryEnd = 0
  #skip = 0
  /** File offset of the next byte that will be pushed. */
  #offset: number

  constructor(reader: RecordReader, offset: number) {
    this.#reader = reader
    this.#offset = offset
  }

  /** File offset of the end of what was pushed. */
  get offset(): number {
    return this.#offset
  }

  push(chunk: Uint8Array): void {
    let position = this.#drainCarry(chunk)
    const base = this.#offset
    if (this.#carryEnd === this.#carryStart) {
      position = this.#skipFrom(position, chunk.length)
      while (position < chunk.length) {
        const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
        position = this.#reader.read(chunk, view, position, chunk.length, base, false)
        this.#skip = this.#reader.skip
        if (this.#skip === 0) break
        position = this.#skipFrom(position, chunk.length)
      }
      this.#append(chunk, position, chunk.length)
    }
    this.#offset = base + chunk.length
  }

  /** Nothing follows: the reader says what it makes of the rest. Returns how many bytes it still wanted to pass over. */
  end(): number {
    while (this.#carryEnd > this.#carryStart) {
      const before = this.#carryStart
      this.#readCarry(this.#offset, true)
      this.#skip = this.#reader.skip
      if (this.#carryStart === before) break
    }
    return this.#skip
  }

  /** Completes the record that began in an earlier chunk; returns how much of `chunk` that took. */
  #drainCarry(chunk: Uint8Array): number {
    let position = 0
    while (this.#carryEnd > this.#carryStart) {
      const missing = this.#reader.need - (this.#carryEnd - this.#carryStart)
      if (missing > 0) {
        const take = Math.min(missing, chunk.length - position)
        this.#append(chunk, position, position + take)
        position += take
        if (take < missing) return position
      }
      this.#readCarry(this.#offset + position, false)
      this.#skip = this.#reader.skip
      const skipHere = Math.min(this.#skip, this.#carryEnd - this.#carryStart)
      this.#carryStart += skipHere
      this.#skip -= skipHere
    }
    this.#carryStart = 0
    this.#carryEnd = 0
    return position
  }

  /** @param endOffset file offset of the carry's end */
  #readCarry(endOffset: number, final: boolean): void {
    const base = endOffset - this.#carryEnd
    this.#carryStart = this.#reader.read(this.#carry, this.#carryView, this.#carryStart, this.#carryEnd, base, final)
  }

  #skipFrom(position: number, end: number): number {
    const step = Math.min(this.#skip, end - position)
    this.#skip -= step
    return position + step
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const length = to - from
    if (this.#carryEnd + length > this.#carry.length) this.#makeRoom(length)
    this.#carry.set(length === chunk.length ? chunk : chunk.subarray(from, to), this.#carryEnd)
    this.#carryEnd += length
  }

  #makeRoom(length: number): void {
    const held = this.#carryEnd - this.#carryStart
    let capacity = this.#carry.length
    while (capacity < (held + length) * 2) capacity *= 2
    const kept = this.#carry.subarray(this.#carryStart, this.#carryEnd)
    if (capacity > this.#carry.length) {
      this.#carry = new Uint8Array(capacity)
      this.#carryView = new DataView(this.#carry.buffer)
      this.#carry.set(kept)
    } else {
      this.#carry.copyWithin(0, this.#carryStart, this.#carryEnd)
    }
    this.#carryStart = 0
    this.#carryEnd = held
  }
}
