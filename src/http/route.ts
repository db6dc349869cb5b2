import { z } from 'zod'
import type { Deps, Principal, Scope } from '../cases/deps.ts'
import type { ProblemCode } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a body may be. Streams are handed to the handler unread. */
export type BodySpec =
  | { readonly kind: 'json'; readonly schema: z.ZodType; readonly optional?: boolean }
  | { readonly kind: 'stream'; readonly mediaTypes: readonly string[]; readonly description: string }
  | { readonly kind: 'multipart'; readonly fields: z.ZodType; readonly description: string }

export interface AnswerSpec {
  readonly description: string
  /** By media type: a schema, or `binary`, or `text`. */
  readonly content?: Readonly<Record<string, z.ZodType | 'binary' | 'text'>>
  readonly headers?: Readonly<Record<string, string>>
}

/** One request, parsed, with who asks. */
export interface Call<Params, Query, Body> {
  readonly deps: Deps
  readonly principal: Principal
  readonly request: Request
  readonly requestId: string
  /** Scheme and host under which the service is reached; no slash at the end. */
  readonly origin: string
  /** openapi.yaml */
  readonly contract: string
  readonly params: Params
  readonly query: Query
  readonly body: Body
}

/** One line of the API: what `openapi.yaml` says, what may be called by whom, and what answers. */
export interface Route {
  readonly method: Method
  /** As OpenAPI writes it: `/v1/cases/{id}`. */
  readonly path: string
  readonly id: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  /** Any of these scopes suffices. */
  readonly access: readonly Scope[] | 'public' | 'signed-url'
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: BodySpec
  readonly answers: Readonly<Record<number, AnswerSpec>>
  readonly problems: readonly ProblemCode[]
  readonly handle: (call: Call<unknown, unknown, unknown>) => Promise<Response>
}

const NO_QUERY = z.object({})

type Parsed<Schema> = Schema extends z.ZodType ? z.infer<Schema> : undefined
type ParsedBody<Spec> = Spec extends { kind: 'json'; schema: infer Schema } ? Parsed<Schema> : undefined

interface TypedRoute<Params extends z.ZodObject | undefined, Query extends z.ZodObject | undefined, Body extends BodySpec | undefined>
  extends Omit<Route, 'params' | 'query' | 'body' | 'handle'> {
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  readonly handle: (call: Call<Parsed<Params>, Parsed<Query>, ParsedBody<Body>>) => Promise<Response>
}

/**
 * Ties the handler's types to the schemas; the app parses with the schemas before it calls. A query may name only what the route knows:
 * who mistypes a filter is not to be shown everything. Probes may add what they like to what is public.
 */
export function route<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  const Body extends BodySpec | undefined = undefined,
>(typed: TypedRoute<Params, Query, Body>): Route {
  const query = typed.access === 'public' ? typed.query : (typed.query ?? NO_QUERY).strict()
  return { ...typed, query } as unknown as Route
}

/** A stored time, milliseconds since the Unix epoch, as answers write it. */
export const isoOf = (ms: number): string => new Date(ms).toISOString()
export const maybeIso = (ms: number | undefined): string | null => (ms === undefined ? null : isoOf(ms))

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' }

/** A body whose JSON comes in pieces, each valid until the next is asked for: what has megabytes is not gathered. */
export function streamJson(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
  const body = new ReadableStream({
    async pull(controller) {
      const next = await source.next()
      if (next.done) controller.close()
      else if (next.value.length > 0) controller.enqueue(next.value.slice())
    },
    async cancel() {
      await source.return?.()
    },
  })
  return new Response(body, { status, headers: { ...JSON_HEADERS, ...headers } })
}

export const answerNothing = (): Response => new Response(null, { status: 204 })

export const answerJson = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...JSON_HEADERS, ...headers } })
