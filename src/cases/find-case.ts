import type { CaseRecord, Tombstone } from '../store/records.ts'
import type { CaseChange } from '../store/sql/cases.ts'
import type { NewEvent } from '../store/sql/events.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'

/** The case, alive and the caller's own. Another tenant's case is as unknown as none. */
export async function findCase(deps: Deps, principal: Principal, id: string): Promise<CaseRecord> {
  const found = principal.caseId === undefined || principal.caseId === id ? await deps.state.cases.get(principal.tenant, id) : undefined
  if (!found) throw new Refusal('unknown-case', 'there is no such case', 'Check the id; a case of another tenant is not shown.')
  if (found.deletedAt !== undefined) throw caseDeleted(found.tombstone)
  return found
}

export const caseDeleted = (receipt: Tombstone | undefined): Refusal =>
  new Refusal('deleted', 'this case was deleted', 'Open a new case; nothing of this one is left.', { details: { receipt } })

/** An upload link goes to the customer: it tells what was found only where the case was opened so. */
export const maySeeVerdict = (viewer: Principal, { question }: CaseRecord): boolean =>
  !viewer.scopes.has('link:upload') || question.showReport === true

const ATTEMPTS = 8

/** Reads, decides, and changes by optimistic version: `decide` is asked again when somebody else was quicker. */
export async function changeCase(
  deps: Deps,
  principal: Principal,
  id: string,
  decide: (known: CaseRecord) => CaseChange | Promise<CaseChange>,
): Promise<CaseRecord> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const known = await findCase(deps, principal, id)
    if (await deps.state.cases.update(known, await decide(known), deps.now())) return findCase(deps, principal, id)
  }
  throw new Refusal('conflict', 'the case is being changed by many callers at once', 'Try again in a moment.', { retryAfterSeconds: 1 })
}

/** Adds to the case's audit trail. */
export function audit(deps: Deps, principal: Principal, caseId: string, type: string, data: Record<string, unknown> = {}): Promise<void> {
  const { tenant, actor } = principal
  return deps.state.events.add({ tenant, caseId, kind: 'audit', type, actor, data, at: deps.now() })
}

/** Adds to the case's event stream. */
export function report(
  deps: Deps,
  at: { tenant: string; caseId: string },
  type: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  return deps.state.events.add(progressEvent(deps, at, type, data))
}

export const progressEvent = (
  deps: Deps,
  at: { tenant: string; caseId: string },
  type: string,
  data: Record<string, unknown>,
): NewEvent => ({
  ...{ tenant: at.tenant, caseId: at.caseId, kind: 'progress', type, actor: 'service', data, at: deps.now() },
})
