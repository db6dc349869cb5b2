import { ServiceError } from './service-error.ts'

/** How a repeated call waits: the page and the command line let it sleep, tests do not. */
export interface Patience {
  readonly sleep: (seconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** Told before each wait, so that a person sees why nothing moves. */
  readonly onWait: (error: ServiceError, seconds: number) => void
  readonly signal: AbortSignal | undefined
  /** Tries in a row before it gives up. */
  readonly tries: number
}

/** Repeats `attempt` while the service fails in a way that passes: 1, 2, 4 … 30 s between tries, or what it asks for. */
export async function patiently<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  for (let failed = 0; ; failed++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ServiceError) || !error.isPassing || failed + 1 >= patience.tries) throw error
      const seconds = error.retryAfter ?? Math.min(30, 2 ** failed)
      patience.onWait(error, seconds)
      await patience.sleep(seconds, patience.signal)
    }
  }
}
