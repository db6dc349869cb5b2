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

type Progress = (done: number, total: number) => void

/** The engine in a worker of its own: one job at a time, so that memory stays that of one file. */
export class Engine {
  private worker: Worker | undefined
  private last: Promise<unknown> = Promise.resolve()
  private nextId = 1

  /** Runs after the jobs before it; `job` is asked for when its turn has come. Aborting ends the worker itself: a running pass has no other way to hear of it. */
  run<J extends EngineJob>(job: () => J, onProgress: Progress, signal: AbortSignal): Promise<EngineResults[J['kind']]> {
    const turn = this.last.then(() => this.runNow(job(), onProgress, signal))
    this.last = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  private runNow<J extends EngineJob>(job: J, onProgress: Progress, signal: AbortSignal): Promise<EngineResults[J['kind']]> {
    if (signal.aborted) return Promise.reject(new Cancelled('called off'))
    this.worker ??= new Worker('/engine-worker.js', { type: 'module' })
    const { worker } = this
    const id = this.nextId++
    return new Promise((resolve, reject) => {
      const stop = (error: Error): void => {
        worker.terminate()
        this.worker = undefined
        reject(error)
      }
      signal.addEventListener('abort', () => stop(new Cancelled('called off')), { once: true })
      worker.onerror = (event) =>
        stop(new EngineFailure(event.message || 'the engine stopped', 'Reload the page and choose the file again.'))
      worker.onmessage = ({ data }: MessageEvent<EngineReply>) => {
        if (data.id !== id) return
        if (data.kind === 'progress') onProgress(data.done, data.total)
        else if (data.kind === 'failed') reject(new EngineFailure(data.message, data.advice))
        else resolve(data.result as EngineResults[J['kind']])
      }
      const request: EngineRequest = { id, job }
      worker.postMessage(request)
    })
  }
}
