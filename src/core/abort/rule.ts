import type { Cause } from '../diagnosis/schema.ts'
import type { Facts, Pointer } from './facts.ts'

/** One observation and how it weighs for (positive) or against (negative) a cause, in log-odds before calibration. */
export interface Weighed {
  readonly cause: Cause
  readonly logOdds: number
  /** What was seen, in words for a customer; without judgement. */
  readonly says: string
  readonly refs: readonly Pointer[]
}

/** A rule looks at the facts and weighs; it never decides. */
export interface AbortRule {
  readonly id: string
  /** Whence it is known: an RFC's section, a paper, a manual, a vendor's article. */
  readonly source: string
  judge(facts: Facts): readonly Weighed[]
}

export const NOTHING: readonly Weighed[] = []

export const weigh = (cause: Cause, logOdds: number, says: string, refs: readonly (Pointer | undefined)[] = []): Weighed => ({
  cause,
  logOdds,
  says,
  refs: refs.filter((ref) => ref !== undefined),
})
