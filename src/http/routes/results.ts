import { z } from 'zod'
import { Refusal } from '../../cases/errors.ts'
import { audit } from '../../cases/find-case.ts'
import { type Published, publishedOf, RESULT } from '../../cases/published.ts'
import { Diagnosis } from '../../core/diagnosis/schema.ts'
import { namesTag } from '../conditional.ts'
import { negotiate } from '../negotiate.ts'
import { parseRange } from '../range.ts'
import { type Call, type Route, route } from '../route.ts'
import { CaseParams } from '../schemas.ts'

const RevisionQuery = z.object({
  revision: z.coerce.number().int().positive().optional().describe('An earlier revision; default the newest published.'),
})

/** The report may show nothing from elsewhere and run nothing, wherever it is opened. */
const REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; sandbox"

const FORMS = [
  { type: 'application/json', entry: RESULT.diagnosis, contentType: 'application/json' },
  { type: 'text/markdown', entry: RESULT.markdown, contentType: 'text/markdown; charset=utf-8' },
  { type: 'text/html', entry: RESULT.html, contentType: 'text/html; charset=utf-8' },
] as const

const diagnosis = route({
  method: 'GET',
  path: '/v1/cases/{id}/diagnosis',
  id: 'getDiagnosis',
  tag: 'Results',
  summary: 'The diagnosis: JSON, or ticket-ready Markdown, or one page of HTML, by `Accept`.',
  description: 'An upload link reads it where the case was opened with `showReport`.',
  access: ['cases:read', 'link:report', 'link:bundle', 'link:upload'],
  params: CaseParams,
  query: RevisionQuery,
  answers: {
    200: {
      description: 'The diagnosis.',
      content: { 'application/json': Diagnosis, 'text/markdown': 'text', 'text/html': 'text' },
      headers: { etag: 'Of this revision in this form.' },
    },
    304: { description: 'Nothing changed.' },
  },
  problems: ['unknown-case', 'unknown-revision', 'deleted', 'not-queued', 'in-progress', 'failed', 'not-acceptable'],
  async handle(call) {
    const { deps, principal, params, query, request } = call
    const published = await publishedOf(deps, principal, params.id, query.revision)
    const types = FORMS.map(({ type }) => type)
    const wanted = negotiate(request.headers.get('accept'), types)
    const form = FORMS.find(({ type }) => type === wanted)
    if (!form) throw new Refusal('not-acceptable', 'the diagnosis does not come in that form', `Accept one of ${types.join(', ')}.`)
    await audited(call, 'diagnosis.read', published)
    const headers = { 'content-type': form.contentType, 'content-security-policy': REPORT_POLICY, vary: 'accept' }
    return serveObject(call, published, form.entry, headers)
  },
})

const bundle = route({
  method: 'GET',
  path: '/v1/cases/{id}/bundle',
  id: 'getBundle',
  tag: 'Results',
  summary: 'The bundle: one ZIP with the cut captures and logs, receipts, diagnosis and reports. Ranges are served.',
  access: ['cases:read', 'link:bundle'],
  params: CaseParams,
  query: RevisionQuery,
  answers: {
    200: {
      description: 'The bundle.',
      content: { 'application/zip': 'binary' },
      headers: { etag: 'Of this revision.', 'accept-ranges': 'bytes' },
    },
    206: { description: 'The range asked for.', content: { 'application/zip': 'binary' }, headers: { 'content-range': 'Which bytes.' } },
    304: { description: 'Nothing changed.' },
  },
  problems: ['bad-range', 'unknown-case', 'unknown-revision', 'deleted', 'not-queued', 'in-progress', 'failed'],
  async handle(call) {
    const { deps, principal, params, query } = call
    const published = await publishedOf(deps, principal, params.id, query.revision)
    await audited(call, 'bundle.downloaded', published)
    const name = `hangup-${params.id}-r${published.revision}.zip`
    const headers = { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${name}"`, 'accept-ranges': 'bytes' }
    return serveObject(call, published, RESULT.bundle, headers)
  },
})

type ResultCall = Call<z.infer<typeof CaseParams>, z.infer<typeof RevisionQuery>, undefined>

/** A HEAD reads nothing. */
async function audited({ deps, principal, params, request }: ResultCall, type: string, { revision }: Published): Promise<void> {
  if (request.method !== 'HEAD') await audit(deps, principal, params.id, type, { revision })
}

async function serveObject(
  { deps, request }: ResultCall,
  published: Published,
  entry: string,
  headers: Record<string, string>,
): Promise<Response> {
  const etag = `"${published.prefix.split('/').at(-2)}-${entry}"`
  const common = { ...headers, etag, 'cache-control': 'private, no-cache' }
  if (namesTag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers: common })
  const key = `${published.prefix}${entry}`
  const size = await deps.objects.size(key)
  if (size === undefined) throw new Error(`a published result is gone: ${entry}`)
  const ifRange = request.headers.get('if-range')
  const rangeHeader = ifRange === null || ifRange === etag ? request.headers.get('range') : null
  const range = headers['accept-ranges'] ? parseRange(rangeHeader, size) : undefined
  const stored = await deps.objects.get(key, range)
  if (!stored) throw new Error(`a published result is gone: ${entry}`)
  const length = String(range ? range.length : size)
  if (!range) return new Response(stored.body, { headers: { ...common, 'content-length': length } })
  const contentRange = `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`
  return new Response(stored.body, { status: 206, headers: { ...common, 'content-length': length, 'content-range': contentRange } })
}

export const RESULT_ROUTES: readonly Route[] = [diagnosis, bundle]
