import { InputError } from '../core/errors.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { resultFolder } from '../store/keys.ts'
import type { CaseRecord, VerdictSummary } from '../store/records.ts'
import type { Deps } from './deps.ts'
import { evidenceOf } from './evidence/evidence-of.ts'
import { report } from './find-case.ts'
import { deleteAll } from './forget.ts'
import { Heartbeat, LeaseLost } from './heartbeat.ts'
import { newToken } from './ids.ts'
import { problemOf } from './take-in.ts'
import { summaryOf } from './verdict-summary.ts'
import { owe } from './webhooks/owe.ts'
import { writeResults } from './write-results.ts'

/**
 * Does one revision. Whoever holds the lease works under a prefix of his own and publishes by one conditional update, so that
 * a job killed anywhere, delivered twice or late, or run by two workers at once ends in one published result or none.
 *
 * A customer's mistake ends the revision as failed; any other error is thrown, for the queue to deliver again.
 */
export async function runDiagnosis(deps: Deps, job: { tenant: string; caseId: string; revision: number }): Promise<void> {
  const token = newToken(deps, 12)
  const taken = await deps.state.leases.take(job.tenant, job.caseId, job.revision, token, deps.now())
  if (!taken) return tellAgain(deps, job)
  const prefix = resultFolder(taken.tenant, taken.id, job.revision, ENGINE_VERSION, token)
  const summary = await workOrCleanUp(deps, taken, prefix, token)
  // From here on the result is the case's: what fails now must not take it away again.
  if (summary) await announce(deps, taken, summary)
}

/** The published verdict in short; undefined when there is none by this worker. */
async function workOrCleanUp(deps: Deps, taken: CaseRecord, prefix: string, token: string): Promise<VerdictSummary | undefined> {
  const { tenant, id: caseId, revision } = taken
  try {
    return await workOn(deps, taken, prefix, token)
  } catch (error) {
    await deleteAll(deps, prefix)
    if (error instanceof LeaseLost) return undefined
    await deps.state.leases.release(caseId, token, deps.now())
    if (!(error instanceof InputError)) throw error
    await failDiagnosis(deps, { tenant, caseId, revision }, problemOf(error))
    return undefined
  }
}

/** Published before, perhaps by a worker that died before it could tell: messages have an identity, so telling twice is telling once. */
async function tellAgain(deps: Deps, job: { tenant: string; caseId: string; revision: number }): Promise<void> {
  const found = await deps.state.cases.get(job.tenant, job.caseId)
  if (found?.publishedRevision === job.revision && found.summary) await oweVerdict(deps, found, found.summary)
}

/** The published verdict in short; undefined when somebody else was first. */
async function workOn(deps: Deps, taken: CaseRecord, prefix: string, token: string): Promise<VerdictSummary | undefined> {
  const heartbeat = new Heartbeat(deps, taken, token)
  await heartbeat.step('reading', 5)
  const evidence = await evidenceOf(deps, taken.id, (bytes) => heartbeat.beat(bytes))
  const diagnosis = await writeResults(deps, taken, evidence, prefix, heartbeat)
  const summary = summaryOf(diagnosis)
  const { revision, filesVersion, tenant } = taken
  const done = { caseId: taken.id, tenant, token, revision, prefix, engine: ENGINE_VERSION, summary, filesVersion }
  if (await deps.state.leases.publish(done, deps.now())) return summary
  await deleteAll(deps, prefix)
  return undefined
}

async function announce(deps: Deps, taken: CaseRecord, summary: VerdictSummary): Promise<void> {
  const { revision, cause, abortedBy } = summary
  await report(deps, { tenant: taken.tenant, caseId: taken.id }, 'diagnosed', { revision, cause, abortedBy })
  await oweVerdict(deps, taken, summary)
  deps.log('case.diagnosed', { tenant: taken.tenant, case: taken.id, revision, cause })
}

function oweVerdict(deps: Deps, about: CaseRecord, summary: VerdictSummary): Promise<void> {
  const { revision, cause, abortedBy, lookAt, confidence, partyConfidence, headline } = summary
  const verdict = { cause, abortedBy, lookAt, confidence, partyConfidence, headline }
  return owe(deps, about, 'case.diagnosed', { revision, verdict }, `diagnosed_r${revision}`)
}

/** Why a revision failed that no repetition could finish. */
export const GAVE_UP = {
  code: 'gave-up',
  message: 'the work failed several times, not because of your files as far as is known',
  advice: 'Ask for the diagnosis again; if it fails again, tell the operator the id of the case.',
}

/** Ends a revision as failed, with a reason that a customer understands; `diagnose` again works. */
export async function failDiagnosis(
  deps: Deps,
  job: { tenant: string; caseId: string; revision: number },
  failure: { code: string; message: string; advice: string },
): Promise<void> {
  if (!(await deps.state.leases.fail(job.tenant, job.caseId, job.revision, failure, deps.now()))) return
  const about = await deps.state.cases.get(job.tenant, job.caseId)
  if (!about) return
  await report(deps, job, 'failed', { revision: job.revision, code: failure.code })
  await owe(deps, about, 'case.failed', { revision: job.revision, reason: failure }, `failed_r${job.revision}`)
  deps.log('case.failed', { tenant: job.tenant, case: job.caseId, revision: job.revision, code: failure.code })
}
