import { caseFolder, rawFolder, rawKey, uploadFolder } from '../store/keys.ts'
import type { CaseRecord, Tombstone } from '../store/records.ts'
import type { Deps, Principal } from './deps.ts'
import { findCase } from './find-case.ts'

const AT_ONCE = 500 // keys, or uploads

/** Deletes every object under a prefix but those under `kept`; resolves to how many there were. */
export async function deleteAll(deps: Pick<Deps, 'objects'>, prefix: string, kept?: string): Promise<number> {
  let deleted = 0
  let keys: string[] = []
  const flush = async () => {
    if (keys.length > 0) await deps.objects.delete(keys)
    deleted += keys.length
    keys = []
  }
  for await (const key of deps.objects.list(prefix)) {
    if (kept !== undefined && key.startsWith(kept)) continue
    keys.push(key)
    if (keys.length === AT_ONCE) await flush()
  }
  await flush()
  return deleted
}

/** Deletes what ended uploads and replaced files have left in the store, of one case or (the sweep) of any. */
export async function clearLeftovers(deps: Pick<Deps, 'objects' | 'state'>, caseId?: string): Promise<void> {
  for (const { id, tenant, caseId: ofCase, storeId } of await deps.state.uploads.leftovers(AT_ONCE, caseId)) {
    const raw = rawKey(tenant, ofCase, id)
    if (storeId !== undefined) await deps.objects.uploads.abort(raw, storeId)
    await deps.objects.delete([raw])
    await deleteAll(deps, uploadFolder(tenant, ofCase, id))
    await deps.state.uploads.cleared(id)
  }
}

/**
 * Deletes every stored byte of a case; a tombstone without customer data stays. The row goes first: from then on no worker can
 * publish and no upload can commit, so that what they still write can only be rubbish, which the sweep empties once more.
 */
export async function forgetCase(deps: Deps, found: CaseRecord, by: string): Promise<Tombstone> {
  const uploads = await deps.state.uploads.of(found.id)
  const files = await deps.state.files.of(found.id)
  const now = deps.now()
  const time = (ms: number): string => new Date(ms).toISOString()
  const tombstone: Tombstone = { id: found.id, openedAt: time(found.createdAt), deletedAt: time(now), by, objects: 0, files: files.length }
  const isFirst = await deps.state.cases.bury(found, tombstone, now)
  for (const upload of uploads) {
    if (upload.storeId !== undefined) await deps.objects.uploads.abort(rawKey(found.tenant, found.id, upload.id), upload.storeId)
  }
  const objects = await emptyCase(deps, found)
  deps.log('case.deleted', { tenant: found.tenant, case: found.id, by, objects })
  const receipt = { ...tombstone, objects }
  if (isFirst) await deps.state.cases.setTombstone(receipt)
  return receipt
}

export async function emptyCase(deps: Deps, { tenant, id }: Pick<CaseRecord, 'tenant' | 'id'>): Promise<number> {
  return (await deleteAll(deps, caseFolder(tenant, id))) + (await deleteAll(deps, rawFolder(tenant, id)))
}

export async function deleteCase(deps: Deps, principal: Principal, id: string): Promise<Tombstone> {
  return forgetCase(deps, await findCase(deps, principal, id), principal.actor)
}
