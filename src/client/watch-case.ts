import { type ServiceAccess, send } from './case-api.ts'
import { readEvents } from './event-stream.ts'

/** After these the case itself is worth asking for. */
const TELLING = new Set(['diagnosed', 'failed'])

export interface Watch {
  /** Id of the last event that was seen. */
  readonly after: string | undefined
  readonly onStep: (says: string) => void
  readonly signal: AbortSignal | undefined
}

/**
 * Follows a case's events until one says that it is done, or the stream ends; resolves to the last one's id. The caller asks the case
 * what is true.
 */
export async function watchCase(access: ServiceAccess, caseId: string, { after, onStep, signal }: Watch): Promise<string | undefined> {
  const headers: Record<string, string> = { authorization: `Bearer ${access.key}`, accept: 'text/event-stream' }
  if (after !== undefined) headers['last-event-id'] = after
  const answer = await send(access, `/v1/cases/${caseId}/events`, { headers, signal })
  let last = after
  if (!answer.body) return last
  for await (const { id, event, data } of readEvents(answer.body)) {
    last = id
    if (TELLING.has(event)) return last
    if (event === 'progress') onStep(sentenceOf(data))
  }
  return last
}

/** `diagnosing, 20 %` */
function sentenceOf(data: string): string {
  const value: { readonly step?: unknown; readonly percent?: unknown } = JSON.parse(data)
  return `${value.step}, ${Math.round(Number(value.percent))} %`
}
