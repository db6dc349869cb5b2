import { z } from 'zod'
import { CasePrivacy } from '../../core/diagnosis/privacy/privacy.ts'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { InputError } from '../../core/errors.ts'
import type { CutReceipt } from '../../core/intake/receipt.ts'
import { caseFolder } from '../../store/keys.ts'
import type { CaseRecord, UploadRecord } from '../../store/records.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { audit, changeCase, findCase } from '../find-case.ts'
import { newId } from '../ids.ts'

const mapKey = ({ tenant, id }: Pick<CaseRecord, 'tenant' | 'id'>): string => `${caseFolder(tenant, id)}pseudonyms.json`

/** What lies in place of a map that was fetched. */
const Fetched = z.object({ fetchedAt: z.string() })

/** What lies in place of a map that the customer's own machine made and kept: its id, that no other gets mixed in. */
const Kept = z.object({ keptBySender: z.string() })

/** Hints as the sender's map names them. */
const SenderHints = z.object({ host: z.string().max(64), peer: z.string().max(64), error: z.string().max(2000) }).partial()

/** What a sender's receipt says of the privacy applied there. */
const SenderPrivacy = z.object({ addresses: z.literal('pseudonymise'), hints: SenderHints.default({}) })

type Stored = PseudonymMap | z.infer<typeof Fetched> | z.infer<typeof Kept>

