import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { ByteRange, Objects, ObjectWriter, PresignedUploads, StoredObject, StoredPart } from './objects.ts'
import { PartWriter } from './part-writer.ts'
import type { S3Settings } from './s3-settings.ts'

/** Requests of one delete at a time: a Worker may have six connections open. */
const DELETE_AT_ONCE = 6

interface Bucket {
  readonly client: S3Client
  readonly name: string
  readonly encryption: Encryption
}

type Encryption = { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string }

/**
 * Object storage by the S3 protocol: AWS, R2's own endpoint, Ceph, MinIO. Checksums beyond S3's first ones are left out, because
 * only AWS knows all of them, and because a presigned URL would carry the checksum of an empty part.
 */
export class S3Objects implements Objects {
  readonly uploads: PresignedUploads
  readonly #bucket: Bucket

  constructor(settings: S3Settings) {
    const { accessKeyId, secretAccessKey, encryption } = settings
    const client = new S3Client({
      region: settings.region,
      ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint, forcePathStyle: true }),
      credentials: { accessKeyId, secretAccessKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    })
    this.#bucket = { client, name: settings.bucket, encryption: encryption ? encryptionOf(encryption) : {} }
    this.uploads = s3Uploads(this.#bucket)
  }

  writer(key: string, contentType: string): ObjectWriter {
    const { client, name } = this.#bucket
    return new PartWriter<StoredPart>({
      put: (bytes) => this.put(key, bytes, contentType),
      create: () => createUpload(this.#bucket, key, contentType),
      async part(id, number, bytes) {
        const part = new UploadPartCommand({ Bucket: name, Key: key, UploadId: id, PartNumber: number, Body: bytes })
        return { number, size: bytes.length, etag: said((await client.send(part)).ETag, 'ETag of a part') }
      },
      complete: (id, parts) => this.uploads.complete(key, id, parts),
      abort: (id) => this.uploads.abort(key, id),
    })
  }

  async put(key: string, content: string | Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    const { client, name, encryption } = this.#bucket
    const Body = typeof content === 'string' ? new TextEncoder().encode(content) : content
    await client.send(new PutObjectCommand({ Bucket: name, Key: key, Body, ContentType: contentType, ...encryption }))
  }

  /** Always asks for a range: the size then stands in `Content-Range`, which no compressing proxy leaves out as it does a length. */
  async get(key: string, range: ByteRange = { offset: 0 }): Promise<StoredObject | undefined> {
    const { client, name } = this.#bucket
    try {
      const found = await client.send(new GetObjectCommand({ Bucket: name, Key: key, Range: rangeHeader(range) }))
      const size = Number(said(found.ContentRange, 'range of an object').split('/').at(-1))
      return { size, body: said(found.Body, 'body of an object').transformToWebStream() }
    } catch (error) {
      // Nothing can be read of an empty object, not even from its start.
      if (range.offset === 0 && isStatus(error, 416)) return { size: 0, body: new Blob([]).stream() }
      return missingKey(error)
    }
  }

  /** By GET: the answer to a HEAD has no body that could say whether the key or the whole bucket is missing. */
  async size(key: string): Promise<number | undefined> {
    const found = await this.get(key, { offset: 0, length: 1 })
    await found?.body.cancel()
    return found?.size
  }

  /** One by one: for many at once some stores ask for Content-MD5 and others for newer checksums, and DELETE is free of charge. */
  async delete(keys: readonly string[]): Promise<void> {
    const { client, name } = this.#bucket
    for (let at = 0; at < keys.length; at += DELETE_AT_ONCE) {
      const batch = keys.slice(at, at + DELETE_AT_ONCE)
      await Promise.all(batch.map((key) => client.send(new DeleteObjectCommand({ Bucket: name, Key: key })).catch(missingKey)))
    }
  }

  async *list(prefix: string): AsyncGenerator<string> {
    const { client, name } = this.#bucket
    let token: string | undefined
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket: name, Prefix: prefix, ContinuationToken: token }))
      for (const found of page.Contents ?? []) yield said(found.Key, 'key in a listing')
      token = page.IsTruncated ? said(page.NextContinuationToken, 'token of the next page') : undefined
    } while (token !== undefined)
  }
}

function s3Uploads(bucket: Bucket): PresignedUploads {
  const { client, name } = bucket
  return {
    create: (key) => createUpload(bucket, key, 'application/octet-stream'),
    presign(key, id, number, seconds, size) {
      const part = new UploadPartCommand({ Bucket: name, Key: key, UploadId: id, PartNumber: number, ContentLength: size })
      return getSignedUrl(client, part, { expiresIn: seconds, signableHeaders: new Set(size === undefined ? [] : ['content-length']) })
    },
    async list(key, id) {
      const parts: StoredPart[] = []
      let after: string | undefined
      do {
        const command = new ListPartsCommand({ Bucket: name, Key: key, UploadId: id, PartNumberMarker: after })
        const page = await client.send(command).catch(missingUpload)
        if (!page) return undefined
        for (const { PartNumber, Size, ETag } of page.Parts ?? [])
          parts.push({
            number: said(PartNumber, 'number of a part'),
            size: said(Size, 'size of a part'),
            etag: said(ETag, 'ETag of a part'),
          })
        after = page.IsTruncated ? said(page.NextPartNumberMarker, 'marker of the next page') : undefined
      } while (after !== undefined)
      return parts
    },
    async complete(key, id, parts) {
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
      await client.send(new CompleteMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id, MultipartUpload: { Parts } }))
    },
    async abort(key, id) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: id })).catch(missingUpload)
    },
  }
}

async function createUpload({ client, name, encryption }: Bucket, key: string, contentType: string): Promise<string> {
  const create = new CreateMultipartUploadCommand({ Bucket: name, Key: key, ContentType: contentType, ...encryption })
  return said((await client.send(create)).UploadId, 'id of an upload')
}

function encryptionOf({ algorithm, keyId }: NonNullable<S3Settings['encryption']>): Encryption {
  return { ServerSideEncryption: algorithm, ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }) }
}

const rangeHeader = ({ offset, length }: ByteRange): string => `bytes=${offset}-${length === undefined ? '' : offset + length - 1}`

/** Only "no such key" is a missing object; a missing bucket, a refusal and a failure are errors. */
function missingKey(error: unknown): undefined {
  if (!isCalled(error, 'NoSuchKey')) throw error
}

/** Completed or aborted; Ceph says NoSuchKey when asked for its parts. */
function missingUpload(error: unknown): undefined {
  if (!isCalled(error, 'NoSuchUpload') && !isCalled(error, 'NoSuchKey')) throw error
}

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === status

const isCalled = (error: unknown, name: string): boolean => error instanceof S3ServiceException && error.name === name

/** A member that the protocol promises and the SDK's types leave open. */
function said<T>(value: T | undefined, what: string): T {
  if (value === undefined || Number.isNaN(value)) throw new Error(`the object store left out the ${what}`)
  return value
}
