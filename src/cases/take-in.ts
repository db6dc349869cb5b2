import type { Chunks } from '../core/bytes/chunks.ts'
import { InputError } from '../core/errors.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { uploadFolder } from '../store/keys.ts'
import type { CaseRecord, FileRecord, Problem, UploadRecord } from '../store/records.ts'
import type { TenantSettings } from '../store/sql/access.ts'
import { Allowance, dayOf } from './allowance.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { mustStillRename } from './evidence/case-privacy.ts'
import { cutIntoStore } from './evidence/cut-into-store.ts'
import { checkName } from './file-name.ts'
import { audit, findCase, report } from './find-case.ts'
import { clearLeftovers, deleteAll } from './forget.ts'
import { newId } from './ids.ts'
import { spendLink } from './links.ts'
import { tenantOf } from './tenants.ts'
import { owe } from './webhooks/owe.ts'

export interface Incoming {
  readonly caseId: string
  readonly name: string
  readonly options: FileOptions
  readonly body: Chunks
  /** Bytes, where the caller says so before. */
  readonly declaredSize: number | undefined
}

export interface TakenIn {
  readonly file: FileRecord
  readonly receipts: readonly CutReceipt[]
}

/** Streams one capture or log into a case, cut as it passes. A body that breaks off, or is no evidence at all, leaves nothing. */
export async function takeIn(deps: Deps, principal: Principal, incoming: Incoming): Promise<TakenIn> {
  const name = checkName(incoming.name)
  const found = await findCase(deps, principal, incoming.caseId)
  const { settings } = await tenantOf(deps, principal.tenant)
  const allowance = new Allowance(deps, principal, settings)
  if (incoming.declaredSize !== undefined) await allowance.declare(incoming.declaredSize)
  const upload = await beginUpload(deps, principal, found, { name, via: 'stream', options: incoming.options, settings })
  try {
    const body = metered(incoming.body, allowance)
    const folder = uploadFolder(found.tenant, found.id, upload.id)
    return await cutAndCommit(deps, principal, { found, upload, options: incoming.options, body, folder, bytesIn: () => allowance.used })
  } finally {
    await allowance.settle()
  }
}

async function* metered(body: Chunks, allowance: Allowance): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    await allowance.use(chunk.length)
    yield chunk
  }
}

interface Wish {
  readonly name: string
  readonly via: UploadRecord['via']
  readonly options: FileOptions
  readonly settings: TenantSettings
  readonly storeId?: string
  readonly size?: number | undefined
  readonly partSize?: number
  readonly id?: string
}

/** Enters an upload in the books, so that whatever becomes of this process, the sweep finds what it left. */
export async function beginUpload(deps: Deps, principal: Principal, found: CaseRecord, wish: Wish): Promise<UploadRecord> {
  await mustStillRename(deps, found)
  await spendLink(deps, principal, 0, 1)
  const upload: UploadRecord = {
    id: wish.id ?? newId('up', deps),
    caseId: found.id,
    tenant: found.tenant,
    name: wish.name,
    via: wish.via,
    state: 'receiving',
    options: wish.options,
    storeId: wish.storeId,
    size: wish.size,
    partSize: wish.partSize,
    attempts: 0,
    startedAt: deps.now(),
  }
  if (!(await deps.state.uploads.begin(upload, wish.settings.filesACase, mustBeAlone(found) && wish.via === 'stream'))) {
    await spendLink(deps, principal, 0, -1)
    throw await noRoom(deps, principal, found, wish.settings)
  }
  await report(deps, { tenant: found.tenant, caseId: found.id }, 'file.receiving', { name: wish.name })
  return upload
}

/** Pseudonyms follow the order of appearance: the files of such a case are cut one after the other. */
export const mustBeAlone = (found: CaseRecord): boolean => found.question.privacy.addresses === 'pseudonymise'

async function noRoom(deps: Deps, principal: Principal, found: CaseRecord, { filesACase }: TenantSettings): Promise<Refusal> {
  await findCase(deps, principal, found.id) // deleted meanwhile: says so
  if ((await deps.state.files.countOf(found.id)) < filesACase) {
    const advice = 'Send the files of a pseudonymised case one after the other.'
    return new Refusal('uploads-in-progress', 'another file of this case is on its way in', advice, { retryAfterSeconds: 5 })
  }
  return new Refusal('too-many-files', `a case holds ${filesACase} files`, 'Send archives, or open another case.', {
    retryAfterSeconds: 60,
  })
}

