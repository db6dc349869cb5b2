import { mkdirSync } from 'node:fs'
import { createTestHarness } from 'wrangler'
import type { Env } from '../../src/index.ts'

export const WORKER_KEY = 'dev_0123456789abcdef'
const CONFIG = new URL('../../infra/wrangler.jsonc', import.meta.url)

/** The real bundle in the real runtime, on a free port, with nothing stored yet. */
export class RunningWorker {
  readonly url: string
  readonly env: Env
  readonly #close: () => Promise<void>
  readonly #sweep: () => Promise<unknown>

  private constructor(url: string, env: Env, close: () => Promise<void>, sweep: () => Promise<unknown>) {
    this.url = url
    this.env = env
    this.#close = close
    this.#sweep = sweep
  }

  static async start(more: Readonly<Record<string, string>> = {}): Promise<RunningWorker> {
    // The page is another test's affair; its folder must be there.
    mkdirSync(new URL('../../dist/web/', import.meta.url), { recursive: true })
    const secrets = { HANGUP_DEV_KEY: WORKER_KEY, HANGUP_LOOPBACK_WEBHOOKS: 'true', ...more }
    const harness = createTestHarness({ workers: [{ configPath: CONFIG, secrets }] })
    const { url } = await harness.listen()
    const worker = harness.getWorker<Env>()
    await worker.applyD1Migrations('DATABASE')
    return new RunningWorker(
      url.origin,
      await worker.getEnv(),
      () => harness.close(),
      () => worker.scheduled({ cron: '* * * * *' }),
    )
  }

  close(): Promise<void> {
    return this.#close()
  }

  async sweep(): Promise<void> {
    await this.#sweep()
  }

  async fetch(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${WORKER_KEY}`)
    const url = path.startsWith('http') ? path : `${this.url}${path}`
    return fetch(url, { ...init, method, headers })
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await this.fetch(method, path, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  /** Waits until the case is what `isDone` says, at most `seconds`. */
  async until<T>(path: string, isDone: (body: T) => boolean, seconds = 20): Promise<T> {
    const end = Date.now() + seconds * 1000
    for (;;) {
      const body = await this.json<T>('GET', path)
      if (isDone(body)) return body
      if (Date.now() > end) throw new Error(`${path} still is ${JSON.stringify(body).slice(0, 500)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  /** Every object in the store, by key. */
  async stored(prefix = ''): Promise<Map<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>()
    for (const { key } of (await this.env.OBJECTS.list({ prefix })).objects) {
      const object = await this.env.OBJECTS.get(key)
      if (object) found.set(key, new Uint8Array(await object.arrayBuffer()))
    }
    return found
  }
}
