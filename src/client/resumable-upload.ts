import type { FileOptions } from '../core/intake/receipt.ts'
import { completeUpload, type ServiceAccess, send, startUpload, uploadStatus } from './case-api.ts'
import type { KeptBytes } from './kept-bytes.ts'
import { type Patience, patiently } from './retry.ts'
import { ServiceError } from './service-error.ts'

/** Bytes; a multiple of what object stores demand (5 MiB), small enough that a lost connection costs little. */
const PART_SIZE = 8 * 1024 * 1024

/** Where started uploads are remembered across a reload or a restart. */
export interface UploadMemory {
  readonly recall: (fingerprint: string) => string | undefined
  readonly remember: (fingerprint: string, uploadId: string) => void
  readonly forget: (fingerprint: string) => void
}

export interface UploadJob {
  readonly access: ServiceAccess
  readonly caseId: string
  readonly name: string
  readonly options: FileOptions
  readonly kept: KeptBytes
  /** Names these bytes: the same file cut the same way resumes, anything else starts anew. */
  readonly fingerprint: string
  readonly memory: UploadMemory
  readonly patience: Patience
  /** Bytes that the service has, of `kept.size`. */
  readonly onProgress: (sent: number) => void
}

/** Sends what the service does not have yet, part by part, and completes the upload. Safe to run again at any point. */
export async function uploadResumably(job: UploadJob): Promise<void> {
  const uploadId = await currentUpload(job)
  let from = 1
  let parts = 1
  const done = new Map<number, number>()
  while (from <= parts) {
    const status = await patiently(job.patience, () => uploadStatus(job.access, job.caseId, uploadId, from))
    parts = Math.ceil(job.kept.size / status.partSize)
    for (const { number, size } of status.received) done.set(number, size)
    job.onProgress(sum(done))
    const next = await sendListed(job, status.partSize, status.urls, done)
    from = next ?? firstMissing(done, parts)
  }
  await patiently(job.patience, () => completeUpload(job.access, job.caseId, uploadId))
  job.memory.forget(job.fingerprint)
}

/** The upload begun earlier for the same bytes if the service still knows it, else a new one. */
async function currentUpload(job: UploadJob): Promise<string> {
  const earlier = job.memory.recall(job.fingerprint)
  if (earlier !== undefined && (await isKnown(job, earlier))) return earlier
  const body = { name: job.name, size: job.kept.size, partSize: PART_SIZE, options: job.options }
  const { uploadId } = await patiently(job.patience, () => startUpload(job.access, job.caseId, body))
  job.memory.remember(job.fingerprint, uploadId)
  return uploadId
}

async function isKnown(job: UploadJob, uploadId: string): Promise<boolean> {
  try {
    await patiently(job.patience, () => uploadStatus(job.access, job.caseId, uploadId, 1))
    return true
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 404 || error.status === 410 || error.status === 409)) return false
    throw error
  }
}

/** Sends the parts that have a URL and were not received; resolves to the part whose URL had run out, if one had. */
async function sendListed(
  job: UploadJob,
  partSize: number,
  urls: readonly { readonly number: number; readonly url: string }[],
  done: Map<number, number>,
): Promise<number | undefined> {
  let sent = 0
  for (const { number, url } of urls) {
    const start = (number - 1) * partSize
    const end = Math.min(job.kept.size, start + partSize)
    if (done.get(number) === end - start || start >= job.kept.size) continue
    const bytes = await job.kept.read(start, end)
    try {
      await patiently(job.patience, () => putPart(job, url, bytes))
    } catch (error) {
      // A signed URL lives for minutes: ask for fresh ones from here on. A fresh one that is refused is no matter of time.
      if (sent > 0 && error instanceof ServiceError && error.status === 403) return number
      throw error
    }
    sent++
    done.set(number, end - start)
    job.onProgress(sum(done))
  }
  return undefined
}

/** The URL is signed, wherever it leads: the key stays here. */
async function putPart(job: UploadJob, url: string, bytes: Uint8Array): Promise<void> {
  await send(job.access, url, { method: 'PUT', body: bytes as BodyInit, signal: job.patience.signal })
}

function firstMissing(done: ReadonlyMap<number, number>, parts: number): number {
  let number = 1
  while (number <= parts && done.has(number)) number++
  return number
}

const sum = (sizes: ReadonlyMap<number, number>): number => [...sizes.values()].reduce((total, size) => total + size, 0)
