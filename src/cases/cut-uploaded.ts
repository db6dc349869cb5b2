import { InputError } from '../core/errors.ts'
import { FileOptions } from '../core/intake/receipt.ts'
import { rawKey, uploadFolder } from '../store/keys.ts'
import type { Problem, UploadRecord } from '../store/records.ts'
import { streamChunks } from '../store/stream-chunks.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { deleteAll } from './forget.ts'
import { newToken } from './ids.ts'
import { cutAndCommit, mustBeAlone } from './take-in.ts'

const BEAT = 5000 // milliseconds
const AGAIN = 15 // seconds
const WORKER: Omit<Principal, 'tenant'> = { actor: 'worker', scopes: new Set(), caseId: undefined, linkId: undefined }

/**
 * Cuts a resumable upload with the same function as a streamed one and deletes the raw bytes at once, whatever came of the cut.
 * Delivered twice, or after the case was deleted, it finds no lease to take and does nothing.
 */
export async function cutUploaded(deps: Deps, job: { tenant: string; caseId: string; uploadId: string }): Promise<void> {
  const found = await deps.state.cases.get(job.tenant, job.caseId)
  if (!found || found.deletedAt !== undefined) return
  const token = newToken(deps, 12)
  const upload = await deps.state.uploads.takeLease(job.uploadId, token, deps.now(), mustBeAlone(found))
  if (!upload) return notTaken(deps, job)
  try {
    let bytesIn = 0
    const body = leased(deps, upload, token, (bytes) => {
      bytesIn += bytes
    })
    const options = FileOptions.parse(upload.options)
    const folder = `${uploadFolder(upload.tenant, upload.caseId, upload.id)}${token}/`
    await cutAndCommit(deps, { ...WORKER, tenant: job.tenant }, { found, upload, options, body, folder, bytesIn: () => bytesIn })
    // What workers that were killed had written of the same upload.
    await deleteAll(deps, uploadFolder(upload.tenant, upload.caseId, upload.id), folder)
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof Refusal)) {
      await deps.state.uploads.releaseLease(upload.id, token)
      throw error
    }
  }
  await deleteRaw(deps, upload)
}

async function notTaken(deps: Deps, job: { tenant: string; caseId: string; uploadId: string }): Promise<void> {
  const known = await deps.state.uploads.get(job.caseId, job.uploadId)
  // Perhaps cut already by a worker that was killed before it could delete the raw bytes.
  if (!known) return deleteRaw(deps, { ...job, id: job.uploadId })
  // Another worker has it, or another file of the case comes first: look again.
  if (known.state === 'cutting') await deps.jobs.send({ kind: 'cut', ...job }, AGAIN)
}

/** The raw bytes; keeps the lease while they are read. */
async function* leased(deps: Deps, upload: UploadRecord, token: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const stored = await deps.objects.get(rawKey(upload.tenant, upload.caseId, upload.id))
  if (!stored) throw new Refusal('unknown-upload', 'the uploaded bytes are gone', 'Send the file again.')
  let beatAt = deps.now()
  for await (const chunk of streamChunks(stored.body)) {
    count(chunk.length)
    yield chunk
    if (deps.now() - beatAt < BEAT) continue
    beatAt = deps.now()
    if (!(await deps.state.uploads.renewLease(upload.id, token, beatAt))) {
      throw new Refusal('unknown-upload', 'this upload was cancelled', 'Send the file again if it is still wanted.')
    }
  }
}

/** At once: nothing uncut may lie longer than its cut takes. */
async function deleteRaw(deps: Deps, upload: Pick<UploadRecord, 'tenant' | 'caseId' | 'id'>): Promise<void> {
  await deps.objects.delete([rawKey(upload.tenant, upload.caseId, upload.id)])
  await deps.state.files.rawDeleted(upload.caseId, upload.id, deps.now())
}

/** Gives an upload up: its file is shown as rejected, with the reason. */
export async function failCut(deps: Deps, job: { tenant: string; caseId: string; uploadId: string }, problem: Problem): Promise<void> {
  const upload = await deps.state.uploads.get(job.caseId, job.uploadId)
  if (upload?.tenant !== job.tenant || upload.state !== 'cutting') return
  const { caseId, name, id: uploadId } = upload
  const rejected = { state: 'rejected', by: 'service', evidence: [], warnings: [], problem, bytesIn: 0 } as const
  await deps.state.files.commit({ caseId, name, uploadId, ...rejected, storedAt: deps.now(), rawDeletedAt: undefined }, deps.now())
  await deleteRaw(deps, upload)
}
