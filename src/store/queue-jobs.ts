import type { Queue } from '@cloudflare/workers-types'
import type { Job, Jobs } from './jobs.ts'

/** Seconds: Cloudflare Queues delay a message by 12 hours at most. */
const LONGEST_DELAY = 12 * 3600

/** Jobs by Cloudflare Queues. */
export const queueJobs = (queue: Queue<Job>): Jobs => ({
  send: async (job, delaySeconds = 0) => void (await queue.send(job, { delaySeconds: Math.min(delaySeconds, LONGEST_DELAY) })),
})
