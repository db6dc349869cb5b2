/** Where evidence, results and (for minutes) raw uploads lie. Keys are made by `keys.ts`, never from a caller's text. */
export interface Objects {
  /** Streams to `key`, replacing what was there when `close` resolves; nothing is visible before. */
  writer(key: string, contentType: string): ObjectWriter
  put(key: string, content: string | Uint8Array<ArrayBuffer>, contentType: string): Promise<void>
  /** Undefined when there is no such object; any other failure throws. Bytes `[offset, offset + length)`, to the end without a length. */
  get(key: string, range?: ByteRange): Promise<StoredObject | undefined>
  size(key: string): Promise<number | undefined>
  /** Deleting what is not there is no error. */
  delete(keys: readonly string[]): Promise<void>
  list(prefix: string): AsyncIterable<string>
  readonly uploads: MultipartUploads
}

export interface ByteRange {
  readonly offset: number
  readonly length?: number | undefined
}

export interface StoredObject {
  /** Bytes of the whole object, whatever the range. */
  readonly size: number
  readonly body: ReadableStream<Uint8Array>
}

/** Takes bytes in order and copies what it keeps. */
export interface ObjectWriter {
  write(bytes: Uint8Array): Promise<void>
  /** Resolves to the bytes stored. */
  close(): Promise<number>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

export interface StoredPart {
  /** 1-based. */
  readonly number: number
  readonly size: number
  readonly etag: string
}

interface UploadSteps {
  create(key: string): Promise<string>
  complete(key: string, id: string, parts: readonly StoredPart[]): Promise<void>
  /** Aborting what is gone is no error. Presigned URLs of the upload take nothing from then on. */
  abort(key: string, id: string): Promise<void>
}

/** The store presigns nothing and lists no parts: the service takes them and keeps the list. */
export interface UploadsThroughService extends UploadSteps {
  put(key: string, id: string, number: number, body: ReadableStream<Uint8Array>, size: number): Promise<StoredPart>
}

/** Parts go straight to the store. */
export interface PresignedUploads extends UploadSteps {
  /** A URL that takes one part by PUT for `seconds`; where `size` is known, a part of that size and no other. */
  presign(key: string, id: string, number: number, seconds: number, size: number | undefined): Promise<string>
  /** The parts the store has, by number; undefined when it has no such upload, because it is completed or aborted. */
  list(key: string, id: string): Promise<StoredPart[] | undefined>
}

/**
 * Resumable uploads. One store does all steps of one upload; parts are equal in size but the last, and at least 5 MiB
 * (R2 and S3 both ask for it).
 */
export type MultipartUploads = UploadsThroughService | PresignedUploads
