import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { contractText } from '../../infra/openapi.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { CONTRACT, OPERATIONS } from '../support/contract.ts'
import { TestService } from '../support/service.ts'

const committed = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')

describe('openapi.yaml', () => {
  it('is what npm run openapi writes', () => expect(committed).toBe(contractText()))

  it("is valid by the specification's own schema", async () => {
    const { errors, valid } = await new Validator().validate(committed)
    expect({ errors, valid }).toEqual({ errors: undefined, valid: true })
  })

  it('has the operations that the app routes, and no others', () => {
    const documented = OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()
    expect(documented).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort())
  })

  it.each(OPERATIONS.map((entry) => [entry.operation.operationId, entry] as const))(
    '%s is described well enough to be called',
    (_id, entry) => {
      const { operation, path } = entry
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      expect(operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(inPath)
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
      expect(operation.responses['500']).toBeDefined()
      if (operation.security.length > 0) expect(operation.responses['401']).toBeDefined()
    },
  )

  it('names every operation once', () => {
    const ids = OPERATIONS.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('refers to nothing that is not there', () => {
    const references = [...committed.matchAll(/\$ref: "?#\/components\/schemas\/(\w+)/g)].map(([, name]) => name ?? '')
    expect(new Set(references)).toEqual(new Set(Object.keys(CONTRACT.components.schemas)))
  })

  it('is served to anybody', async () => {
    const service = await TestService.start()
    const answer = await service.fetch('GET', '/openapi.yaml', { key: null })
    expect(await answer.text()).toBe(committed)
  })
})