/** `undefined`: nothing was renamed yet. */
async function storedMap(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<Stored | undefined> {
  const stored = await deps.objects.get(mapKey(found))
  return stored && z.union([PseudonymMap, Fetched, Kept]).parse(await new Response(stored.body).json())
}

/**
 * The privacy a case asks for, with the pseudonyms its earlier files got. Once the map was fetched, or where it never
 * was here, the case's own question is in pseudonyms, so that nothing is left to rename.
 */
export async function privacyOf(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<CasePrivacy> {
  const settings = found.question.privacy
  if (settings.addresses === 'keep') return new CasePrivacy(settings)
  const stored = await storedMap(deps, found)
  return stored && !('ipv4' in stored) ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : new CasePrivacy(settings, stored)
}

/** Keeps the pseudonyms for the next file. */
export async function rememberPseudonyms(deps: Pick<Deps, 'objects'>, found: CaseRecord, privacy: CasePrivacy): Promise<void> {
  if (privacy.renames) await deps.objects.put(mapKey(found), JSON.stringify(privacy.map), 'application/json')
}

/**
 * The privacy left to apply to one file. The first file decides who renames, the service or the sender's machine, and with which map.
 *
 * @param pseudonyms id of the sender's map, where the file came renamed
 * @throws {Refusal} conflict, when the case's earlier files were renamed elsewhere or with another map
 */
export async function privacyOfFile(deps: Pick<Deps, 'objects'>, found: CaseRecord, pseudonyms: string | undefined): Promise<CasePrivacy> {
  await mustStillRename(deps, found)
  if (found.question.privacy.addresses === 'keep') return privacyOf(deps, found)
  const stored = await storedMap(deps, found)
  const sender = stored && 'keptBySender' in stored ? stored.keptBySender : undefined
  if (stored && sender !== pseudonyms) {
    const message = "this case's files were pseudonymised elsewhere, or with another map: the same address would have two names"
    throw new Refusal(
      'conflict',
      message,
      'Send from where the first file came from, with its map; or open a new case with all of its files.',
    )
  }
  if (!stored && pseudonyms !== undefined) {
    await deps.objects.put(mapKey(found), JSON.stringify({ keptBySender: pseudonyms }), 'application/json')
  }
  return privacyOf(deps, found)
}

/**
 * The receipt of a file that came pseudonymised, and the case's hints from then on in the sender's pseudonyms. `undefined`: the service
 * renames this case.
 */
export async function takeSenderNames(
  deps: Deps,
  principal: Principal,
  found: CaseRecord,
  receipt: CutReceipt,
): Promise<CutReceipt | undefined> {
  const stored = await storedMap(deps, found)
  if (!stored || !('keptBySender' in stored)) return undefined
  const told = SenderPrivacy.safeParse(receipt.options.privacy)
  if (!told.success) {
    const advice = 'Send it as hangup send or the page made it.'
    throw new InputError('bad-receipt', 'the receipt of a pseudonymised file must be pseudonymised too', advice)
  }
  const { host, peer, error } = told.data.hints
  await changeCase(deps, principal, found.id, ({ question }) => {
    const renamed = peer === undefined || question.peer === undefined ? undefined : { ...question.peer, ip: peer }
    return { question: { ...question, host, peer: renamed, error }, peer: renamed?.ip ?? null }
  })
  return receipt
}

/** Without its map a case takes nothing more in: the same address would get another pseudonym. */
export async function mustStillRename(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<void> {
  if (found.question.privacy.addresses === 'keep') return
  const stored = await storedMap(deps, found)
  if (!stored || !('fetchedAt' in stored)) return
  const message = `the pseudonyms of this case were fetched at ${stored.fetchedAt} and deleted here: nothing more can be renamed alike`
  throw new Refusal('conflict', message, 'Open a new case with all of its files.')
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

const NOBODY: Omit<Principal, 'tenant'> = { actor: 'service', scopes: new Set(), caseId: undefined, linkId: undefined }

const onItsWay = (): Refusal =>
  new Refusal('uploads-in-progress', 'a file of this case is on its way in', 'Wait for the uploads, or cancel them.', {
    retryAfterSeconds: 5,
  })

/**
 * The customer's own map, which undoes the pseudonyms: in no bundle. It is given once and deleted; with it goes what else could undo
 * them, the hints as they were given. From then on hints are in pseudonyms, and the case takes no more files.
 */
export async function fetchPseudonyms(deps: Deps, principal: Principal, caseId: string): Promise<PseudonymMap> {
  const found = await findCase(deps, principal, caseId)
  if ((await deps.state.uploads.of(caseId)).length > 0) throw onItsWay()
  return aloneWithMap(deps, found, async () => {
    const stored = await storedMap(deps, found)
    if (!stored) {
      throw new Refusal('no-pseudonyms', 'nothing of this case was pseudonymised', 'Open a case with privacy {addresses: pseudonymise}.')
    }
    if ('keptBySender' in stored) {
      const advice = 'Ask the customer to undo the names: hangup reveal, with the map kept there.'
      throw new Refusal('no-pseudonyms', "the map was made on the customer's own machine and never came here", advice)
    }
    if ('fetchedAt' in stored) {
      throw new Refusal(
        'no-pseudonyms',
        `the map was fetched at ${stored.fetchedAt} and deleted here`,
        'Use the copy that was fetched then.',
      )
    }
    const privacy = new CasePrivacy(found.question.privacy, stored)
    await changeCase(deps, principal, caseId, (known) => inPseudonyms(known, privacy))
    await deps.objects.put(mapKey(found), JSON.stringify({ fetchedAt: new Date(deps.now()).toISOString() }), 'application/json')
    await audit(deps, principal, caseId, 'pseudonyms.fetched', {})
    return privacy.map
  })
}

function inPseudonyms({ status, question }: CaseRecord, privacy: CasePrivacy): Pick<CaseRecord, 'question'> & { peer: string | null } {
  if (status === 'queued' || status === 'diagnosing') {
    throw new Refusal('in-progress', 'the case is being diagnosed', 'Fetch the map when it is done.', { retryAfterSeconds: 5 })
  }
  const { host, peer, error } = question
  const renamed = {
    host: host && privacy.text(host),
    peer: peer && { ...peer, ip: privacy.text(peer.ip) },
    error: error && privacy.text(error),
  }
  return { question: { ...question, ...renamed }, peer: renamed.peer?.ip ?? null }
}
