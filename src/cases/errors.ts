import type { InputErrorCode } from '../core/errors.ts'

/** Why the service refuses: stable codes, one status each (`http/problem.ts`). */
export type RefusalCode =
  | 'not-json'
  | 'bad-request'
  | 'bad-name'
  | 'bad-range'
  | 'bad-multipart'
  | 'not-multipart'
  | 'fields-after-files'
  | 'no-files'
  | 'empty-body'
  | 'body-incomplete'
  | 'too-large'
  | 'bad-callback-url'
  | 'unauthorized'
  | 'forbidden'
  | 'unknown-route'
  | 'method-not-allowed'
  | 'unknown-case'
  | 'unknown-file'
  | 'unknown-upload'
  | 'unknown-revision'
  | 'unknown-key'
  | 'unknown-link'
  | 'unknown-webhook'
  | 'unknown-delivery'
  | 'unknown-tenant'
  | 'deleted'
  | 'not-queued'
  | 'in-progress'
  | 'failed'
  | 'no-pseudonyms'
  | 'uploads-in-progress'
  | 'upload-incomplete'
  | 'upload-complete'
  | 'raw-uploads-forbidden'
  | 'nothing-in-window'
  | 'too-many-files'
  | 'too-many-cases'
  | 'quota-exceeded'
  | 'rate-limited'
  | 'idempotency-mismatch'
  | 'idempotency-in-progress'
  | 'conflict'
  | 'busy'
  | 'not-acceptable'

interface RefusalExtras {
  readonly retryAfterSeconds?: number
  readonly details?: Readonly<Record<string, unknown>>
}

/** A request that cannot be done as asked: what, why, and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode | InputErrorCode
  /** One sentence for the caller: what to do about it. */
  readonly advice: string
  readonly retryAfterSeconds: number | undefined
  /** Further members of the problem document. */
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(code: RefusalCode | InputErrorCode, message: string, advice: string, more: RefusalExtras = {}) {
    super(message)
    this.code = code
    this.advice = advice
    this.retryAfterSeconds = more.retryAfterSeconds
    this.details = more.details
  }
}
