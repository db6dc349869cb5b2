import type { DigestConnection, DigestConnections } from './receipt.ts'

const BLOCK = 65_536 // bytes
const COMMA = 0x2c

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Digested connections as the JSON text of each, about 500 bytes, outside the collected heap: a digest has up to 20,000, and as objects each
 * takes more, is walked by every collection, and becomes text once more to be stored and sent. One is an object only while it is looked at.
 */
export class DigestList implements DigestConnections {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = []
  /** Bytes used of the last block. */
  #used = BLOCK
  #count = 0
  #bytes = 0
  /** Block, start and end of each: three numbers a connection. */
  #places = new Uint32Array(96)

  static of(connections: Iterable<DigestConnection>): DigestList {
    const list = new DigestList()
    for (const connection of connections) list.add(connection)
    return list
  }

  get length(): number {
    return this.#count
  }

  /** Of the JSON text, without brackets and commas. */
  get bytes(): number {
    return this.#bytes
  }

  add(connection: DigestConnection): void {
    this.addText(JSON.stringify(connection))
  }

  /** @param text JSON of one connection */
  addText(text: string): void {
    // A character takes up to three bytes of UTF-8.
    const room = this.#room(text.length * 3)
    const { written } = encoder.encodeInto(text, room)
    this.#note(written)
  }

  /** @param text JSON of one connection, UTF-8: copied */
  addBytes(text: Uint8Array): void {
    this.#room(text.length).set(text)
    this.#note(text.length)
  }

  /** @param keys one for each connection: the lowest first from now on */
  sort(keys: readonly number[]): void {
    if (keys.every((key, index) => index === 0 || (keys[index - 1] ?? 0) <= key)) return
    const order = Array.from(keys, (_, index) => index).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0))
    const sorted = new Uint32Array(this.#places.length)
    for (const [to, from] of order.entries()) sorted.set(this.#places.subarray(from * 3, from * 3 + 3), to * 3)
    this.#places = sorted
  }

  *[Symbol.iterator](): Generator<DigestConnection> {
    for (let index = 0; index < this.#count; index++) yield JSON.parse(decoder.decode(this.#text(index))) as DigestConnection
  }

  /** For JSON.stringify: all of them at once as objects. `pieces` holds none. */
  toJSON(): DigestConnection[] {
    return [...this]
  }

  /** The JSON text of the list, each piece valid until the next is asked for. */
  *pieces(): Generator<Uint8Array> {
    const buffer = new Uint8Array(BLOCK)
    let end = 0
    buffer[end++] = 0x5b
    for (let index = 0; index < this.#count; index++) {
      const text = this.#text(index)
      if (end + text.length + 2 > BLOCK) {
        yield buffer.subarray(0, end)
        end = 0
      }
      if (index > 0) buffer[end++] = COMMA
      if (text.length + 2 > BLOCK) {
        yield buffer.subarray(0, end)
        yield text
        end = 0
      } else {
        buffer.set(text, end)
        end += text.length
      }
    }
    buffer[end++] = 0x5d
    yield buffer.subarray(0, end)
  }

  #text(index: number): Uint8Array {
    const [block = 0, start, end] = this.#places.subarray(index * 3, index * 3 + 3)
    return this.#blocks[block]?.subarray(start, end) ?? new Uint8Array(0)
  }

  /** Place for one connection, which lies in one block. */
  #room(bytes: number): Uint8Array {
    const last = this.#blocks.at(-1)
    if (last !== undefined && this.#used + bytes <= last.length) return last.subarray(this.#used)
    const block = new Uint8Array(Math.max(BLOCK, bytes))
    this.#blocks.push(block)
    this.#used = 0
    return block
  }

  #note(written: number): void {
    const at = this.#count * 3
    if (at === this.#places.length) {
      const grown = new Uint32Array(at * 2)
      grown.set(this.#places)
      this.#places = grown
    }
    this.#places[at] = this.#blocks.length - 1
    this.#places[at + 1] = this.#used
    this.#used += written
    this.#places[at + 2] = this.#used
    this.#count++
    this.#bytes += written
  }
}
