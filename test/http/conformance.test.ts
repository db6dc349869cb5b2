import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { CONTRACT, OPERATIONS, type Operation } from '../support/contract.ts'
import { openCase, putSample, SAMPLE } from '../support/sample.ts'
import { OPERATOR_KEY, TestService } from '../support/service.ts'

/**
 * Walks openapi.yaml: every operation is called well and badly, with bodies generated from its own schema. `TestService` fails whenever an
 * answer's status, type, content or problem code is not documented; here it is checked besides that nothing ends in 500 and that what
 * the schema refuses is refused.
 */
let service: TestService
const ids: Record<string, string> = {
  name: 'early-close.pcap',
  number: '1',
  keyId: 'none',
  webhookId: 'none',
  deliveryId: 'none',
  linkId: 'none',
  uploadId: 'none',
  tenant: 'dev',
}

beforeAll(async () => {
  service = await TestService.start()
  ids.id = await openCase(service)
  await putSample(service, ids.id)
  await service.call('POST', `/v1/cases/${ids.id}/diagnose`)
  await service.settle()
})

const path = (template: string): string => template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? 'none'))
const keyFor = (operation: Operation): string | undefined => (operation['x-scopes']?.includes('operator') ? OPERATOR_KEY : undefined)

interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly minItems?: number
}

/** What fits a schema of the contract: as much of JSON Schema as the contract uses for bodies. */
function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting))
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => fitting({ ...schema, type })))
  if (schema.type === 'object') return fittingObject(schema)
  if (schema.type === 'array')
    return fc.array(fitting(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 3, 3) })
  if (schema.type === 'integer')
    return fc.integer({
      min: Math.max(schema.minimum ?? (schema.exclusiveMinimum ?? -1) + 1, -1e6),
      max: Math.min(schema.maximum ?? 1e6, 1e9),
    })
  if (schema.type === 'number') return fc.double({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1e5, 1e5), noNaN: true })
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'string') return fittingText(schema)
  return fc.jsonValue()
}

function fittingText({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time')
    return fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'uri') return fc.constantFrom('https://example.com/x', 'https://[2606:2800:220:1::1]/', 'ftp://example.com')
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  const meaningful = ['10.0.0.9:9100', 'Europe/Berlin', '90', 'PT5M'].filter(({ length }) => length >= minLength && length <= maxLength)
  return fc.oneof(fc.string({ minLength, maxLength: Math.min(maxLength, 40) }), ...meaningful.map((text) => fc.constant(text)))
}

function fittingObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const entries = Object.entries(properties).map(([name, schema]) => [name, fitting(schema)] as const)
  return fc.record(Object.fromEntries(entries), { requiredKeys: [...required] as never[] })
}

const withBody = OPERATIONS.filter(
  ({ operation }) =>
    operation.requestBody?.content['application/json']?.schema &&
    !operation.requestBody.content['application/octet-stream'] &&
    operation.operationId !== 'putDigest',
)

describe('every operation', () => {
  it.each(OPERATIONS.map((entry) => [entry.operation.operationId, entry] as const))(
    '%s answers what is documented, whatever it is sent',
    async (_id, { method, path: template, operation }) => {
      const key = keyFor(operation)
      const junk: (string | undefined)[] =
        method === 'GET' || method === 'DELETE' ? [undefined] : [undefined, '', '{', '[]', '"x"', '{"a":1}', '\u0000', '{"incidentAt":7}']
      const queries = operation.parameters.some((parameter) => parameter.in === 'query')
        ? [
            '',
            ...operation.parameters
              .filter((parameter) => parameter.in === 'query')
              .flatMap(({ name }) => [`?${name}=%00`, `?${name}=-1`, `?${name}=a&${name}=b`]),
          ]
        : ['']
      for (const query of queries) {
        for (const body of junk) {
          const target = method === 'DELETE' ? template.replace(/\{(\w+)\}/g, 'none') : path(template)
          const answer = await service.fetch(method, `${target}${query}`, {
            ...(body === undefined ? {} : { body }),
            ...(key ? { key } : {}),
          })
          expect(answer.status, `${query} ${body}`).not.toBe(500)
          await (answer.headers.get('content-type') === 'text/event-stream' ? answer.body?.cancel() : answer.text())
        }
      }
    },
  )

  it.each(withBody.map((entry) => [entry.operation.operationId, entry] as const))(
    '%s takes or refuses, with reason, any body that fits its schema',
    async (_id, { method, path: template, operation }) => {
      const schema = operation.requestBody?.content['application/json']?.schema as Schema
      const validate = new Ajv2020({ strict: false, validateFormats: false })
        .addSchema({ components: CONTRACT.components }, '')
        .compile(schema)
      await fc.assert(
        fc.asyncProperty(fitting(schema), async (body) => {
          expect(validate(body), JSON.stringify(body)).toBe(true)
          const { status, body: said } = await service.call<{ code?: string }>(
            method,
            path(template),
            body,
            keyFor(operation) ? { key: keyFor(operation) } : {},
          )
          expect(status, JSON.stringify(said)).toBeLessThan(500)
        }),
        { numRuns: 25, seed: 7 },
      )
    },
  )

  it.each(withBody.map((entry) => [entry.operation.operationId, entry] as const))(
    '%s refuses every body that its schema refuses',
    async (_id, { method, path: template, operation }) => {
      const schema = operation.requestBody?.content['application/json']?.schema as Schema
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        const wrong = property.type === 'string' || property.enum ? 7 : 'x'.repeat(50)
        const good = operation.operationId === 'openCase' ? SAMPLE : {}
        const answer = await service.call<{ code: string }>(
          method,
          path(template),
          { ...good, [name]: wrong },
          keyFor(operation) ? { key: keyFor(operation) } : {},
        )
        expect(answer, name).toMatchObject({ status: 400, body: { code: 'bad-request' } })
      }
    },
  )
})
