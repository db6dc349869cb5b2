import type { EngineJob, EngineReply, EngineRequest, EngineResults } from './engine-protocol.ts'

/** The engine said no: what, and what to do. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure'
  readonly advice: string

  constructor(message: string, advice: string) {
    super(message)
    this.advice = advice
  }
}

/** The job was called off. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** What the one who waits for a job hears of it. */
export interface Listener {
  readonly onProgress: (done: number, total: number) => void
  /** Nothing has moved for so many seconds; told once, and again after the next progress. */
  readonly onSilence?: (seconds: number) => void
}

/** Seconds. While it reads the engine tells ten times a second; what it does without reading took 4 s at most. */
const SILENCE = 30

/** The engine in a worker of its own: one job at a time, so that memory stays that of one file. */
export class Engine {
  private worker: Worker | undefined
  private last: Promise<unknown> = Promise.resolve()
  private nextId = 1

  /** Runs after the jobs before it; `job` is asked for when its turn has come. Aborting ends the worker itself: a running pass has no other way to hear of it. */
  run<J extends EngineJob>(job: () => J, listener: Listener, signal: AbortSignal): Promise<EngineResults[J['kind']]> {
    const turn = this.last.then(() => this.runNow(job(), listener, signal))
    this.last = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  private runNow<J extends EngineJob>(job: J, listener: Listener, signal: AbortSignal): Promise<EngineResults[J['kind']]> {
    if (signal.aborted) return Promise.reject(new Cancelled('called off'))
    this.worker ??= new Worker('/engine-worker.js', { type: 'module' })
    const { worker } = this
    const id = this.nextId++
    const settled = new AbortController()
    let silence: ReturnType<typeof setTimeout> | undefined
    const hear = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => listener.onSilence?.(SILENCE), SILENCE * 1000)
    }
    const answer = new Promise<EngineResults[J['kind']]>((resolve, reject) => {
      const stop = (error: Error): void => {
        worker.terminate()
        this.worker = undefined
        reject(error)
      }
      // Only as long as this job runs: later the worker is another's.
      signal.addEventListener('abort', () => stop(new Cancelled('called off')), { once: true, signal: settled.signal })
      worker.onerror = (event) =>
        stop(new EngineFailure(event.message || 'the engine stopped', 'Reload the page and choose the file again.'))
      worker.onmessage = ({ data }: MessageEvent<EngineReply>) => {
        if (data.id !== id) return
        hear()
        if (data.kind === 'progress') listener.onProgress(data.done, data.total)
        else if (data.kind === 'failed') reject(new EngineFailure(data.message, data.advice))
        else resolve(data.result as EngineResults[J['kind']])
      }
      hear()
      const request: EngineRequest = { id, job }
      worker.postMessage(request)
    })
    return answer.finally(() => {
      clearTimeout(silence)
      settled.abort()
    })
  }
}
