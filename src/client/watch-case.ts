import { type ServiceAccess, send } from './case-api.ts'
import { readEvents } from './event-stream.ts'

/** Events after which the case itself is worth asking for. */
const TELLING = new Set(['diagnosed', 'failed', 'case.diagnosed', 'case.failed'])

/** Follows a case's events until one says that it is done, or the stream ends. The caller asks the case what is true. */
export async function watchCase(
  access: ServiceAccess,
  caseId: string,
  onStep: (says: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const headers = { authorization: `Bearer ${access.key}`, accept: 'text/event-stream' }
  const answer = await send(access, `/v1/cases/${caseId}/events`, { headers, signal })
  if (!answer.body) return
  for await (const { event, data } of readEvents(answer.body)) {
    if (TELLING.has(event)) return
    const says = sentenceOf(data)
    if (says) onStep(says)
  }
}

/** What an event says to a person: its `says` or `step`. */
function sentenceOf(data: string): string | undefined {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value !== 'object' || value === null) return undefined
    for (const name of ['says', 'message', 'step']) {
      const found: unknown = Reflect.get(value, name)
      if (typeof found === 'string') return found
    }
    return undefined
  } catch {
    // An event without JSON is a sign of life, no more.
    return undefined
  }
}
