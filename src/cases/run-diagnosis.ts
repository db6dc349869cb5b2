import { InputError } from '../core/errors.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { resultFolder, revisionFolder } from '../store/keys.ts'
import type { CaseRecord, Problem } from '../store/records.ts'
import type { DeliveryRecord } from '../store/sql/webhooks.ts'
import type { Deps } from './deps.ts'
import { evidenceOf } from './evidence/evidence-of.ts'
import { progressEvent } from './find-case.ts'
import { deleteAll } from './forget.ts'
import { Heartbeat, LeaseLost } from './heartbeat.ts'
import { newToken } from './ids.ts'
import { problemOf } from './take-in.ts'
import { summaryOf } from './verdict-summary.ts'
import { owedFor, send } from './webhooks/owe.ts'
import { writeResults } from './write-results.ts'

interface DiagnoseJob {
  readonly tenant: string
  readonly caseId: string
  readonly revision: number
}

/**
 * Does one revision. Whoever holds the lease works under a prefix of his own and publishes by one conditional update, so that
 * a job killed anywhere, delivered twice or late, or run by two workers at once ends in one published result or none.
 *
 * A customer's mistake ends the revision as failed; any other error is thrown, for the queue to deliver again.
 */
export async function runDiagnosis(deps: Deps, job: DiagnoseJob): Promise<void> {
  const token = newToken(deps, 12)
  const taken = await deps.state.leases.take(job.tenant, job.caseId, job.revision, token, deps.now())
  if (!taken) return tidyUp(deps, job)
  const prefix = resultFolder(taken.tenant, taken.id, job.revision, ENGINE_VERSION, token)
  const owed = await workOrCleanUp(deps, taken, prefix, token)
  if (!owed) return
  // From here on the result is the case's: what fails now must not take it away again.
  await tidyUp(deps, job)
  await send(deps, owed)
}

/** Deletes what workers that were killed had written of a revision that is published now, perhaps by one killed before it could. */
async function tidyUp(deps: Deps, job: DiagnoseJob): Promise<void> {
  const found = await deps.state.cases.get(job.tenant, job.caseId)
  if (found?.publishedRevision !== job.revision || found.publishedPrefix === undefined) return
  await deleteAll(deps, revisionFolder(job.tenant, job.caseId, job.revision), found.publishedPrefix)
}

/** The messages that are owed now; undefined when nothing was published by this worker. */
async function workOrCleanUp(deps: Deps, taken: CaseRecord, prefix: string, token: string): Promise<DeliveryRecord[] | undefined> {
  const { tenant, id: caseId, revision } = taken
  try {
    return await workOn(deps, taken, prefix, token)
  } catch (error) {
    await deps.state.leases.release(caseId, token, deps.now())
    // The publication may have been done and its answer lost: then these objects are the case's.
    const known = await deps.state.cases.get(tenant, caseId)
    if (known?.publishedPrefix !== prefix) await deleteAll(deps, prefix)
    if (error instanceof LeaseLost) return undefined
    if (!(error instanceof InputError)) throw error
    await failDiagnosis(deps, { tenant, caseId, revision }, problemOf(error))
    return undefined
  }
}

/** The messages that are owed now; undefined when somebody else was first. */
async function workOn(deps: Deps, taken: CaseRecord, prefix: string, token: string): Promise<DeliveryRecord[] | undefined> {
  const heartbeat = new Heartbeat(deps, taken, token)
  await heartbeat.step('reading', 5)
  const evidence = await evidenceOf(deps, taken.id, (bytes) => heartbeat.beat(bytes))
  const summary = summaryOf(await writeResults(deps, taken, evidence, prefix, heartbeat))
  const { id: caseId, revision, filesVersion, tenant } = taken
  const { cause, abortedBy, lookAt, confidence, partyConfidence, headline } = summary
  const verdict = { cause, abortedBy, lookAt, confidence, partyConfidence, headline }
  const event = progressEvent(deps, { tenant, caseId }, 'diagnosed', { revision, cause, abortedBy })
  const owed = await owedFor(deps, taken, 'case.diagnosed', { revision, verdict })
  const done = { caseId, tenant, token, revision, prefix, engine: ENGINE_VERSION, summary, filesVersion }
  if (!(await deps.state.leases.publish(done, { event, owed }, deps.now()))) {
    await deleteAll(deps, prefix)
    return undefined
  }
  deps.log('case.diagnosed', { tenant, case: caseId, revision, cause })
  return owed
}

/** Why a revision failed that no repetition could finish. */
export const GAVE_UP = {
  code: 'gave-up',
  message: 'the work failed several times, not because of your files as far as is known',
  advice: 'Ask for the diagnosis again; if it fails again, tell the operator the id of the case.',
}

/** Ends a revision as failed, with a reason that a customer understands; `diagnose` again works. */
export async function failDiagnosis(deps: Deps, job: DiagnoseJob, failure: Problem): Promise<void> {
  const { tenant, caseId, revision } = job
  const about = await deps.state.cases.get(tenant, caseId)
  if (!about) return
  const event = progressEvent(deps, job, 'failed', { revision, code: failure.code })
  const owed = await owedFor(deps, about, 'case.failed', { revision, reason: failure })
  if (!(await deps.state.leases.fail(job, failure, { event, owed }, deps.now()))) return
  deps.log('case.failed', { tenant, case: caseId, revision, code: failure.code })
  await send(deps, owed)
}
