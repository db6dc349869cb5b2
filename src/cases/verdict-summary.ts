import type { Diagnosis } from '../core/diagnosis/schema.ts'
import type { VerdictSummary } from '../store/records.ts'

/** What lists, webhooks and recurrence need of a diagnosis. */
export function summaryOf(diagnosis: Diagnosis): VerdictSummary {
  const { cause, abortedBy, mechanism, lookAt, confidence, partyConfidence, headline } = diagnosis.verdict
  return {
    ...{ revision: diagnosis.revision, cause, abortedBy, mechanism, lookAt, confidence, partyConfidence, headline },
    peer: diagnosis.connection?.peer.ip ?? null,
    quietSeconds: quietSeconds(diagnosis),
  }
}

/** Seconds between the last data and the end, as the picture of the connection shows them. */
function quietSeconds(diagnosis: Diagnosis): number | undefined {
  const ended = diagnosis.connection?.endedAt
  const lastData = diagnosis.sequence.filter(({ kind, length }) => kind === 'segment' && (length ?? 0) > 0).at(-1)
  if (typeof ended !== 'string' || !lastData) return undefined
  const seconds = (Date.parse(ended) - Date.parse(lastData.at)) / 1000
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 10) / 10 : undefined
}
