import type { ObjectWriter } from './objects.ts'

/** Bytes: what R2 and S3 ask of every part but the last. */
export const PART_SIZE = 5 * 1024 * 1024

/** What a store must offer so that an object of unknown length can be streamed to it. */
export interface PartTarget<Part> {
  put(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  create(): Promise<string>
  part(id: string, number: number, bytes: Uint8Array<ArrayBuffer>): Promise<Part>
  complete(id: string, parts: Part[]): Promise<void>
  abort(id: string): Promise<void>
}

const FIRST_BUFFER = 64 * 1024

/**
 * Gathers bytes into equal parts: one filling, one in flight, so 10 MiB at most. What fits one part is stored by one
 * `put`, so that a small file costs one request.
 */
export class PartWriter<Part> implements ObjectWriter {
  readonly #target: PartTarget<Part>
  #buffer = new Uint8Array(FIRST_BUFFER)
  #filled = 0
  #size = 0
  #id: string | undefined
  #parts: Part[] = []
  #inFlight: Promise<Part> | undefined
  #numbered = 0

  constructor(target: PartTarget<Part>) {
    this.#target = target
  }

  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      if (this.#filled === PART_SIZE) await this.#ship()
      const take = Math.min(rest.length, PART_SIZE - this.#filled)
      this.#reserve(this.#filled + take)
      this.#buffer.set(rest.subarray(0, take), this.#filled)
      this.#filled += take
      this.#size += take
      rest = rest.subarray(take)
    }
  }

  async close(): Promise<number> {
    if (this.#id === undefined) {
      await this.#target.put(this.#buffer.subarray(0, this.#filled))
    } else {
      if (this.#filled > 0) await this.#ship()
      await this.#land()
      await this.#target.complete(this.#id, this.#parts)
    }
    return this.#size
  }

  async abort(): Promise<void> {
    await this.#inFlight?.catch(() => undefined) // the abort below throws the part away, arrived or not
    if (this.#id !== undefined) await this.#target.abort(this.#id)
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const grown = new Uint8Array(Math.min(PART_SIZE, Math.max(length, this.#buffer.length * 4)))
    grown.set(this.#buffer.subarray(0, this.#filled))
    this.#buffer = grown
  }

  async #ship(): Promise<void> {
    await this.#land()
    this.#id ??= await this.#target.create()
    this.#inFlight = this.#target.part(this.#id, ++this.#numbered, this.#buffer.subarray(0, this.#filled))
    this.#inFlight.catch(() => undefined) // awaited by the next #land; until then it must not count as unhandled
    this.#buffer = new Uint8Array(PART_SIZE)
    this.#filled = 0
  }

  async #land(): Promise<void> {
    if (this.#inFlight) this.#parts.push(await this.#inFlight)
    this.#inFlight = undefined
  }
}
