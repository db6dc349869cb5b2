import type { MessageBatch } from '@cloudflare/workers-types'
import { cutUploaded, failCut } from '../cases/cut-uploaded.ts'
import type { Deps } from '../cases/deps.ts'
import { errorFacts } from '../cases/error-facts.ts'
import { failDiagnosis, GAVE_UP, runDiagnosis } from '../cases/run-diagnosis.ts'
import { deliver } from '../cases/webhooks/deliver.ts'
import { Job } from '../store/jobs.ts'

const FIRST_RETRY = 2 // seconds
const LONGEST_RETRY = 600 // seconds

/** What a consumer needs of a batch. */
export type JobBatch = Pick<MessageBatch<unknown>, 'messages'>

/**
 * Done → ack. Bad input → recorded on the case by the use case, ack. Anything else → retry, and in the end the dead-letter queue.
 * One bad message never costs its neighbours a retry.
 */
export async function consume(batch: JobBatch, deps: Deps): Promise<void> {
  for (const message of batch.messages) {
    try {
      await run(deps, Job.parse(message.body))
      message.ack()
    } catch (error) {
      deps.log('job.failed', {
        message: message.id,
        attempts: message.attempts,
        ...errorFacts(error),
      })
      message.retry({ delaySeconds: Math.min(FIRST_RETRY * 4 ** (message.attempts - 1), LONGEST_RETRY) })
    }
  }
}

export function run(deps: Deps, job: Job): Promise<void> {
  switch (job.kind) {
    case 'diagnose':
      return runDiagnosis(deps, job)
    case 'cut':
      return cutUploaded(deps, job)
    case 'deliver':
      return deliver(deps, job.tenant, job.deliveryId)
  }
}

/** What no retry could do is told to the customer; asking again starts afresh. */
export async function consumeDead(batch: JobBatch, deps: Deps): Promise<void> {
  for (const message of batch.messages) {
    const parsed = Job.safeParse(message.body)
    deps.log('job.dead', { message: message.id, kind: parsed.data?.kind ?? 'malformed' })
    try {
      if (parsed.data?.kind === 'diagnose') await failDiagnosis(deps, parsed.data, GAVE_UP)
      if (parsed.data?.kind === 'cut') await failCut(deps, parsed.data, GAVE_UP)
      message.ack()
    } catch (error) {
      deps.log('job.dead.failed', { message: message.id, ...errorFacts(error) })
      message.retry({ delaySeconds: 60 })
    }
  }
}
