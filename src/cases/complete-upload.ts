import { rawKey } from '../store/keys.ts'
import type { StoredPart } from '../store/objects.ts'
import type { UploadRecord } from '../store/records.ts'
import { Allowance } from './allowance.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { audit, findCase } from './find-case.ts'
import { tenantOf } from './tenants.ts'
import { findUpload, partsOf, storeIdOf, unknownUpload } from './uploads.ts'

/** Puts the parts together and queues the cut. Asked twice, it answers the same. */
export async function completeUpload(deps: Deps, principal: Principal, caseId: string, uploadId: string): Promise<void> {
  if (await isCut(deps, principal, caseId, uploadId)) return
  const upload = await findUpload(deps, principal, caseId, uploadId)
  const { tenant } = upload
  if (upload.state === 'receiving') {
    const parts = await partsOf(deps, upload)
    if (parts) await join(deps, principal, upload, parts)
    // The store may have joined them already, for a caller who never heard of it.
    else if ((await deps.objects.size(rawKey(tenant, caseId, uploadId))) === undefined) throw unknownUpload()
    await deps.state.uploads.completed(uploadId)
    await audit(deps, principal, caseId, 'upload.completed', parts ? { parts: parts.length } : {})
  }
  await deps.jobs.send({ kind: 'cut', tenant, caseId, uploadId })
}

/** Whether the upload is a file of the case already: its own record ended with the cut. */
async function isCut(deps: Deps, principal: Principal, caseId: string, uploadId: string): Promise<boolean> {
  await findCase(deps, principal, caseId)
  return (await deps.state.files.of(caseId)).some((file) => file.uploadId === uploadId)
}

async function join(deps: Deps, principal: Principal, upload: UploadRecord, parts: readonly StoredPart[]): Promise<void> {
  checkWhole(upload, parts)
  const size = sizeOf(parts)
  // A link paid for the whole upload when it began.
  const payer = { ...principal, linkId: undefined }
  const allowance = new Allowance(deps, payer, (await tenantOf(deps, upload.tenant)).settings)
  // Parts that came through the service were paid for one by one; of presigned ones it hears now.
  const isUnpaid = 'presign' in deps.objects.uploads
  if (isUnpaid) await allowance.declare(size)
  try {
    await joinParts(deps, upload, parts)
    if (isUnpaid) await allowance.use(size)
  } finally {
    await allowance.settle()
  }
}

/** The same again, where a store still lists the parts of what it has joined. */
async function joinParts(deps: Deps, upload: UploadRecord, parts: readonly StoredPart[]): Promise<void> {
  const key = rawKey(upload.tenant, upload.caseId, upload.id)
  try {
    await deps.objects.uploads.complete(key, storeIdOf(upload), parts)
  } catch (error) {
    if ((await deps.objects.size(key)) !== sizeOf(parts)) throw error
  }
}

const sizeOf = (parts: readonly StoredPart[]): number => parts.reduce((sum, { size }) => sum + size, 0)

function checkWhole(upload: UploadRecord, parts: readonly StoredPart[]): void {
  const incomplete = (why: string): Refusal =>
    new Refusal('upload-incomplete', `the upload is not whole: ${why}`, 'GET the upload to see what is missing, and PUT it.')
  const [first] = parts
  if (!first) throw incomplete('no part has come')
  const missing = parts.findIndex(({ number }, at) => number !== at + 1)
  if (missing >= 0) throw incomplete(`part ${missing + 1} is missing`)
  const partSize = upload.partSize ?? first.size
  const uneven = parts.slice(0, -1).find(({ size }) => size !== partSize)
  if (uneven) throw incomplete(`part ${uneven.number} has ${uneven.size} bytes, not ${partSize}`)
  const size = sizeOf(parts)
  if (upload.size !== undefined && size !== upload.size) throw incomplete(`${size} of ${upload.size} bytes have come`)
}
