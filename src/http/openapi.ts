import { z } from 'zod'
import { ReceiptSummary } from '../cases/receipt-summary.ts'
import { CaseView, FileView } from '../cases/view.ts'
import { Diagnosis } from '../core/diagnosis/schema.ts'
import { CutReceipt } from '../core/intake/receipt.ts'
import { type ProblemCode, STATUS } from './problem.ts'
import type { AnswerSpec, Route } from './route.ts'
import { StoredFile } from './routes/files.ts'
import { IntakeView } from './routes/intake.ts'
import { OpenedCaseView } from './schemas.ts'

/** RFC 9457, with what every problem of this service says beside. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(STATUS) as [ProblemCode, ...ProblemCode[]]).describe('Stable: what programs look at.'),
  detail: z.string(),
  advice: z.string().describe('What to do about it.'),
  requestId: z.string(),
})

const NAMED: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ['Case', CaseView],
  ['OpenedCase', OpenedCaseView],
  ['Intake', IntakeView],
  ['StoredFile', StoredFile],
  ['File', FileView],
  ['CutReceipt', CutReceipt],
  ['ReceiptSummary', ReceiptSummary],
  ['Diagnosis', Diagnosis],
  ['Problem', Problem],
]

for (const [id, schema] of NAMED) z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id })

type Json = { [member: string]: unknown }

/** A schema as OpenAPI 3.1 has it. `input` is what a caller writes, `output` what is sent or, in a query, what it is read as. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const name = NAMED.find(([, named]) => named === schema)?.[0]
  return name ? reference(name) : tidy(z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json, io === 'input')
}

/** A named schema's own definition: at its root, not a reference to itself. */
function componentOf(name: string, schema: z.ZodType): Json {
  const made = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }) as { $defs?: Json } & Json
  return tidy((made.$defs?.[name] as Json | undefined) ?? made)
}

/** Members that say nothing to a reader. */
const LEFT_OUT = new Set(['$schema', '$defs', 'id'])

/** `isClosed`: a body that may hold nothing undocumented says so; what is sent may gain members. */
function tidy(schema: Json, isClosed = false): Json {
  const members: [string, unknown][] = []
  for (const [name, value] of Object.entries(schema)) {
    if (LEFT_OUT.has(name)) continue
    if (name === 'additionalProperties' && typeof value !== 'object' && !(isClosed && value === false)) continue
    // The pattern of a date and time is a page of digits, and `format` says it.
    if (name === 'pattern' && schema.format === 'date-time') continue
    if (value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER) continue
    if (name === '$ref') members.push([name, String(value).replace('#/$defs/', '#/components/schemas/')])
    else if (name === 'properties')
      members.push([name, Object.fromEntries(Object.entries(value as Json).map(([key, inner]) => [key, tidy(inner as Json, isClosed)]))])
    else members.push([name, tidied(value, isClosed)])
  }
  return Object.fromEntries(members)
}

function tidied(value: unknown, isClosed: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => tidied(item, isClosed))
  return typeof value === 'object' && value !== null ? tidy(value as Json, isClosed) : value
}

