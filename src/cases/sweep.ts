import { failCut } from './cut-uploaded.ts'
import type { Deps } from './deps.ts'
import { forgetGivenMaps } from './evidence/give-map.ts'
import { clearLeftovers, emptyCase, forgetCase } from './forget.ts'
import { failDiagnosis, GAVE_UP } from './run-diagnosis.ts'
import { dropUpload } from './uploads.ts'

const BATCH = 100
const MINUTE = 60_000 // milliseconds
/** What kills its worker this often would kill it for ever. */
const MOST_ATTEMPTS = 8
/** A queued case whose message was lost is queued again after this. */
const QUEUE_PATIENCE = 5 * MINUTE
/** No streaming upload lives longer than its connection; a resumable one lies raw for 24 h at the very most. */
const STREAM_LIFE = 20 * MINUTE
const RAW_LIFE = 24 * 60 * MINUTE
/** Late writers of a deleted case have given up by then. */
const PURGE_AFTER = 30 * MINUTE
const IDEMPOTENCY_LIFE = 24 * 60 * MINUTE

/** What the clock does every minute: puts right what a killed process left, retries what is owed, and forgets what has expired. */
export async function sweep(deps: Deps): Promise<void> {
  await requeueAbandoned(deps)
  await endDeadUploads(deps)
  await clearLeftovers(deps)
  await forgetGivenMaps(deps, BATCH)
  for (const { id, tenant, caseId } of await deps.state.webhooks.due(deps.now(), BATCH))
    await deps.jobs.send({ kind: 'deliver', tenant, caseId, deliveryId: id })
  for (const expired of await deps.state.cases.expired(deps.now(), BATCH)) await forgetCase(deps, expired, 'retention')
  for (const deleted of await deps.state.cases.toPurge(deps.now() - PURGE_AFTER, BATCH)) {
    await emptyCase(deps, deleted)
    await deps.state.cases.purged(deleted.id, deps.now())
  }
  await deps.state.links.forgetExpired(deps.now())
  await deps.state.idempotency.forgetBefore(deps.now() - IDEMPOTENCY_LIFE)
}

async function requeueAbandoned(deps: Deps): Promise<void> {
  const now = deps.now()
  for (const known of await deps.state.leases.abandoned(now, now - QUEUE_PATIENCE, BATCH)) {
    const { tenant, id, revision } = known
    if (known.attempts >= MOST_ATTEMPTS) {
      await failDiagnosis(deps, { tenant, caseId: id, revision }, GAVE_UP)
      continue
    }
    await deps.state.cases.update(known, { queuedAt: now }, now)
    await deps.jobs.send({ kind: 'diagnose', tenant, caseId: id, revision })
    deps.log('sweep.requeued', { tenant, case: id, revision })
  }
  for (const { tenant, caseId, id, attempts } of await deps.state.uploads.abandonedCuts(now - QUEUE_PATIENCE, BATCH)) {
    if (attempts >= MOST_ATTEMPTS) await failCut(deps, { tenant, caseId, uploadId: id }, GAVE_UP)
    else await deps.jobs.send({ kind: 'cut', tenant, caseId, uploadId: id })
  }
}

async function endDeadUploads(deps: Deps): Promise<void> {
  const now = deps.now()
  const streams = await deps.state.uploads.startedBefore('stream', now - STREAM_LIFE, BATCH)
  for (const upload of [...streams, ...(await deps.state.uploads.startedBefore('parts', now - RAW_LIFE, BATCH))]) {
    await dropUpload(deps, upload)
    deps.log('sweep.upload-ended', { tenant: upload.tenant, case: upload.caseId, via: upload.via })
  }
}
