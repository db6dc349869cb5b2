import { z } from 'zod'
import { findCase } from '../../cases/find-case.ts'
import { deleteCase } from '../../cases/forget.ts'
import { listCases } from '../../cases/list-cases.ts'
import { openCase } from '../../cases/open-case.ts'
import { CaseFields, Corrections } from '../../cases/question.ts'
import { queueDiagnosis } from '../../cases/queue-diagnosis.ts'
import { hashOf } from '../../cases/secrets.ts'
import { CaseView, viewCase } from '../../cases/view.ts'
import { namesTag } from '../conditional.ts'
import { WRITE_PROBLEMS } from '../problem.ts'
import { answerJson, isoOf, type Route, route } from '../route.ts'
import { CaseParams, OpenedCaseView } from '../schemas.ts'

const open = route({
  method: 'POST',
  path: '/v1/cases',
  id: 'openCase',
  tag: 'Cases',
  summary: 'Opens a case.',
  description: 'With `error`, a first diagnosis (as for logs alone) is queued at once. Answers with an upload link for this case alone.',
  access: ['cases:write'],
  body: { kind: 'json', schema: CaseFields },
  answers: {
    201: { description: 'The case.', content: { 'application/json': OpenedCaseView }, headers: { location: 'Path of the case.' } },
  },
  problems: [...WRITE_PROBLEMS, 'bad-callback-url', 'too-many-cases'],
  async handle({ deps, principal, body, origin }) {
    const { opened, callbackSecret, upload } = await openCase(deps, principal, body, origin)
    const view = await viewCase(deps, opened)
    const link = { ...upload, expiresAt: isoOf(upload.expiresAt) }
    return answerJson({ ...view, callbackSecret: callbackSecret ?? null, upload: link }, 201, { location: `/v1/cases/${opened.id}` })
  },
})

const Since = z.iso.datetime({
  offset: true,
  error: 'expected an RFC 3339 time with an offset, such as 2026-03-01T13:05:00Z (in a URL a + is written %2B)',
})

const list = route({
  method: 'GET',
  path: '/v1/cases',
  id: 'listCases',
  tag: 'Cases',
  summary: 'Lists cases, newest first.',
  access: ['cases:read'],
  query: z.object({
    status: z.enum(['open', 'queued', 'diagnosing', 'diagnosed', 'failed']).optional(),
    ticket: z.string().max(100).optional().describe("The ticket's id."),
    peer: z.string().max(64).optional().describe('IP address.'),
    cause: z.string().max(40).optional(),
    since: Since.optional().describe('Opened at or after.'),
    cursor: z.string().max(100).optional().describe('`next` of the page before.'),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  }),
  answers: {
    200: { description: 'A page.', content: { 'application/json': z.object({ cases: z.array(CaseView), next: z.string().nullable() }) } },
  },
  problems: [],
  handle: async ({ deps, principal, query }) => answerJson(await listCases(deps, principal, query)),
})

const get = route({
  method: 'GET',
  path: '/v1/cases/{id}',
  id: 'getCase',
  tag: 'Cases',
  summary: 'The case: status, files, checklist, links.',
  description: 'Poll with `If-None-Match`: 304 while nothing changed.',
  access: ['cases:read', 'link:report', 'link:bundle', 'link:upload'],
  params: CaseParams,
  answers: {
    200: { description: 'The case.', content: { 'application/json': CaseView }, headers: { etag: 'Changes with the case.' } },
    304: { description: 'Nothing changed.' },
  },
  problems: ['unknown-case', 'deleted'],
  async handle({ deps, principal, params, request }) {
    const found = await findCase(deps, principal, params.id)
    const view = await viewCase(deps, found, principal)
    // Of what is shown: uploads that begin, and the figures of other cases, change no version of the case.
    const etag = `"${(await hashOf(JSON.stringify(view))).slice(0, 32)}"`
    const headers = { etag, 'cache-control': 'private, no-cache' }
    if (namesTag(request.headers.get('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    return answerJson(view, 200, headers)
  },
})

const diagnose = route({
  method: 'POST',
  path: '/v1/cases/{id}/diagnose',
  id: 'diagnoseCase',
  tag: 'Cases',
  summary: 'Queues the next revision of the diagnosis.',
  description: 'The body may correct `window`, `host`, `peer`, `error`; what was cut away before stays away.',
  access: ['cases:write', 'link:upload'],
  params: CaseParams,
  body: { kind: 'json', schema: Corrections, optional: true },
  answers: {
    202: {
      description: 'Queued.',
      content: { 'application/json': z.object({ id: z.string(), status: z.literal('queued'), revision: z.number().int() }) },
    },
  },
  problems: [
    'not-json',
    'too-large',
    'unknown-case',
    'deleted',
    'uploads-in-progress',
    'no-files',
    'conflict',
    'idempotency-mismatch',
    'idempotency-in-progress',
  ],
  async handle({ deps, principal, params, body }) {
    const { id, revision } = await queueDiagnosis(deps, principal, params.id, body)
    return answerJson({ id, status: 'queued', revision }, 202, { location: `/v1/cases/${id}` })
  },
})

const remove = route({
  method: 'DELETE',
  path: '/v1/cases/{id}',
  id: 'deleteCase',
  tag: 'Cases',
  summary: 'Deletes every stored byte of the case.',
  description: 'A tombstone without customer data stays: later calls answer 410 with it.',
  access: ['cases:write'],
  params: CaseParams,
  answers: {
    200: {
      description: 'What was deleted.',
      content: {
        'application/json': z.object({
          ...{ id: z.string(), openedAt: z.iso.datetime(), deletedAt: z.iso.datetime(), by: z.string() },
          ...{ objects: z.number().int(), files: z.number().int() },
        }),
      },
    },
  },
  problems: ['unknown-case', 'deleted'],
  handle: async ({ deps, principal, params }) => answerJson(await deleteCase(deps, principal, params.id)),
})

export const CASE_ROUTES: readonly Route[] = [open, list, get, diagnose, remove]
