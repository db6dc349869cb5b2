import type { ByteRange, Objects, ObjectWriter, StoredObject, StoredPart, UploadsThroughService } from './objects.ts'
import { PartWriter } from './part-writer.ts'

/** Object storage in memory: for tests and for trying things. */
export class MemoryObjects implements Objects {
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>()
  readonly pending = new Map<string, Map<number, Uint8Array<ArrayBuffer>>>()
  #made = 0

  writer(key: string): ObjectWriter {
    return new PartWriter<StoredPart>({
      put: (bytes) => this.put(key, bytes),
      create: () => this.uploads.create(key),
      part: async (id, number, bytes) => this.#keep(key, id, number, bytes),
      complete: (id, parts) => this.uploads.complete(key, id, parts),
      abort: (id) => this.uploads.abort(key, id),
    })
  }

  async put(key: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    this.objects.set(key, typeof content === 'string' ? new TextEncoder().encode(content) : content.slice())
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const found = this.objects.get(key)
    if (!found) return undefined
    const end = range?.length === undefined ? found.length : range.offset + range.length
    return { size: found.length, body: new Blob([found.slice(range?.offset ?? 0, end)]).stream() }
  }

  async size(key: string): Promise<number | undefined> {
    return this.objects.get(key)?.length
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.objects.delete(key)
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (const key of [...this.objects.keys()].sort()) if (key.startsWith(prefix)) yield key
  }

  readonly uploads: UploadsThroughService = {
    create: async (key) => {
      const id = `memory-${++this.#made}`
      this.pending.set(`${key} ${id}`, new Map())
      return id
    },
    put: async (key, id, number, body) => this.#keep(key, id, number, new Uint8Array(await new Response(body).arrayBuffer())),
    complete: async (key, id, parts) => {
      const held = this.#parts(key, id)
      const pieces = parts.map(({ number }) => held.get(number) ?? new Uint8Array())
      this.objects.set(key, new Uint8Array(await new Blob(pieces).arrayBuffer()))
      this.pending.delete(`${key} ${id}`)
    },
    abort: async (key, id) => void this.pending.delete(`${key} ${id}`),
  }

  #parts(key: string, id: string): Map<number, Uint8Array<ArrayBuffer>> {
    const held = this.pending.get(`${key} ${id}`)
    if (!held) throw new Error(`no such upload: ${id}`)
    return held
  }

  #keep(key: string, id: string, number: number, bytes: Uint8Array<ArrayBuffer>): StoredPart {
    this.#parts(key, id).set(number, bytes.slice())
    return { number, size: bytes.length, etag: `${number}-${bytes.length}` }
  }
}