export interface CutWork {
  readonly found: CaseRecord
  readonly upload: UploadRecord
  readonly options: FileOptions
  readonly body: Chunks
  /** Of this attempt alone: where two workers cut the same upload, the one that comes too late deletes only its own. */
  readonly folder: string
  readonly bytesIn: () => number
}

/** Cuts a body into the store and makes it the case's file of that name. Cleans up after any failure; only a job's may be tried again. */
export async function cutAndCommit(deps: Deps, principal: Principal, work: CutWork): Promise<TakenIn> {
  const taken = await cutOrCleanUp(deps, principal, work)
  // From here on the file is the case's: what fails now must not take it away again.
  await clearLeftovers(deps, work.found.id)
  await announce(deps, principal, work.found, taken.file)
  return taken
}

async function cutOrCleanUp(deps: Deps, principal: Principal, work: CutWork): Promise<TakenIn> {
  const { found, upload, folder, options, body } = work
  try {
    const { evidence, receipts } = await cutIntoStore(deps, { folder, name: upload.name, found, options, body })
    const warnings = receipts.flatMap((receipt) => receipt.warnings)
    const file = fileRecord(deps, upload, { state: 'stored', evidence, warnings, problem: undefined, bytesIn: work.bytesIn() })
    await commit(deps, principal, file)
    return { file, receipts }
  } catch (error) {
    if (error instanceof InputError) await reject(deps, upload, error, work.bytesIn())
    else if (upload.via === 'stream' || error instanceof Refusal) await deps.state.uploads.end(upload.id, deps.now())
    // A commit may have been done and its answer lost: then these objects are the case's.
    const known = await deps.state.files.get(found.id, upload.name)
    if (!known?.evidence.some(({ key }) => key.startsWith(folder))) await deleteAll(deps, folder)
    throw error
  }
}

async function commit(deps: Deps, principal: Principal, file: FileRecord): Promise<void> {
  if (await deps.state.files.commit(file, deps.now())) return
  await findCase(deps, principal, file.caseId) // deleted meanwhile: says so
  throw new Refusal('unknown-upload', 'this upload was cancelled', 'Send the file again if it is still wanted.')
}

/** A bad file is shown in its case with the reason, but never in place of a good one. */
async function reject(deps: Deps, upload: UploadRecord, error: InputError, bytesIn: number): Promise<void> {
  const problem = problemOf(error)
  const file = fileRecord(deps, upload, { state: 'rejected', evidence: [], warnings: [], problem, bytesIn })
  if (!(await deps.state.files.commit(file, deps.now()))) return
  await report(deps, upload, 'file.rejected', { name: upload.name, code: error.code })
  deps.log('file.rejected', { tenant: upload.tenant, case: upload.caseId, code: error.code })
}

export const problemOf = ({ code, message, advice }: InputError | Refusal): Problem & { code: (InputError | Refusal)['code'] } => ({
  ...{ code, message, advice },
})

type Outcome = Pick<FileRecord, 'state' | 'evidence' | 'warnings' | 'problem' | 'bytesIn'>

const fileRecord = (deps: Deps, upload: UploadRecord, outcome: Outcome): FileRecord => ({
  caseId: upload.caseId,
  name: upload.name,
  uploadId: upload.id,
  by: 'service',
  storedAt: deps.now(),
  rawDeletedAt: undefined,
  ...outcome,
})

async function announce(deps: Deps, principal: Principal, found: CaseRecord, file: FileRecord): Promise<void> {
  const kept = file.evidence.reduce((sum, { receipt }) => sum + receipt.kept.records, 0)
  const bytesKept = file.evidence.reduce((sum, { receipt }) => sum + receipt.kept.bytes, 0)
  await deps.state.meters.kept(found.tenant, dayOf(deps.now()), bytesKept)
  await report(deps, { tenant: found.tenant, caseId: found.id }, 'file.stored', { name: file.name, kept })
  await audit(deps, principal, found.id, 'file.received', { bytesIn: file.bytesIn, bytesKept })
  await owe(deps, found, 'case.files.received', { files: [{ name: file.name, kept }] })
  deps.log('file.stored', { tenant: found.tenant, case: found.id, bytesIn: file.bytesIn, bytesKept })
}
