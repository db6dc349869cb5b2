import { z } from 'zod'
import type { CaseRecord } from '../store/records.ts'
import type { Deps } from './deps.ts'

export const RecurrenceView = z.object({
  days: z.number().int(),
  cases: z.number().int().describe('Cases of the same peer and cause, this one included.'),
  peer: z.string(),
  cause: z.string(),
  firstAt: z.iso.datetime(),
  says: z.string(),
})
export type Recurrence = z.infer<typeof RecurrenceView>

const DAYS = 30
const DAY = 86_400_000 // milliseconds
/** Two intervals count as the same when the spread is no more than this share of their median. */
const SAME_SHARE = 0.1

/** What the tenant's own cases say about this one; undefined when it stands alone. */
export async function recurrenceOf(deps: Deps, found: CaseRecord): Promise<Recurrence | undefined> {
  const { summary } = found
  if (!summary || summary.peer === null || summary.cause === 'undetermined' || summary.cause === 'normal-close') return undefined
  const same = await deps.state.cases.recurring(found.tenant, summary.peer, summary.cause, deps.now() - DAYS * DAY)
  const oldest = same.at(-1)
  if (same.length < 2 || !oldest) return undefined
  const quiet = sameInterval(same.flatMap(({ quietSeconds }) => quietSeconds ?? []))
  const always = quiet === undefined ? '' : `, always ${quiet} s after the last data`
  return {
    days: DAYS,
    cases: same.length,
    peer: summary.peer,
    cause: summary.cause,
    firstAt: new Date(oldest.createdAt).toISOString(),
    says: `the same peer, the same cause, ${same.length} times in ${DAYS} days${always}`,
  }
}

/** The common interval in whole seconds; undefined when they differ, or there are too few to say "always". */
export function sameInterval(seconds: readonly number[]): number | undefined {
  if (seconds.length < 2) return undefined
  const sorted = [...seconds].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  const spread = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0)
  return median >= 1 && spread <= Math.max(1, median * SAME_SHARE) ? Math.round(median) : undefined
}
