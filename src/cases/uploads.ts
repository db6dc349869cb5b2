import type { FileOptions } from '../core/intake/receipt.ts'
import { rawKey } from '../store/keys.ts'
import type { StoredPart } from '../store/objects.ts'
import { PART_SIZE } from '../store/part-writer.ts'
import type { UploadRecord } from '../store/records.ts'
import { Allowance } from './allowance.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { checkName } from './file-name.ts'
import { audit, caseDeleted, findCase } from './find-case.ts'
import { clearLeftovers } from './forget.ts'
import { newId } from './ids.ts'
import { spendLink } from './links.ts'
import { hashOf, sameSecret, signText } from './secrets.ts'
import { beginUpload } from './take-in.ts'
import { tenantOf } from './tenants.ts'

/** Parts of one upload: what R2 and S3 allow. */
const MOST_PARTS = 10_000
/** Bytes of one part: what passes through a Worker in one request on every plan. */
const LARGEST_PART = 90 * 1024 * 1024
const DEFAULT_PART = 16 * 1024 * 1024
const URL_SECONDS = 900
/** URLs in one answer; the next are asked for with `from`. */
const URLS_AT_ONCE = 100

export interface UploadWish {
  readonly name: string
  readonly size?: number | undefined
  readonly partSize?: number | undefined
  readonly options: FileOptions
}

/** Begins a resumable upload. Its bytes lie raw until a job has cut them, minutes after `complete`. */
export async function createUpload(deps: Deps, principal: Principal, caseId: string, wish: UploadWish): Promise<UploadRecord> {
  const name = checkName(wish.name)
  const found = await findCase(deps, principal, caseId)
  const { settings } = await tenantOf(deps, principal.tenant)
  if (!settings.rawUploads) {
    const advice = 'Cut here first: hangup send, or the page; or stream the file by PUT.'
    throw new Refusal('raw-uploads-forbidden', 'your organisation forbids uploads that lie uncut, if only for minutes', advice)
  }
  const partSize = partSizeFor(wish)
  if ((wish.size ?? 0) > settings.uploadBytes || (wish.size ?? 0) > partSize * MOST_PARTS) {
    const advice = 'Cut it first: hangup trim --from T --to T FILE, then send what is left.'
    throw new Refusal('too-large', `an upload may have ${settings.uploadBytes} bytes`, advice)
  }
  if (principal.linkId !== undefined && wish.size === undefined) {
    throw new Refusal('bad-request', 'by a link, an upload says before how long it is', 'Send `size`, in bytes.')
  }
  await spendLink(deps, principal, wish.size ?? 0, 0)
  const id = newId('up', deps)
  const key = rawKey(found.tenant, caseId, id)
  const storeId = await deps.objects.uploads.create(key)
  try {
    return await beginUpload(deps, principal, found, {
      id,
      name,
      via: 'parts',
      options: wish.options,
      settings,
      storeId,
      size: wish.size,
      partSize,
    })
  } catch (error) {
    await deps.objects.uploads.abort(key, storeId)
    await spendLink(deps, principal, -(wish.size ?? 0), 0)
    throw error
  }
}

/** As wished where the stores allow it; else the smallest whole number of MiB that holds the upload in 10,000 parts. */
function partSizeFor({ size, partSize }: UploadWish): number {
  const MIB = 1024 * 1024
  const needed = size === undefined ? 0 : Math.ceil(size / MOST_PARTS / MIB) * MIB
  return Math.min(LARGEST_PART, Math.max(PART_SIZE, needed, partSize ?? DEFAULT_PART))
}

export interface UploadStatus {
  readonly partSize: number
  readonly received: readonly { readonly number: number; readonly size: number }[]
  readonly urls: readonly { readonly number: number; readonly url: string; readonly expiresAt: number }[]
}

/** What the store has, and where to PUT the parts from number `from` on that it has not. */
export async function uploadStatus(
  deps: Deps,
  principal: Principal,
  at: { caseId: string; uploadId: string; from: number; origin: string },
): Promise<UploadStatus> {
  const upload = await findUpload(deps, principal, at.caseId, at.uploadId)
  const received = await partsOf(deps, upload)
  if (!received) throw unknownUpload()
  const have = new Set(received.map(({ number }) => number))
  const partSize = upload.partSize ?? PART_SIZE
  const last = upload.size === undefined ? MOST_PARTS : Math.max(1, Math.ceil(upload.size / partSize))
  const urls: { number: number; url: string; expiresAt: number }[] = []
  for (let number = at.from; number <= last && urls.length < URLS_AT_ONCE && upload.state === 'receiving'; number++) {
    if (!have.has(number)) urls.push(await partUrl(deps, upload, number, at.origin))
  }
  return { partSize, received: received.map(({ number, size }) => ({ number, size })), urls }
}

export async function findUpload(deps: Deps, principal: Principal, caseId: string, uploadId: string): Promise<UploadRecord> {
  await findCase(deps, principal, caseId)
  const upload = await deps.state.uploads.get(caseId, uploadId)
  if (upload?.via !== 'parts') throw unknownUpload()
  return upload
}

