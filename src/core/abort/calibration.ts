/**
 * Numbers that turn sums of log-odds into probabilities. The temperature was fitted on the odd-numbered half of the reference corpus and
 * checked on the even half by `infra/score/calibrate.ts` (README.md has the figures). The optimum is flat from 0.5 to 0.8; the upper end
 * is taken, because captures that nobody has seen are harder. Fit again and raise `version` when a rule's weight changes.
 */
export const CALIBRATION = {
  version: 4,
  /** Score of "it cannot be said": a cause must beat it. */
  undetermined: 1.4,
  /** Score of a cause that no rule speaks for. */
  unsupported: -3,
  /** Sums are divided by it: rules overlap, so that their log-odds add up to too much. */
  temperature: 0.8,
  /** No verdict is surer than this. */
  ceiling: 0.985,
  /** Below this a guess would be no better than none. */
  leastConfidence: 0.5,
} as const
