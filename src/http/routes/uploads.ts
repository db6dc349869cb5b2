import { z } from 'zod'
import { completeUpload } from '../../cases/complete-upload.ts'
import { Refusal } from '../../cases/errors.ts'
import { cancelUpload, createUpload, putPart, uploadStatus } from '../../cases/uploads.ts'
import { FileOptions } from '../../core/intake/receipt.ts'
import { answerJson, answerNothing, isoOf, type Route, route } from '../route.ts'
import { CaseParams } from '../schemas.ts'
import { throughGate } from '../upload-gate.ts'

const UploadParams = CaseParams.extend({ uploadId: z.string().max(64).describe('The upload.') })
const ACCESS = ['cases:write', 'link:upload'] as const

const create = route({
  method: 'POST',
  path: '/v1/cases/{id}/uploads',
  id: 'createUpload',
  tag: 'Uploads',
  summary: 'Begins a resumable upload.',
  description: 'Its bytes lie uncut until a job has cut them, minutes after `complete`; the file then shows `rawDeletedAt`.',
  access: ACCESS,
  params: CaseParams,
  body: {
    kind: 'json',
    schema: z.strictObject({
      name: z.string().min(1).max(1000),
      size: z.number().int().positive().optional().describe('Bytes, where known.'),
      partSize: z.number().int().positive().optional().describe('Bytes wished; the answer says what counts.'),
      options: FileOptions.default({}),
    }),
  },
  answers: {
    201: {
      description: 'Begun. All parts but the last have `partSize` bytes.',
      content: {
        'application/json': z.object({
          uploadId: z.string(),
          partSize: z.number().int(),
          links: z.object({ self: z.string(), complete: z.string() }),
        }),
      },
    },
  },
  problems: [
    'conflict',
    ...(['not-json', 'empty-body', 'bad-name', 'too-large', 'raw-uploads-forbidden', 'unknown-case', 'deleted'] as const),
    ...(['too-many-files', 'quota-exceeded', 'idempotency-mismatch', 'idempotency-in-progress'] as const),
  ],
  async handle({ deps, principal, params, body }) {
    const { id, partSize } = await createUpload(deps, principal, params.id, body)
    const self = `/v1/cases/${params.id}/uploads/${id}`
    return answerJson({ uploadId: id, partSize, links: { self, complete: `${self}/complete` } }, 201, { location: self })
  },
})

const status = route({
  method: 'GET',
  path: '/v1/cases/{id}/uploads/{uploadId}',
  id: 'getUpload',
  tag: 'Uploads',
  summary: 'Which parts have come, and where to PUT those that have not.',
  access: ACCESS,
  params: UploadParams,
  query: z.object({ from: z.coerce.number().int().min(1).max(10_000).default(1).describe('First part whose URL is wanted.') }),
  answers: {
    200: {
      description: 'URLs are good for minutes, need no key, and take one part each.',
      content: {
        'application/json': z.object({
          partSize: z.number().int(),
          received: z.array(z.object({ number: z.number().int(), size: z.number().int() })),
          urls: z.array(z.object({ number: z.number().int(), url: z.string(), expiresAt: z.iso.datetime() })),
        }),
      },
    },
  },
  problems: ['unknown-case', 'unknown-upload', 'deleted'],
  async handle({ deps, principal, params, query, origin }) {
    const { urls, ...rest } = await uploadStatus(deps, principal, {
      caseId: params.id,
      uploadId: params.uploadId,
      from: query.from,
      origin,
    })
    return answerJson({ ...rest, urls: urls.map((url) => ({ ...url, expiresAt: isoOf(url.expiresAt) })) })
  },
})

const put = route({
  method: 'PUT',
  path: '/v1/cases/{id}/uploads/{uploadId}/parts/{number}',
  id: 'putPart',
  tag: 'Uploads',
  summary: "One part, at the service's own signed URL.",
  description: 'Only `urls` of the upload name it: where the object store presigns, parts go there instead.',
  access: 'signed-url',
  params: UploadParams.extend({ number: z.coerce.number().int().min(1).max(10_000).describe('1-based.') }),
  query: z.object({ expires: z.coerce.number().int(), signature: z.string().length(64) }),
  body: { kind: 'stream', mediaTypes: ['application/octet-stream'], description: 'The bytes of the part.' },
  answers: { 200: { description: 'Stored.', headers: { etag: "The part's." } } },
  problems: [
    'empty-body',
    'body-incomplete',
    'too-large',
    'forbidden',
    'unknown-upload',
    'unknown-tenant',
    'deleted',
    'upload-complete',
    'quota-exceeded',
    'busy',
  ],
  handle: ({ deps, params, query, request }) =>
    throughGate(async () => {
      const size = Number(request.headers.get('content-length') ?? Number.NaN)
      if (!request.body || !(size > 0))
        throw new Refusal('empty-body', 'the part is empty, or of unknown length', 'Send it with a Content-Length.')
      const at = { caseId: params.id, uploadId: params.uploadId, number: params.number, ...query }
      const { etag } = await putPart(deps, { ...at, body: request.body, size })
      return new Response(null, { status: 200, headers: { etag: `"${etag.replaceAll('"', '')}"` } })
    }),
})

const complete = route({
  method: 'POST',
  path: '/v1/cases/{id}/uploads/{uploadId}/complete',
  id: 'completeUpload',
  tag: 'Uploads',
  summary: 'Puts the parts together and queues the cut.',
  access: ACCESS,
  params: UploadParams,
  answers: {
    202: {
      description: 'The cut is queued; the case shows the file.',
      content: { 'application/json': z.object({ uploadId: z.string() }) },
    },
  },
  problems: [
    ...(['unknown-case', 'unknown-upload', 'unknown-tenant', 'deleted', 'upload-incomplete', 'too-large', 'quota-exceeded'] as const),
    ...(['idempotency-mismatch', 'idempotency-in-progress'] as const),
  ],
  async handle({ deps, principal, params }) {
    await completeUpload(deps, principal, params.id, params.uploadId)
    return answerJson({ uploadId: params.uploadId }, 202)
  },
})

const cancel = route({
  method: 'DELETE',
  path: '/v1/cases/{id}/uploads/{uploadId}',
  id: 'cancelUpload',
  tag: 'Uploads',
  summary: 'Cancels an upload; its URLs die with it.',
  access: ACCESS,
  params: UploadParams,
  answers: { 204: { description: 'Cancelled.' } },
  problems: ['unknown-case', 'unknown-upload', 'deleted'],
  async handle({ deps, principal, params }) {
    await cancelUpload(deps, principal, params.id, params.uploadId)
    return answerNothing()
  },
})

export const UPLOAD_ROUTES: readonly Route[] = [create, status, put, complete, cancel]
