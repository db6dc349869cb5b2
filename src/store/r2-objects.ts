import type { R2Bucket, R2UploadedPart } from '@cloudflare/workers-types'
import type { ByteRange, Objects, ObjectWriter, StoredObject, StoredPart, UploadsThroughService } from './objects.ts'
import { PartWriter } from './part-writer.ts'

const DELETE_AT_ONCE = 1000 // keys: R2's limit for one delete

/** Object storage by R2 binding. The binding lists no parts and presigns nothing: the service takes the parts and keeps the list. */
export class R2Objects implements Objects {
  readonly uploads: UploadsThroughService
  readonly #bucket: R2Bucket

  constructor(bucket: R2Bucket) {
    this.#bucket = bucket
    this.uploads = r2Uploads(bucket)
  }

  writer(key: string, contentType: string): ObjectWriter {
    const options = { httpMetadata: { contentType } }
    const bucket = this.#bucket
    return new PartWriter<R2UploadedPart>({
      put: async (bytes) => void (await bucket.put(key, bytes, options)),
      create: async () => (await bucket.createMultipartUpload(key, options)).uploadId,
      part: (id, number, bytes) => bucket.resumeMultipartUpload(key, id).uploadPart(number, bytes),
      complete: async (id, parts) => void (await bucket.resumeMultipartUpload(key, id).complete(parts)),
      abort: (id) => bucket.resumeMultipartUpload(key, id).abort(),
    })
  }

  async put(key: string, content: string | Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    await this.#bucket.put(key, content, { httpMetadata: { contentType } })
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const options = range
      ? { range: range.length === undefined ? { offset: range.offset } : { offset: range.offset, length: range.length } }
      : {}
    const found = await this.#bucket.get(key, options)
    if (!found) return undefined
    return { size: found.size, body: found.body as unknown as ReadableStream<Uint8Array> }
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.#bucket.head(key))?.size
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) await this.#bucket.delete(keys.slice(at, at + DELETE_AT_ONCE))
  }

  async *list(prefix: string): AsyncGenerator<string> {
    let cursor: string | undefined
    do {
      const page = await this.#bucket.list(cursor === undefined ? { prefix } : { prefix, cursor })
      for (const found of page.objects) yield found.key
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
  }
}

function r2Uploads(bucket: R2Bucket): UploadsThroughService {
  return {
    create: async (key) => (await bucket.createMultipartUpload(key)).uploadId,
    async put(key, id, number, body, size): Promise<StoredPart> {
      // R2 wants a stream whose length it knows; FixedLengthStream says it without a copy in JavaScript.
      const fixed = new FixedLengthStream(size)
      const [part] = await Promise.all([
        bucket.resumeMultipartUpload(key, id).uploadPart(number, fixed.readable as never),
        body.pipeTo(fixed.writable),
      ])
      return { number, size, etag: part.etag }
    },
    complete: async (key, id, parts) => {
      await bucket.resumeMultipartUpload(key, id).complete(parts.map(({ number, etag }) => ({ partNumber: number, etag })))
    },
    async abort(key, id) {
      try {
        await bucket.resumeMultipartUpload(key, id).abort()
      } catch (error) {
        if (!/\b10024\b|does not exist/.test(String(error))) throw error // 10024: NoSuchUpload
      }
    },
  }
}
