/**
 * The customer's input is at fault: say so, with what, where and what to do. Retrying cannot help.
 * The edge maps `code` to a status in one table (`http/problem.ts`).
 */
export class InputError extends Error {
  override readonly name = 'InputError'
  readonly code: InputErrorCode
  /** What to do about it: one sentence for the customer. */
  readonly advice: string
  /** Byte offset in the input, where one byte is to blame. */
  readonly offset: number | undefined

  constructor(code: InputErrorCode, message: string, advice: string, offset?: number) {
    super(message)
    this.code = code
    this.advice = advice
    this.offset = offset
  }
}

export type InputErrorCode =
  | 'unknown-format'
  | 'convert-first'
  | 'empty-file'
  | 'malformed-capture'
  | 'malformed-archive'
  | 'archive-too-large'
  | 'no-timestamps'
  | 'malformed-log'
  | 'bad-option'
  | 'bad-window'
  | 'bad-receipt'
