import { z } from 'zod'

/** What the queue carries: names of things, never their content. */
export const Job = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('diagnose'), tenant: z.string(), caseId: z.string(), revision: z.number().int().positive() }),
  z.object({ kind: z.literal('cut'), tenant: z.string(), caseId: z.string(), uploadId: z.string() }),
  z.object({ kind: z.literal('deliver'), tenant: z.string(), caseId: z.string(), deliveryId: z.string() }),
])
export type Job = z.infer<typeof Job>

/** At least once, in any order. */
export interface Jobs {
  send(job: Job, delaySeconds?: number): Promise<void>
}
