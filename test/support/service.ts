import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type Deps, TENANT_DEFAULTS } from '../../src/cases/deps.ts'
import { createApp } from '../../src/http/app.ts'
import { type JobBatch, run } from '../../src/queue/consume.ts'
import type { Job } from '../../src/store/jobs.ts'
import { MemoryObjects } from '../../src/store/memory-objects.ts'
import { nodeSql } from '../../src/store/node-sql.ts'
import type { TenantSettings } from '../../src/store/sql/access.ts'
import { sqlState } from '../../src/store/state.ts'
import { expectDocumented } from './contract.ts'

export const DEV_KEY = 'dev_0123456789abcdef'
export const OPERATOR_KEY = 'operator_0123456789abcdef'
const MIGRATIONS = new URL('../../infra/migrations/', import.meta.url)

export interface LoggedEvent {
  readonly event: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface ServiceOptions {
  readonly settings?: Partial<TenantSettings>
  readonly deps?: Partial<Deps>
}

/**
 * The whole service in this process: the real app and use cases over SQLite, memory objects and a queue that runs when told.
 * Every answer is held against openapi.yaml.
 */
export class TestService {
  readonly objects = new MemoryObjects()
  readonly queued: Job[] = []
  readonly events: LoggedEvent[] = []
  readonly fetched: Request[] = []
  readonly deps: Deps
  /** Milliseconds; the test moves it. */
  clock = Date.parse('2026-03-02T10:00:00Z')
  /** What webhooks meet. */
  answerWebhook: (request: Request) => Promise<Response> = async () => new Response(null, { status: 204 })
  withinRate: ((caller: string) => Promise<boolean>) | undefined
  readonly #app: (request: Request) => Promise<Response>

  constructor(options: ServiceOptions = {}) {
    const database = new DatabaseSync(':memory:')
    for (const file of readdirSync(MIGRATIONS).sort()) database.exec(readFileSync(new URL(file, MIGRATIONS), 'utf8'))
    this.deps = {
      objects: this.objects,
      state: sqlState(nodeSql(database)),
      jobs: { send: async (job) => void this.queued.push(job) },
      now: () => this.clock++,
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
      log: (event, facts) => this.events.push({ event, facts }),
      resolve: async () => ['93.184.216.34'],
      fetch: async (request) => {
        this.fetched.push(request.clone())
        return this.answerWebhook(request)
      },
      config: { tenantDefaults: { ...TENANT_DEFAULTS, ...options.settings }, loopbackWebhooks: false, publicUrl: 'https://hangup.example' },
      ...options.deps,
    }
    const keys = { developmentKey: DEV_KEY, operatorKey: OPERATOR_KEY }
    const withinRate = (caller: string) => this.withinRate?.(caller) ?? Promise.resolve(true)
    this.#app = createApp({
      deps: this.deps,
      keys,
      withinRate,
      contract: readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'),
    })
  }

  static async start(options: ServiceOptions = {}): Promise<TestService> {
    const service = new TestService(options)
    const { state, config } = service.deps
    await state.access.addTenant({ id: 'dev', name: 'Development', settings: config.tenantDefaults, createdAt: 0 })
    return service
  }

  async fetch(method: string, path: string, init: RequestInit & { key?: string | null } = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    const { key = DEV_KEY } = init
    if (key !== null) headers.set('authorization', `Bearer ${key}`)
    const url = path.startsWith('https://') ? path : `https://hangup.example${path}`
    const duplex = init.body instanceof ReadableStream ? { duplex: 'half' } : {}
    const answer = await this.#app(new Request(url, { ...init, method, headers, ...duplex }))
    // An event stream has no end to read to.
    const isStream = answer.headers.get('content-type') === 'text/event-stream'
    await expectDocumented(method, new URL(url).pathname, isStream ? new Response(null, answer) : answer.clone())
    return answer
  }

  /** A call with a JSON body, answered in JSON. */
  async call<T = Record<string, never>>(method: string, path: string, body?: unknown, init: RequestInit & { key?: string | null } = {}) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await this.fetch(method, path, { ...sent, ...init, headers: { 'content-type': 'application/json', ...init.headers } })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as T }
  }

  /** Runs what is queued, and what that queues, as the consumer would. */
  async settle(): Promise<void> {
    for (let job = this.queued.shift(); job; job = this.queued.shift()) await run(this.deps, job)
  }

  async stored(prefix = ''): Promise<string[]> {
    const keys: string[] = []
    for await (const key of this.objects.list(prefix)) keys.push(key)
    return keys
  }
}

/** A queue message, and what became of it. */
export function message(body: unknown, attempts = 1) {
  const fate = { acked: 0, retried: 0 }
  const one = { id: 'm', body, attempts, timestamp: new Date(0), ack: () => fate.acked++, retry: () => fate.retried++ }
  return { batch: { messages: [one] } as unknown as JobBatch, fate }
}
