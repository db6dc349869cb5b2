import { createTestHarness } from 'wrangler'
import type { ByteRange, MultipartUploads, Objects, ObjectWriter, StoredObject, StoredPart } from '../../src/store/objects.ts'
import type { S3Settings } from '../../src/store/s3-settings.ts'

type Query = Readonly<Record<string, string | number | undefined>>

export const LOCAL_S3 = { region: 'auto', bucket: 'objects', accessKeyId: 'localdev', secretAccessKey: 'localdevsecret' } as const

/** A Worker that holds the adapters; its R2 bucket is also served by wrangler's local S3 endpoint. */
export async function startObjectsWorker() {
  const credentials = { accessKeyId: LOCAL_S3.accessKeyId, secretAccessKey: LOCAL_S3.secretAccessKey }
  const bucket = { binding: 'OBJECTS', bucket_name: LOCAL_S3.bucket, local_dev: { experimental_s3_credentials: credentials } }
  const alias = { '@aws-sdk/xml-builder': './node_modules/@aws-sdk/xml-builder/dist-cjs/index.js' }
  const config = { name: 'objects', main: 'test/support/objects-worker.ts', compatibility_date: '2026-10-01', alias, r2_buckets: [bucket] }
  const harness = createTestHarness({ root: new URL('../..', import.meta.url).pathname, workers: [{ config }] })
  const { url } = await harness.listen()
  const s3: S3Settings = { ...LOCAL_S3, endpoint: `${url.origin}/cdn-cgi/local/r2/s3` }
  return { origin: url.origin, s3, close: () => harness.close() }
}

/** An adapter as it runs in workerd, driven from here: R2's binding, or S3 with `settings`. */
export class RemoteObjects implements Objects {
  readonly uploads: MultipartUploads
  readonly #origin: string
  readonly #settings: S3Settings | undefined

  constructor(origin: string, settings?: S3Settings) {
    this.#origin = origin
    this.#settings = settings
    this.uploads = settings ? { ...this.#uploadSteps(), ...this.#presigning() } : { ...this.#uploadSteps(), ...this.#taking() }
  }

  async #ask(call: string, query: Query, body?: BodyInit): Promise<Response> {
    const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]))
    const headers: Record<string, string> = this.#settings ? { 's3-settings': JSON.stringify(this.#settings) } : {}
    const answer = await fetch(`${this.#origin}/${call}?${new URLSearchParams(given)}`, { method: 'POST', body: body ?? null, headers })
    if (answer.status === 500) throw new Error(await answer.text())
    return answer
  }

  async #json<T>(call: string, query: Query, body?: BodyInit): Promise<T> {
    return (await (await this.#ask(call, query, body)).json()) as T
  }

  writer(key: string): ObjectWriter {
    const pieces: Uint8Array<ArrayBuffer>[] = []
    return {
      write: async (bytes) => void pieces.push(bytes.slice()),
      close: () => this.#json('writer', { key, end: 'close' }, new Blob(pieces)),
      abort: () => this.#json('writer', { key, end: 'abort' }, new Blob(pieces)),
    }
  }

  put(key: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#json('put', { key }, content)
  }

  async get(key: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const answer = await this.#ask('get', { key, offset: range?.offset, length: range?.length })
    if (answer.status === 404 || !answer.body) return undefined
    return { size: Number(answer.headers.get('x-size')), body: answer.body }
  }

  async size(key: string): Promise<number | undefined> {
    return (await this.#json<number | null>('size', { key })) ?? undefined
  }

  delete(keys: readonly string[]): Promise<void> {
    return this.#json('delete', {}, JSON.stringify(keys))
  }

  async *list(prefix: string): AsyncGenerator<string> {
    yield* await this.#json<string[]>('list', { prefix })
  }

  #uploadSteps() {
    return {
      create: (key: string) => this.#json<string>('create', { key }),
      complete: (key: string, id: string, parts: readonly StoredPart[]) => this.#json<void>('complete', { key, id }, JSON.stringify(parts)),
      abort: (key: string, id: string) => this.#json<void>('abort', { key, id }),
    }
  }

  #taking() {
    return {
      put: async (key: string, id: string, number: number, body: ReadableStream<Uint8Array>) =>
        this.#json<StoredPart>('part', { key, id, number }, await new Response(body).blob()),
    }
  }

  #presigning() {
    return {
      presign: (key: string, id: string, number: number, seconds: number, size: number | undefined) =>
        this.#json<string>('presign', { key, id, number, seconds, size }),
      list: async (key: string, id: string) => (await this.#json<StoredPart[] | null>('parts', { key, id })) ?? undefined,
    }
  }
}
