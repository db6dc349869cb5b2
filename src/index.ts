import type { D1Database, ExecutionContext, MessageBatch, Queue, R2Bucket, RateLimit, ScheduledController } from '@cloudflare/workers-types'
import contract from '../openapi.yaml'
import { type Deps, TENANT_DEFAULTS } from './cases/deps.ts'
import { sweep } from './cases/sweep.ts'
import { type App, createApp } from './http/app.ts'
import { DEVELOPMENT_TENANT } from './http/auth.ts'
import { jsonLog } from './http/log.ts'
import { consume, consumeDead } from './queue/consume.ts'
import { d1Sql } from './store/d1-sql.ts'
import { resolveOverHttps } from './store/dns-over-https.ts'
import type { Job } from './store/jobs.ts'
import type { Objects } from './store/objects.ts'
import { queueJobs } from './store/queue-jobs.ts'
import { R2Objects } from './store/r2-objects.ts'
import { type S3Environment, s3Settings } from './store/s3-settings.ts'
import { sqlState } from './store/state.ts'

/** What infra/wrangler.jsonc binds. */
export interface Env extends S3Environment {
  readonly DATABASE: D1Database
  readonly OBJECTS: R2Bucket
  readonly JOBS: Queue<Job>
  readonly RATE?: RateLimit
  readonly HANGUP_DEV_KEY?: string
  readonly HANGUP_OPERATOR_KEY?: string
  readonly HANGUP_PUBLIC_URL?: string
  readonly HANGUP_LOOPBACK_WEBHOOKS?: string
}

interface Service {
  readonly deps: Deps
  readonly app: App
}

let built: { readonly env: Env; readonly service: Service } | undefined

/** Built once for each isolate: bindings do not change under it. What is kept is no promise: a request may not wait for another's. */
async function serviceOf(env: Env): Promise<Service> {
  if (built?.env !== env) built = { env, service: await build(env) }
  return built.service
}

async function build(env: Env): Promise<Service> {
  const deps: Deps = {
    objects: await objectsOf(env),
    state: sqlState(d1Sql(env.DATABASE)),
    jobs: queueJobs(env.JOBS),
    now: () => Date.now(),
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    log: jsonLog,
    resolve: resolveOverHttps,
    fetch: (request) => fetch(request),
    config: {
      tenantDefaults: TENANT_DEFAULTS,
      loopbackWebhooks: env.HANGUP_LOOPBACK_WEBHOOKS === 'true',
      publicUrl: env.HANGUP_PUBLIC_URL?.replace(/\/$/, ''),
    },
  }
  const { RATE } = env
  const withinRate = RATE && (async (caller: string) => (await RATE.limit({ key: caller })).success)
  const keys = { developmentKey: env.HANGUP_DEV_KEY, operatorKey: env.HANGUP_OPERATOR_KEY }
  return { deps, app: createApp({ deps, keys, withinRate, contract }) }
}

/** R2 by its binding, or any S3 where a bucket is named: who does not use the SDK does not wait for its start either. */
async function objectsOf(env: Env): Promise<Objects> {
  const settings = s3Settings(env)
  if (!settings) return new R2Objects(env.OBJECTS)
  const { S3Objects } = await import('./store/s3-objects.ts')
  return new S3Objects(settings)
}

/** The development key's tenant, which `npm start` does not make you open. */
async function ensureDevelopmentTenant({ deps }: Service, env: Env): Promise<void> {
  if (env.HANGUP_DEV_KEY === undefined || isDevelopmentReady) return
  const tenant = { id: DEVELOPMENT_TENANT, name: 'Development', settings: TENANT_DEFAULTS, createdAt: deps.now() }
  await deps.state.access.addTenant(tenant)
  isDevelopmentReady = true
}

let isDevelopmentReady = false

const DEAD_QUEUE = /-dead(-|$)/

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const service = await serviceOf(env)
    await ensureDevelopmentTenant(service, env)
    return service.app(request)
  },
  async queue(batch: MessageBatch<unknown>, env: Env): Promise<void> {
    const { deps } = await serviceOf(env)
    await (DEAD_QUEUE.test(batch.queue) ? consumeDead(batch, deps) : consume(batch, deps))
  },
  async scheduled(_controller: ScheduledController, env: Env, context: ExecutionContext): Promise<void> {
    const { deps } = await serviceOf(env)
    context.waitUntil(sweep(deps))
  },
}
