import type { CaseRecord } from '../store/records.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { findCase, maySeeVerdict } from './find-case.ts'

/** What lies under a result's prefix. */
export const RESULT = {
  diagnosis: 'diagnosis.json',
  markdown: 'report.md',
  html: 'report.html',
  bundle: 'bundle.zip',
} as const

export interface Published {
  readonly revision: number
  readonly prefix: string
  readonly found: CaseRecord
}

/** Where the results of a revision lie; says what stands in the way where there are none. */
export async function publishedOf(deps: Deps, principal: Principal, caseId: string, revision?: number): Promise<Published> {
  const found = await findCase(deps, principal, caseId)
  if (!maySeeVerdict(principal, found)) {
    throw new Refusal('forbidden', 'this link is for sending only', 'Ask whoever gave it to you for a link to the report.')
  }
  if (revision !== undefined && revision !== found.publishedRevision) {
    const prefix = await deps.state.leases.prefixOf(caseId, revision)
    if (prefix !== undefined) return { revision, prefix, found }
    if (revision !== found.revision)
      throw new Refusal('unknown-revision', `there is no revision ${revision}`, 'GET the case to see its revisions.')
  }
  const isWaiting = found.revision > (found.publishedRevision ?? 0) && (revision === undefined || revision === found.revision)
  if (isWaiting) refuse(found)
  if (found.publishedRevision === undefined || found.publishedPrefix === undefined) return refuse(found)
  return { revision: found.publishedRevision, prefix: found.publishedPrefix, found }
}

function refuse(found: CaseRecord): never {
  if (found.status === 'failed' && found.failure) {
    throw new Refusal('failed', found.failure.message, found.failure.advice, { details: { reason: found.failure.code } })
  }
  if (found.status === 'open') throw new Refusal('not-queued', 'nobody asked for a diagnosis yet', 'POST …/diagnose first.')
  const progress = found.progress ?? { step: found.status, percent: 0 }
  throw new Refusal('in-progress', `the diagnosis is ${found.status}: ${progress.step}`, 'Ask again later, or use the event stream.', {
    retryAfterSeconds: 2,
    details: { progress },
  })
}
