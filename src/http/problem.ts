import { ZodError } from 'zod'
import type { $ZodIssue } from 'zod/v4/core'
import { Refusal, type RefusalCode } from '../cases/errors.ts'
import { InputError, type InputErrorCode } from '../core/errors.ts'

export type ProblemCode = RefusalCode | InputErrorCode | 'internal'

/** The one table from code to status. A new code without a status does not compile. */
export const STATUS: Readonly<Record<ProblemCode, number>> = {
  // of a request
  'not-json': 400,
  'bad-request': 400,
  'bad-name': 400,
  'bad-range': 416,
  'bad-multipart': 400,
  'not-multipart': 415,
  'fields-after-files': 422,
  'no-files': 422,
  'empty-body': 400,
  'body-incomplete': 400,
  'too-large': 413,
  'bad-callback-url': 422,
  unauthorized: 401,
  forbidden: 403,
  'unknown-route': 404,
  'method-not-allowed': 405,
  'unknown-case': 404,
  'unknown-file': 404,
  'unknown-upload': 404,
  'unknown-revision': 404,
  'unknown-key': 404,
  'unknown-link': 404,
  'unknown-webhook': 404,
  'unknown-delivery': 404,
  'unknown-tenant': 404,
  deleted: 410,
  'not-queued': 409,
  'in-progress': 409,
  failed: 409,
  'no-pseudonyms': 404,
  'uploads-in-progress': 409,
  'upload-incomplete': 409,
  'upload-complete': 409,
  'raw-uploads-forbidden': 403,
  'nothing-in-window': 422,
  'too-many-files': 429,
  'too-many-cases': 429,
  'quota-exceeded': 429,
  'rate-limited': 429,
  'idempotency-mismatch': 422,
  'idempotency-in-progress': 409,
  conflict: 409,
  busy: 503,
  'not-acceptable': 406,
  // of a file
  'unknown-format': 415,
  'convert-first': 415,
  'empty-file': 422,
  'malformed-capture': 422,
  'malformed-archive': 422,
  'archive-too-large': 413,
  'no-timestamps': 422,
  'malformed-log': 422,
  'bad-option': 400,
  'bad-window': 400,
  'bad-receipt': 422,
  // ours
  internal: 500,
}

/** What may be wrong with any POST that takes JSON, beside `bad-request`, which everything may be that asks for something. */
export const WRITE_PROBLEMS = ['not-json', 'empty-body', 'too-large', 'idempotency-mismatch', 'idempotency-in-progress'] as const

/** What may be wrong with a file, however it comes. */
export const FILE_PROBLEMS: readonly InputErrorCode[] = [
  'unknown-format',
  'convert-first',
  'empty-file',
  'malformed-capture',
  'malformed-archive',
  'archive-too-large',
  'no-timestamps',
  'malformed-log',
  'bad-option',
  'bad-window',
]

export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ProblemCode
  readonly detail: string
  readonly advice: string
  readonly [member: string]: unknown
}

/** Any error as an RFC 9457 problem document. What is nobody's fault but ours says no more than that. */
export function problemOf(error: unknown): ProblemDocument {
  if (error instanceof Refusal) return document(error.code, error.message, error.advice, error.details)
  if (error instanceof InputError)
    return document(error.code, error.message, error.advice, error.offset === undefined ? {} : { offset: error.offset })
  if (error instanceof ZodError) {
    const errors = error.issues.flatMap(complaintsOf)
    const first = errors[0]
    const detail = first ? `${first.path || 'the request'}: ${first.message}` : 'the request is malformed'
    return document('bad-request', detail, 'Correct the fields named in `errors`; openapi.yaml describes them.', { errors })
  }
  return document('internal', 'something went wrong here', 'Try again; if it persists, tell the operator the request id.')
}

interface Complaint {
  readonly path: string
  readonly message: string
}

/** The schema's complaint in words for who wrote the request: which field, and what of it. */
function complaintsOf(issue: $ZodIssue): Complaint[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key].join('.'), message: 'nothing of this name is known here' }))
  }
  return [{ path: issue.path.join('.'), message: wordsOf(issue) }]
}

function wordsOf(issue: $ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return [...new Set(issue.errors.flatMap((branch) => branch.slice(0, 1).map(wordsOf)))].join('; or ')
  }
  if (issue.code === 'invalid_type')
    return issue.message.replace(/^Invalid input: expected (\w+), received undefined$/, 'it is missing: a $1 is expected')
  return issue.message
}

function document(code: ProblemCode, detail: string, advice: string, details: Readonly<Record<string, unknown>> = {}): ProblemDocument {
  return { ...details, type: `urn:hangup:problem:${code}`, title: code.replaceAll('-', ' '), status: STATUS[code], code, detail, advice }
}

export function problemResponse(error: unknown, requestId: string): Response {
  const document = problemOf(error)
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  if (document.status === 401) headers.set('www-authenticate', 'Bearer')
  if (document.code === 'method-not-allowed' && Array.isArray(document.allow)) headers.set('allow', document.allow.join(', '))
  if (document.code === 'bad-range') headers.set('content-range', `bytes */${document.size}`) // RFC 9110 §14.4
  const retryAfter = error instanceof Refusal ? error.retryAfterSeconds : undefined
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter))
  return new Response(JSON.stringify({ ...document, requestId }), { status: document.status, headers })
}
