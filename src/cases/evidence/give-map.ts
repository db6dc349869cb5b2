import { CasePrivacy } from '../../core/diagnosis/privacy/privacy.ts'
import type { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import type { CaseRecord } from '../../store/records.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { audit, changeCase, findCase } from '../find-case.ts'
import { engineQuestion } from '../question.ts'
import { inPseudonyms } from './case-privacy.ts'
import { aloneWithMap, NOBODY, onItsWay, type StoredMap, storedMap, storeMap } from './pseudonym-map.ts'

/** A map that was handed out is deleted after this at the latest, confirmed or not. */
const UNCONFIRMED_LIFE = 24 * 3_600_000 // milliseconds

type Given = Extract<StoredMap, { state: 'given' }>

/**
 * The customer's own map, which undoes the pseudonyms: in no bundle. The first time ends the intake: hints are in pseudonyms from then
 * on, and the case takes no more files. It can be had again until `confirmMap` or a day later, so that a lost answer loses nothing.
 */
export async function fetchMap(deps: Deps, principal: Principal, caseId: string): Promise<PseudonymMap> {
  const found = await findCase(deps, principal, caseId)
  if ((await deps.state.uploads.of(caseId)).length > 0) throw onItsWay()
  return aloneWithMap(deps, found, async () => {
    const stored = await storedMap(deps, found)
    if (stored?.state !== 'ours' && stored?.state !== 'given') throw noMap(stored)
    const given = stored.state === 'given' ? stored : await give(deps, found, stored.map)
    const { map } = await settled(deps, principal, found, given)
    await audit(deps, principal, caseId, 'pseudonyms.fetched', {})
    return map
  })
}

/** The customer has the map: it is deleted here. Again: nothing happens. @throws {Refusal} conflict, when nobody has fetched it yet */
export async function confirmMap(deps: Deps, principal: Principal, caseId: string): Promise<void> {
  const found = await findCase(deps, principal, caseId)
  await aloneWithMap(deps, found, async () => {
    const stored = await storedMap(deps, found)
    if (stored?.state === 'ours') {
      throw new Refusal('conflict', 'nobody has the map yet: without it no name could ever be put back', 'Fetch it first.')
    }
    if (stored?.state !== 'given' && stored?.state !== 'gone') throw noMap(stored)
    if (stored.state === 'given') await forget(deps, principal, found, stored)
  })
}

/** Deletes what was handed out a day ago. */
export async function forgetGivenMaps(deps: Deps, limit: number): Promise<void> {
  for (const { tenant, caseId } of await deps.state.givenMaps.before(deps.now() - UNCONFIRMED_LIFE, limit)) {
    const found = await deps.state.cases.get(tenant, caseId)
    const stored = found && found.deletedAt === undefined ? await storedMap(deps, found) : undefined
    if (found && stored?.state === 'given') await forget(deps, { ...NOBODY, tenant }, found, stored)
    else await deps.state.givenMaps.remove(caseId)
  }
}

/** The sweep's note goes first: whatever dies after it, the map does not stay. */
async function give(deps: Deps, found: CaseRecord, map: PseudonymMap): Promise<Given> {
  if (found.status === 'queued' || found.status === 'diagnosing') {
    throw new Refusal('in-progress', 'the case is being diagnosed', 'Fetch the map when it is done.', { retryAfterSeconds: 5 })
  }
  const privacy = new CasePrivacy(found.question.privacy, map)
  const { host, peer, error } = privacy.question(engineQuestion(found.question, found.revision))
  const hints = { host, peer: peer?.ip, error }
  await deps.state.givenMaps.add(found, deps.now())
  return storeMap(deps, found, { state: 'given', fetchedAt: iso(deps.now()), map: privacy.map, hints })
}

/** What else could undo the pseudonyms goes: the hints as they were given. */
async function settled(deps: Deps, principal: Principal, found: CaseRecord, given: Given): Promise<Given> {
  const { hints, ...rest } = given
  if (hints === undefined) return given
  await changeCase(deps, principal, found.id, ({ question }) => inPseudonyms(question, hints))
  return storeMap(deps, found, rest)
}

async function forget(deps: Deps, principal: Principal, found: CaseRecord, given: Given): Promise<void> {
  const { fetchedAt } = await settled(deps, principal, found, given)
  await storeMap(deps, found, { state: 'gone', fetchedAt, deletedAt: iso(deps.now()) })
  await deps.state.givenMaps.remove(found.id)
  await audit(deps, principal, found.id, 'pseudonyms.deleted', {})
}

function noMap(stored: Extract<StoredMap, { state: 'gone' | 'sender' }> | undefined): Refusal {
  const code = 'no-pseudonyms'
  if (stored?.state === 'gone') {
    return new Refusal(code, `the map was deleted here at ${stored.deletedAt}`, 'Use the copy that was fetched before.')
  }
  if (stored?.state === 'sender') {
    const advice = 'Ask the customer to undo the names: hangup reveal, with the map kept there.'
    return new Refusal(code, "the map was made on the customer's own machine and never came here", advice)
  }
  return new Refusal(code, 'nothing of this case was pseudonymised', 'Open a case with privacy {addresses: pseudonymise}.')
}

const iso = (ms: number): string => new Date(ms).toISOString()
