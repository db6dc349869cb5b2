/** The service said no, or nothing: RFC 9457's `title` and `detail` with the stable `code`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** Seconds the service asks to wait. */
  readonly retryAfter: number | undefined

  constructor(code: string, message: string, status: number, retryAfter: number | undefined) {
    super(message)
    this.code = code
    this.status = status
    this.retryAfter = retryAfter
  }

  /** Whether the same call can succeed later without anybody changing anything. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

/** Reads a problem+json answer; any other body becomes its status line. */
export async function serviceError(answer: Response): Promise<ServiceError> {
  const problem = await readProblem(answer)
  const says = [problem.title, problem.detail].filter(Boolean).join(': ') || `${answer.status} ${answer.statusText}`.trim()
  const wait = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return new ServiceError(problem.code ?? `http-${answer.status}`, says, answer.status, Number.isFinite(wait) ? wait : undefined)
}

async function readProblem(answer: Response): Promise<{ title?: string; detail?: string; code?: string }> {
  const text = (await answer.text()).slice(0, 10_000)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return {}
    const field = (name: string): string | undefined => {
      const found: unknown = Reflect.get(value, name)
      return typeof found === 'string' ? found : undefined
    }
    return { title: field('title'), detail: field('detail'), code: field('code') }
  } catch {
    // A proxy's own page, not the service's problem: its status line says what there is to say.
    return {}
  }
}
