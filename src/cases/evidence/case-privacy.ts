import { CasePrivacy } from '../../core/diagnosis/privacy/privacy.ts'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { caseFolder } from '../../store/keys.ts'
import type { CaseRecord } from '../../store/records.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { audit, findCase } from '../find-case.ts'

const mapKey = ({ tenant, id }: Pick<CaseRecord, 'tenant' | 'id'>): string => `${caseFolder(tenant, id)}pseudonyms.json`

/** The privacy a case asks for, with the pseudonyms its earlier files got. */
export async function privacyOf(deps: Pick<Deps, 'objects'>, found: CaseRecord): Promise<CasePrivacy> {
  const settings = found.question.privacy
  if (settings.addresses === 'keep') return new CasePrivacy(settings)
  const stored = await deps.objects.get(mapKey(found))
  return new CasePrivacy(settings, stored && PseudonymMap.parse(await new Response(stored.body).json()))
}

/** Keeps the pseudonyms for the next file. */
export async function rememberPseudonyms(deps: Pick<Deps, 'objects'>, found: CaseRecord, privacy: CasePrivacy): Promise<void> {
  if (privacy.renames) await deps.objects.put(mapKey(found), JSON.stringify(privacy.map), 'application/json')
}

/** The customer's own map, which undoes the pseudonyms: in no bundle. */
export async function pseudonymMap(deps: Deps, principal: Principal, caseId: string): Promise<unknown> {
  const found = await findCase(deps, principal, caseId)
  const stored = await deps.objects.get(mapKey(found))
  if (!stored)
    throw new Refusal('no-pseudonyms', 'nothing of this case was pseudonymised', 'Open a case with privacy {addresses: pseudonymise}.')
  await audit(deps, principal, caseId, 'pseudonyms.read', {})
  return new Response(stored.body).json()
}
