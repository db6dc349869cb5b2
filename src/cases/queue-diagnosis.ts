import type { CaseRecord } from '../store/records.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { rememberHints } from './evidence/case-privacy.ts'
import { audit, changeCase, report } from './find-case.ts'
import { type Corrections, EMPTY_WINDOW, isWindowEmpty } from './question.ts'

const STREAM_DEAD_AFTER = 20 * 60_000 // milliseconds: no streaming upload lasts longer than its connection may

/**
 * Asks for the next revision. Corrections take effect for it and for later uploads; what was cut away before stays away.
 * The case is saved first and the message sent after: should the sending fail, the sweep sends it again.
 */
export async function queueDiagnosis(deps: Deps, principal: Principal, caseId: string, corrections: Corrections): Promise<CaseRecord> {
  await rememberHints(deps, principal, caseId, corrections)
  const queued = await changeCase(deps, principal, caseId, async (known) => {
    const uploads = await deps.state.uploads.of(caseId)
    if (uploads.some((upload) => upload.via === 'parts' || upload.startedAt > deps.now() - STREAM_DEAD_AFTER)) {
      const names = uploads.map((upload) => upload.name)
      throw new Refusal('uploads-in-progress', `still on the way in: ${names.join(', ')}`, 'Wait for the uploads, or cancel them.', {
        retryAfterSeconds: 5,
        details: { files: names },
      })
    }
    const now = deps.now()
    const question = { ...known.question, ...corrections }
    if (isWindowEmpty(question)) throw new Refusal('bad-request', EMPTY_WINDOW, 'Correct `window`.')
    const files = await deps.state.files.of(caseId)
    if (question.error === undefined && !files.some((file) => file.state === 'stored')) {
      throw new Refusal('no-files', 'there is nothing to diagnose', 'Send a capture or a log first, or name the error text or code.')
    }
    return {
      question,
      peer: question.peer?.ip ?? null,
      status: 'queued',
      revision: known.revision + 1,
      askedAt: now,
      queuedAt: now,
      failure: null,
      progress: { step: 'queued', percent: 0 },
      leaseToken: null,
      leaseUntil: null,
      attempts: 0,
    } as const
  })
  const { tenant, revision } = queued
  await report(deps, { tenant, caseId }, 'queued', { revision })
  await audit(deps, principal, caseId, 'diagnosis.asked', { revision })
  await deps.jobs.send({ kind: 'diagnose', tenant, caseId, revision })
  deps.log('diagnosis.queued', { tenant, case: caseId, revision })
  return queued
}