/** The contract as an OpenAPI 3.1 document, written from the table of routes. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hangup',
      version,
      summary: 'Says who hung up a TCP connection, and proves it.',
      description:
        'Send captures and logs of one incident; they are cut to the moment while they stream in, and diagnosed. Errors are RFC 9457 problem documents with a stable `code` and `advice`. A member of a body or a name in a query that is not documented is refused with `bad-request`. Every POST honours `Idempotency-Key`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:8787', description: 'npm start' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or the token of a case link.' } },
      schemas: Object.fromEntries(NAMED.map(([name, schema]) => [name, componentOf(name, schema)])),
    },
  }
}

function operation(route: Route): Json {
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.access === 'public' || route.access === 'signed-url' ? [] : [{ bearer: [] }],
    ...(typeof route.access === 'string' ? {} : { 'x-scopes': [...route.access] }),
    parameters: [...parametersOf(route, 'path'), ...parametersOf(route, 'query'), ...headerParameters(route)],
    ...(route.body ? { requestBody: requestBody(route.body) } : {}),
    responses: { ...Object.fromEntries(Object.entries(route.answers).map(([status, spec]) => [status, answer(spec)])), ...problems(route) },
  }
}

function parametersOf(route: Route, place: 'path' | 'query'): Json[] {
  const shape = (place === 'path' ? route.params : route.query)?.shape ?? {}
  return Object.entries(shape).map(([name, type]) => {
    const { description, default: fallback, ...schema } = schemaOf(type as z.ZodType, 'output')
    const isRequired = place === 'path' || !(type as z.ZodType).safeParse(undefined).success
    const typed = fallback === undefined ? schema : { ...schema, default: fallback }
    return { name, in: place, required: isRequired, ...(description ? { description } : {}), schema: typed }
  })
}

const text = (name: string, description: string): Json => ({ name, in: 'header', required: false, description, schema: { type: 'string' } })

function headerParameters(route: Route): Json[] {
  if (route.method === 'POST')
    return [text('Idempotency-Key', 'The same key and request again gives the same answer; another request with it is 422.')]
  const conditional = route.answers[304] ? [text('If-None-Match', 'An ETag: 304 while it still holds.')] : []
  const ranged = route.answers[206] ? [text('Range', 'One byte range.')] : []
  return [...conditional, ...ranged, ...(route.id === 'streamEvents' ? [text('Last-Event-ID', 'Where to go on.')] : [])]
}

function requestBody(body: NonNullable<Route['body']>): Json {
  if (body.kind === 'json') return { required: !body.optional, content: { 'application/json': { schema: schemaOf(body.schema, 'input') } } }
  if (body.kind === 'stream') {
    const content = Object.fromEntries(
      body.mediaTypes.map((type) => [type, type === 'application/json' ? { schema: reference('CutReceipt') } : {}]),
    )
    return { required: true, description: body.description, content }
  }
  const fields = schemaOf(body.fields, 'input') as { properties?: Json; required?: string[] }
  const file = {
    type: 'array',
    items: { type: 'string', contentMediaType: 'application/octet-stream' },
    description: 'Captures and logs, after the fields.',
  }
  const schema = { type: 'object', properties: { ...fields.properties, file }, required: [...(fields.required ?? []), 'file'] }
  return { required: true, description: body.description, content: { 'multipart/form-data': { schema } } }
}

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

function answer(spec: AnswerSpec): Json {
  const content = Object.entries(spec.content ?? {}).map(([type, schema]) => {
    if (schema === 'binary') return [type, {}]
    return [type, { schema: schema === 'text' ? { type: 'string' } : schemaOf(schema, 'output') }]
  })
  const headers = Object.entries(spec.headers ?? {}).map(([name, description]) => [name, { description, schema: { type: 'string' } }])
  return {
    description: spec.description,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(content.length > 0 ? { content: Object.fromEntries(content) } : {}),
  }
}

/** Every documented problem of an operation: its own, and what any call can meet. */
export function problemCodes(route: Route): readonly ProblemCode[] {
  const guarded: ProblemCode[] = typeof route.access === 'string' ? [] : ['unauthorized', 'forbidden', 'rate-limited']
  const asked: ProblemCode[] = route.access === 'public' ? [] : ['bad-request']
  return [...new Set<ProblemCode>([...asked, ...route.problems, ...guarded, 'internal'])]
}

function problems(route: Route): Json {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of problemCodes(route)) byStatus.set(STATUS[code], [...(byStatus.get(STATUS[code]) ?? []), code])
  const content = { 'application/problem+json': { schema: reference('Problem') } }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: codes.map((code) => `\`${code}\``).join(', '), content, 'x-codes': codes },
    ]),
  )
}
