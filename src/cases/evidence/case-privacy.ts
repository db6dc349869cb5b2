import { z } from 'zod'
import { CasePrivacy } from '../../core/diagnosis/privacy/privacy.ts'
import { InputError } from '../../core/errors.ts'
import type { CutReceipt } from '../../core/intake/receipt.ts'
import type { CaseRecord } from '../../store/records.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { changeCase, findCase } from '../find-case.ts'
import { type CaseQuestion, type Corrections, engineQuestion } from '../question.ts'
import { aloneWithMap, type NamedHints, type StoredMap, storedMap, storeMap } from './pseudonym-map.ts'

/**
 * The privacy a case asks for, with the pseudonyms its earlier files got; the hints have the first ones, because they are known first.
 * Once the map was handed out, or where it never was here, the case's own question is in pseudonyms, so that nothing is left to rename.
 */
export async function privacyOf(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<CasePrivacy> {
  const settings = found.question.privacy
  if (settings.addresses === 'keep') return new CasePrivacy(settings)
  const stored = await storedMap(deps, found)
  if (stored && stored.state !== 'ours') return new CasePrivacy({ payload: 'strip', addresses: 'keep' })
  const privacy = new CasePrivacy(settings, stored?.map)
  privacy.question(engineQuestion(found.question, found.revision))
  return privacy
}

/** Keeps the pseudonyms for the next file. */
export async function rememberPseudonyms(deps: Pick<Deps, 'objects'>, found: CaseRecord, privacy: CasePrivacy): Promise<void> {
  if (privacy.renames) await storeMap(deps, found, { state: 'ours', map: privacy.map })
}

/** Corrected hints get their pseudonyms before a later file takes them for something else. */
export async function rememberHints(deps: Deps, principal: Principal, caseId: string, corrections: Corrections): Promise<void> {
  if (corrections.host === undefined && corrections.peer === undefined && corrections.error === undefined) return
  const found = await findCase(deps, principal, caseId)
  if (found.question.privacy.addresses === 'keep') return
  const corrected = { ...found, question: { ...found.question, ...corrections } }
  await aloneWithMap(deps, found, async () => rememberPseudonyms(deps, found, await privacyOf(deps, corrected)))
}

/**
 * The privacy left to apply to one file. Whoever renames first decides: the service or the sender's machine, and with which map.
 *
 * @param pseudonyms id of the sender's map, where the file came renamed
 * @throws {Refusal} conflict, when the case's files are renamed elsewhere or with another map
 */
export async function privacyOfFile(deps: Pick<Deps, 'objects'>, found: CaseRecord, pseudonyms: string | undefined): Promise<CasePrivacy> {
  if (found.question.privacy.addresses === 'keep') return privacyOf(deps, found)
  const stored = await storedMap(deps, found)
  mayStillRename(stored)
  if (stored?.state === 'sender' ? stored.id !== pseudonyms : stored !== undefined && pseudonyms !== undefined) throw renamedElsewhere()
  if (stored === undefined && pseudonyms !== undefined) {
    const advice = 'Say so with PUT /v1/cases/{id}/pseudonyms first, as hangup send and the page do.'
    throw new Refusal('conflict', 'nobody has said yet that the names of this case are made elsewhere', advice)
  }
  return privacyOf(deps, found)
}

/**
 * From now on the case's files come renamed, with the sender's map `map`, and its hints are in that map's pseudonyms: nothing here ties
 * them to the names they stand for. Said before the first file; saying it again changes nothing.
 *
 * @throws {Refusal} conflict, when files are renamed here already, or with another map
 */
export async function takeSenderNames(deps: Deps, principal: Principal, caseId: string, map: string, hints: NamedHints): Promise<void> {
  const found = await findCase(deps, principal, caseId)
  if (found.question.privacy.addresses === 'keep') {
    throw new Refusal('conflict', 'this case keeps addresses as they are', 'Open a case with privacy {addresses: pseudonymise}.')
  }
  await aloneWithMap(deps, found, async () => {
    const stored = await storedMap(deps, found)
    mayStillRename(stored)
    if (stored && !(stored.state === 'sender' && stored.id === map)) throw renamedElsewhere()
    await storeMap(deps, found, { state: 'sender', id: map })
    await changeCase(deps, principal, caseId, ({ question }) => inPseudonyms(question, hints))
  })
}

/** A question whose hints are in pseudonyms, and which lists no name any more. */
export function inPseudonyms(question: CaseQuestion, { host, peer, error }: NamedHints): { question: CaseQuestion; peer: string | null } {
  const { payload, addresses } = question.privacy
  const renamed = peer === undefined ? undefined : { ip: peer, port: question.peer?.port }
  return { question: { ...question, host, peer: renamed, error, privacy: { payload, addresses } }, peer: peer ?? null }
}

/** The receipt of a file that came pseudonymised must be so too. @throws {InputError} bad-receipt */
export function checkSenderReceipt({ options }: CutReceipt): void {
  if (z.object({ addresses: z.literal('pseudonymise') }).safeParse(options.privacy).success) return
  const advice = 'Send it as hangup send or the page made it.'
  throw new InputError('bad-receipt', 'the receipt of a pseudonymised file must be pseudonymised too', advice)
}

/** Without its map a case takes nothing more in: the same address would get another pseudonym. */
export async function mustStillRename(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<void> {
  if (found.question.privacy.addresses !== 'keep') mayStillRename(await storedMap(deps, found))
}

function mayStillRename(stored: StoredMap | undefined): void {
  if (stored?.state !== 'given' && stored?.state !== 'gone') return
  const message = `the pseudonyms of this case were handed out at ${stored.fetchedAt}: nothing more can be renamed alike`
  throw new Refusal('conflict', message, 'Open a new case with all of its files.')
}

const renamedElsewhere = (): Refusal =>
  new Refusal(
    'conflict',
    "this case's files were pseudonymised elsewhere, or with another map: the same address would have two names",
    'Send from where the first file came from, with its map; or open a new case with all of its files.',
  )
