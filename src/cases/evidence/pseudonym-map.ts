import { z } from 'zod'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { caseFolder } from '../../store/keys.ts'
import type { CaseRecord, UploadRecord } from '../../store/records.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { findCase } from '../find-case.ts'
import { newId } from '../ids.ts'

/** A case's hints in pseudonyms. */
export const NamedHints = z.object({ host: z.string(), peer: z.string(), error: z.string() }).partial()
export type NamedHints = z.infer<typeof NamedHints>

/** The map of a case whose files the service renames. */
const Ours = z.object({ state: z.literal('ours'), map: PseudonymMap })
/** Handed out, until that is confirmed. `hints`: the case's own are still to be exchanged for these. */
const Given = z.object({ state: z.literal('given'), fetchedAt: z.string(), map: PseudonymMap, hints: NamedHints.optional() })
const Gone = z.object({ state: z.literal('gone'), fetchedAt: z.string(), deletedAt: z.string() })
/** The sender's own machine renames the files and keeps the map: its id, that no other gets mixed in. */
const Sender = z.object({ state: z.literal('sender'), id: z.string() })
const StoredMap = z.discriminatedUnion('state', [Ours, Given, Gone, Sender])
export type StoredMap = z.infer<typeof StoredMap>

const mapKey = ({ tenant, id }: Pick<CaseRecord, 'tenant' | 'id'>): string => `${caseFolder(tenant, id)}pseudonyms.json`

/** What lies in a case's folder about its pseudonyms; undefined: nothing was renamed yet. */
export async function storedMap(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<StoredMap | undefined> {
  const stored = await deps.objects.get(mapKey(found))
  return stored && StoredMap.parse(await new Response(stored.body).json())
}

export async function storeMap<T extends StoredMap>(deps: Pick<Deps, 'objects'>, found: CaseRecord, stored: T): Promise<T> {
  await deps.objects.put(mapKey(found), JSON.stringify(stored), 'application/json')
  return stored
}

/** Does `work` while no file of the case is being renamed, and none begins to be. */
export async function aloneWithMap<T>(deps: Deps, found: CaseRecord, work: () => Promise<T>): Promise<T> {
  const waiting: UploadRecord = {
    ...{ id: newId('up', deps), caseId: found.id, tenant: found.tenant, name: 'pseudonyms', via: 'stream', state: 'receiving' },
    ...{ options: {}, storeId: undefined, size: undefined, partSize: undefined, attempts: 0, startedAt: deps.now() },
  }
  if (!(await deps.state.uploads.begin(waiting, Number.MAX_SAFE_INTEGER, true))) {
    await findCase(deps, { ...NOBODY, tenant: found.tenant }, found.id) // deleted meanwhile: says so
    throw onItsWay()
  }
  try {
    return await work()
  } finally {
    await deps.state.uploads.end(waiting.id, deps.now())
  }
}

/** Who acts where nobody asked. */
export const NOBODY: Omit<Principal, 'tenant'> = { actor: 'service', scopes: new Set(), caseId: undefined, linkId: undefined }

export const onItsWay = (): Refusal =>
  new Refusal('uploads-in-progress', 'a file of this case is on its way in', 'Wait for the uploads, or cancel them.', {
    retryAfterSeconds: 5,
  })
