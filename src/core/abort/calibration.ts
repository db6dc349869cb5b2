/**
 * Numbers that turn sums of log-odds into probabilities. Fitted on one half of the reference corpus (cases with odd numbers) and
 * checked on the other by `npm run score`; see README.md for the curve. Refit and raise `version` when a rule's weight changes.
 */
export const CALIBRATION = {
  version: 1,
  /** Score of "it cannot be said": a cause must beat it. */
  undetermined: 1.4,
  /** Score of a cause that no rule speaks for. */
  unsupported: -3,
  /** Sums are divided by it: rules overlap, so that their log-odds add up to too much. */
  temperature: 1.15,
  /** No verdict is surer than this. */
  ceiling: 0.985,
  /** Below this a guess would be no better than none. */
  leastConfidence: 0.5,
} as const
