import { Hono } from 'hono'
import type { Deps, Principal } from '../cases/deps.ts'
import { errorFacts } from '../cases/error-facts.ts'
import { Refusal } from '../cases/errors.ts'
import { authenticate, type EnvironmentKeys } from './auth.ts'
import { bodyText } from './body.ts'
import { Idempotency } from './idempotency.ts'
import { problemOf, problemResponse } from './problem.ts'
import type { Call, Route } from './route.ts'
import { ROUTES } from './routes.ts'

export interface AppOptions {
  readonly deps: Deps
  readonly keys: EnvironmentKeys
  /** False: too many requests of this caller. The platform counts. */
  readonly withinRate: ((caller: string) => Promise<boolean>) | undefined
  /** openapi.yaml */
  readonly contract: string
}

export type App = (request: Request) => Promise<Response>

/** The whole HTTP interface: finds the route, checks who asks, parses, calls, and turns every error into a problem document. */
export function createApp(options: AppOptions): App {
  const hono = new Hono()
  for (const route of ROUTES)
    hono.on(route.method, honoPath(route.path), (context) => serve(options, route, context.req.raw, context.req.param()))
  const paths = ROUTES.map((route) => ({ route, pattern: new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`) }))
  hono.notFound((context) => {
    const own = paths.filter(({ pattern }) => pattern.test(context.req.path)).map(({ route }) => route.method)
    const allowed = own.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))
    return logged(options.deps, 'unknown', context.req.raw, async () => {
      throw allowed.length > 0
        ? new Refusal('method-not-allowed', `${context.req.method} is not allowed here`, `Use ${allowed.join(' or ')}.`, {
            details: { allow: allowed },
          })
        : new Refusal('unknown-route', 'there is nothing at this path', 'GET /openapi.yaml lists what there is.')
    })
  })
  return async (request) => hono.fetch(request)
}

/** What a log line may repeat of a path: an id that looks like ours, not whatever a caller wrote in its place. */
const CASE_ID = /^case_[0-9a-z]{26}$/

const honoPath = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1')

function serve(options: AppOptions, route: Route, request: Request, params: Record<string, string>): Promise<Response> {
  return logged(options.deps, route.id, request, async (requestId, about) => {
    const { deps } = options
    const principal = await admit(options, route, request)
    about.tenant = principal.tenant || null
    about.case = CASE_ID.test(params.id ?? '') ? (params.id ?? null) : null
    const url = new URL(request.url)
    const call = {
      ...{ deps, principal, request, requestId, origin: deps.config.publicUrl ?? url.origin, contract: options.contract },
      params: route.params?.parse(params),
      query: route.query?.parse(queryOf(url)),
    }
    const isRemembered = route.method === 'POST' && route.body?.kind !== 'multipart'
    const answer = await (isRemembered ? once(route, call) : route.handle({ ...call, body: await jsonBody(route, request) }))
    // A link is opened on machines that are nobody's own: nothing of a case may stay there.
    if (principal.linkId !== undefined) answer.headers.set('cache-control', 'no-store')
    return answer
  })
}

const NOBODY: Principal = { tenant: '', actor: 'nobody', scopes: new Set(), caseId: undefined, linkId: undefined }

async function admit({ deps, keys, withinRate }: AppOptions, route: Route, request: Request): Promise<Principal> {
  if (route.access === 'public' || route.access === 'signed-url') return NOBODY
  const principal = await authenticate(deps, keys, request)
  if (!route.access.some((scope) => principal.scopes.has(scope))) {
    throw new Refusal('forbidden', 'this key or link may not do that', `It needs one of: ${route.access.join(', ')}.`)
  }
  if (withinRate && !(await withinRate(`${principal.tenant}/${principal.actor}`))) {
    throw new Refusal('rate-limited', 'too many requests', 'Slow down; poll with the ETag or use the event stream.', {
      retryAfterSeconds: 10,
    })
  }
  return principal
}

/** Repeated names become lists. */
function queryOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const [only = '', ...more] = url.searchParams.getAll(name)
      return [name, more.length > 0 ? [only, ...more] : only]
    }),
  )
}

/** A POST, done once for each Idempotency-Key. */
async function once(route: Route, call: Omit<Call<unknown, unknown, unknown>, 'body'>): Promise<Response> {
  const { deps, principal, request } = call
  const memory = await Idempotency.of(deps, principal, request)
  const body = await jsonBody(route, request)
  if (!memory) return route.handle({ ...call, body })
  const fingerprint = `${request.method} ${new URL(request.url).pathname} ${JSON.stringify(body ?? null)}`
  const known = await memory.begin(async () => fingerprint)
  if (known) return known
  try {
    return await memory.finish(fingerprint, await route.handle({ ...call, body }))
  } catch (error) {
    await memory.forget()
    throw error
  }
}

async function jsonBody(route: Route, request: Request): Promise<unknown> {
  if (route.body?.kind !== 'json') return undefined
  const text = await bodyText(request.body)
  if (text.trim() === '') {
    if (route.body.optional) return route.body.schema.parse({})
    throw new Refusal('empty-body', 'the body is empty', 'Send a JSON object.')
  }
  return route.body.schema.parse(parseJson(text))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Refusal('not-json', 'the body is not JSON', 'Send a JSON object with content type application/json.')
  }
}

/** Whom a request was about, as far as it got. */
interface About {
  tenant: string | null
  case: string | null
}

/** One line a request: which operation, how it ended, how long it took. No path, because names of files are in it; no key, no token. */
async function logged(
  deps: Deps,
  operation: string,
  request: Request,
  serveIt: (requestId: string, about: About) => Promise<Response>,
): Promise<Response> {
  const requestId = request.headers.get('cf-ray') ?? crypto.randomUUID()
  const startedAt = deps.now()
  const about: About = { tenant: null, case: null }
  const done = (answer: Response, code?: string): Response => {
    deps.log('request', { request: requestId, ...about, operation, status: answer.status, ms: deps.now() - startedAt, code: code ?? null })
    answer.headers.set('x-request-id', requestId)
    answer.headers.set('referrer-policy', 'no-referrer')
    answer.headers.set('x-content-type-options', 'nosniff')
    return answer
  }
  try {
    return done(await serveIt(requestId, about))
  } catch (error) {
    const { code } = problemOf(error)
    if (code === 'internal') deps.log('error', { request: requestId, ...about, operation, ...errorFacts(error) })
    return done(problemResponse(error, requestId), code)
  }
}
