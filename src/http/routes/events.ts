import { z } from 'zod'
import type { Deps } from '../../cases/deps.ts'
import { findCase, maySeeVerdict } from '../../cases/find-case.ts'
import type { EventRecord } from '../../store/sql/events.ts'
import { type Route, route } from '../route.ts'
import { CaseParams } from '../schemas.ts'

/** Milliseconds between two looks at the events: quick at first, then patient. */
const WAITS = [1000, 2000, 5000] as const
const LONGEST = 10 * 60_000 // milliseconds one stream lasts; the client then comes again by itself
const RECONNECT = 3000 // milliseconds
const AT_ONCE = 200

const events = route({
  method: 'GET',
  path: '/v1/cases/{id}/events',
  id: 'streamEvents',
  tag: 'Results',
  summary: 'Progress as Server-Sent Events; `Last-Event-ID` resumes.',
  description: 'A stream ends after ten minutes with `retry:`; an EventSource comes again by itself and misses nothing.',
  access: ['cases:read', 'link:report', 'link:bundle', 'link:upload'],
  params: CaseParams,
  query: z.object({ after: z.coerce.number().int().min(0).optional().describe('As Last-Event-ID, where no header can be set.') }),
  answers: { 200: { description: 'Events: `id`, `event`, `data` (JSON with `at`).', content: { 'text/event-stream': 'text' } } },
  problems: ['unknown-case', 'deleted'],
  async handle({ deps, principal, params, query, request }) {
    const found = await findCase(deps, principal, params.id)
    const resume = Number(request.headers.get('last-event-id') ?? query.after ?? 0)
    const after = Number.isSafeInteger(resume) && resume > 0 ? resume : 0
    const body = eventStream(deps, found.id, after, maySeeVerdict(principal, found))
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } })
  },
})

/** Without `withVerdict` it says that the case is diagnosed, not with what. Asks the database only while somebody reads: `pull` is not called when the client is gone. */
function eventStream(deps: Deps, caseId: string, after: number, withVerdict: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const endsAt = deps.now() + LONGEST
  let last = after
  let waits = 0
  let isGone = false
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RECONNECT}\n\n`)),
      async pull(controller) {
        while (!isGone) {
          const found = await deps.state.events.after(caseId, 'progress', last, AT_ONCE)
          if (found.length > 0) {
            last = found.at(-1)?.seq ?? last
            waits = 0
            controller.enqueue(encoder.encode(found.map((event) => asText(withVerdict ? event : withoutVerdict(event))).join('')))
            return
          }
          if (deps.now() >= endsAt) return controller.close()
          await sleep(WAITS[Math.min(waits++, WAITS.length - 1)] ?? 0)
          if (waits % 3 === 0 && !isGone) return controller.enqueue(encoder.encode(': still here\n\n'))
        }
      },
      cancel() {
        isGone = true
      },
    },
    { highWaterMark: 0 },
  )
}

const asText = ({ seq, type, data, at }: EventRecord): string =>
  `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ at: new Date(at).toISOString(), ...data })}\n\n`

const withoutVerdict = (event: EventRecord): EventRecord =>
  event.type === 'diagnosed' ? { ...event, data: { revision: event.data.revision } } : event

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const EVENT_ROUTES: readonly Route[] = [events]
