import { beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/http/routes.ts'
import { OPERATIONS } from '../support/contract.ts'
import { OPERATOR_KEY, TestService } from '../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await TestService.start()
})

const asks = ROUTES.filter(({ access }) => access !== 'public')

it.each(asks.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s refuses a query that it does not know, by its name',
  async (_, route) => {
    const path = route.path.replace('{number}', '1').replace(/\{\w+\}/g, 'none')
    const key = typeof route.access !== 'string' && route.access.includes('operator') ? { key: OPERATOR_KEY } : {}
    const answer = await service.call(route.method, `${path}?colour=red`, route.body?.kind === 'json' ? {} : undefined, key)
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request', errors: expect.any(Array) } })
    expect(JSON.stringify(answer.body)).toContain('colour')
  },
)

it.each(['/v1/health', '/v1/signing-key', '/openapi.yaml'])('%s lets a probe add what it likes', async (path) => {
  expect((await service.fetch('GET', `${path}?t=1`, { key: null })).status).toBe(200)
})

it.each([
  ['?stauts=open', 'stauts'],
  ['?peer=printer', 'peer'],
  ['?since=yesterday', 'since'],
  ['?since=2026-03-01T14:05:00+01:00', '%2B'],
])('the list of cases refuses %s and says what is wrong', async (query, word) => {
  const answer = await service.call<{ detail: string }>('GET', `/v1/cases${query}`)
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request', detail: expect.stringContaining(word) } })
})

describe('openapi.yaml', () => {
  const closed = OPERATIONS.filter(({ operation }) => operation.requestBody?.content['application/json'])
  it.each(closed.map(({ operation }) => [operation.operationId, operation] as const).filter(([id]) => id !== 'putDigest'))(
    'says that the body of %s holds nothing else',
    (_, operation) => {
      expect(operation.requestBody?.content['application/json']?.schema).toMatchObject({ additionalProperties: false })
    },
  )
})
