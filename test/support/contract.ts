import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { parse } from 'yaml'

export interface Operation {
  readonly operationId: string
  readonly security: readonly unknown[]
  readonly 'x-scopes'?: readonly string[]
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, { readonly schema?: object }>> }
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>>; readonly 'x-codes'?: readonly string[] }>
  >
}

interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** openapi.yaml, as customers read it. */
export const CONTRACT = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Contract

export const OPERATIONS = Object.entries(CONTRACT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
)

const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(closed({ components: CONTRACT.components }) as object, 'contract')
const validators = new Map<object, ValidateFunction>()

/** Problem documents have members of their own kind (RFC 9457 §3.2). */
function isProblem(schema: { properties?: unknown }): boolean {
  return (
    typeof schema.properties === 'object' && schema.properties !== null && 'advice' in schema.properties && 'title' in schema.properties
  )
}

/** The contract lets answers gain fields; here every field must be documented, so objects are closed. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === '$ref' ? `contract${inner}` : closed(inner)]),
  )
  const isObject = 'properties' in members && members.type === 'object' && !('additionalProperties' in members)
  return isObject && !isProblem(members) ? { ...members, additionalProperties: false } : members
}

const patterns = OPERATIONS.map((entry) => ({ ...entry, pattern: new RegExp(`^${entry.path.replace(/\{\w+\}/g, '[^/]+')}$`) }))

/** Fails when an answer's status, type or content is not what openapi.yaml says of the operation. */
export async function expectDocumented(method: string, path: string, answer: Response): Promise<void> {
  const asked = method === 'HEAD' ? 'GET' : method
  const entry = patterns.find(({ method: own, pattern }) => own === asked && pattern.test(path))
  if (!entry) return expect([404, 405], `${method} ${path} is not in openapi.yaml`).toContain(answer.status)
  const { operation } = entry
  const documented = operation.responses[String(answer.status)]
  if (!documented)
    throw new Error(`${operation.operationId} answered ${answer.status}, which is not documented: ${(await answer.text()).slice(0, 400)}`)
  const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
  const content = documented.content?.[type]
  if (!content)
    return expect(type === '' || documented.content === undefined, `${operation.operationId}: type ${type} is not documented`).toBe(true)
  if (method === 'HEAD' || !content.schema || !/json$/.test(type)) return
  const body: unknown = await answer.json()
  const validate = validators.get(content.schema) ?? ajv.compile(closed(content.schema) as object)
  validators.set(content.schema, validate)
  if (!validate(body)) throw new Error(`${operation.operationId} ${answer.status}: ${ajv.errorsText(validate.errors)}`)
  const codes = documented['x-codes']
  if (codes) expect(codes, `${operation.operationId} ${answer.status}`).toContain((body as { code: string }).code)
}