export const unknownUpload = (): Refusal =>
  new Refusal('unknown-upload', 'there is no such upload', 'It is complete, cancelled or never was: GET the case to see its files.')

export const storeIdOf = ({ storeId }: UploadRecord): string => {
  if (storeId === undefined) throw new Error('a resumable upload without its id in the store')
  return storeId
}

/** The service itself lists the parts: nobody has to send ETags along. Undefined when the store has the upload no more. */
export async function partsOf(deps: Deps, upload: UploadRecord): Promise<readonly StoredPart[] | undefined> {
  const { uploads } = deps.objects
  if (!('presign' in uploads)) return deps.state.uploads.parts(upload.id)
  return uploads.list(rawKey(upload.tenant, upload.caseId, upload.id), storeIdOf(upload))
}

async function partUrl(
  deps: Deps,
  upload: UploadRecord,
  number: number,
  origin: string,
): Promise<{ number: number; url: string; expiresAt: number }> {
  const expiresAt = deps.now() + URL_SECONDS * 1000
  const { uploads } = deps.objects
  if ('presign' in uploads) {
    const key = rawKey(upload.tenant, upload.caseId, upload.id)
    const url = await uploads.presign(key, storeIdOf(upload), number, URL_SECONDS, partBytes(upload, number))
    return { number, url, expiresAt }
  }
  const signature = await partSignature(deps, upload.caseId, upload.id, number, expiresAt)
  const path = `/v1/cases/${upload.caseId}/uploads/${upload.id}/parts/${number}`
  return { number, url: `${origin}${path}?expires=${expiresAt}&signature=${signature}`, expiresAt }
}

/** Bytes of one part; undefined where the upload said no size. */
function partBytes({ size, partSize = PART_SIZE }: UploadRecord, number: number): number | undefined {
  return size === undefined ? undefined : Math.min(partSize, size - (number - 1) * partSize)
}

async function partSignature(deps: Deps, caseId: string, uploadId: string, number: number, expires: number): Promise<string> {
  const secret = await deps.state.idempotency.secret('part-urls', await hashOf(String(deps.random(32))))
  return signText(secret, `${caseId}/${uploadId}/${number}/${expires}`)
}

export interface PartPut {
  readonly caseId: string
  readonly uploadId: string
  readonly number: number
  readonly expires: number
  readonly signature: string
  readonly body: ReadableStream<Uint8Array>
  readonly size: number
}

/** One part at the service's own signed URL, streamed on to the store. The URL is good for this part of this upload until it expires. */
export async function putPart(deps: Deps, put: PartPut): Promise<StoredPart> {
  const right = sameSecret(await partSignature(deps, put.caseId, put.uploadId, put.number, put.expires), put.signature)
  if (!right || put.expires < deps.now())
    throw new Refusal('forbidden', 'this URL is not good, or not any more', 'Ask GET …/uploads/{uploadId} for fresh ones.')
  const { uploads } = deps.objects
  const upload = await deps.state.uploads.get(put.caseId, put.uploadId)
  if (upload?.via !== 'parts' || 'presign' in uploads) throw await noSuchUpload(deps, put.caseId)
  if (upload.state !== 'receiving')
    throw new Refusal('upload-complete', 'this upload is complete already', 'Send the file anew to replace it.')
  const partSize = upload.partSize ?? PART_SIZE
  if (put.size > partSize)
    throw new Refusal('too-large', `a part of this upload has ${partSize} bytes`, 'Send parts of exactly that size, the last one smaller.')
  const { settings } = await tenantOf(deps, upload.tenant)
  const payer: Principal = { tenant: upload.tenant, actor: 'signed-url', scopes: new Set(), caseId: put.caseId, linkId: undefined }
  const allowance = new Allowance(deps, payer, settings)
  await allowance.declare(put.size)
  try {
    const key = rawKey(upload.tenant, upload.caseId, upload.id)
    const part = await uploads.put(key, storeIdOf(upload), put.number, put.body, put.size)
    await allowance.use(put.size)
    if (!(await deps.state.uploads.addPart(upload.id, part))) throw await noSuchUpload(deps, put.caseId)
    return part
  } finally {
    await allowance.settle()
  }
}

/** Why a signed URL names no upload: its case may be deleted. */
async function noSuchUpload(deps: Deps, caseId: string): Promise<Refusal> {
  const tombstone = await deps.state.cases.tombstone(caseId)
  return tombstone ? caseDeleted(tombstone) : unknownUpload()
}

export async function cancelUpload(deps: Deps, principal: Principal, caseId: string, uploadId: string): Promise<void> {
  await dropUpload(deps, await findUpload(deps, principal, caseId, uploadId))
  await audit(deps, principal, caseId, 'upload.cancelled', {})
}

/** Ends an upload and everything it left. Its presigned URLs die with it. */
export async function dropUpload(deps: Deps, { caseId, id }: UploadRecord): Promise<void> {
  await deps.state.uploads.end(id, deps.now())
  await clearLeftovers(deps, caseId)
}
