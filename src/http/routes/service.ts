import { z } from 'zod'
import { healthOf } from '../../cases/health.ts'
import { signingKey } from '../../cases/signing.ts'
import { ENGINE_VERSION } from '../../core/version.ts'
import { ErrorLookup, errorAnswer } from '../error-lookup.ts'
import { answerJson, type Route, route } from '../route.ts'

const health = route({
  method: 'GET',
  path: '/v1/health',
  id: 'getHealth',
  tag: 'Service',
  summary: 'Whether the service works: ok or degraded.',
  access: 'public',
  answers: {
    200: { description: 'It works.', content: { 'application/json': z.object({ status: z.literal('ok') }) } },
    503: {
      description: 'Something it needs does not answer.',
      content: { 'application/json': z.object({ status: z.literal('degraded') }) },
    },
  },
  problems: [],
  async handle({ deps }) {
    const status = await healthOf(deps)
    return answerJson({ status }, status === 'ok' ? 200 : 503)
  },
})

const errors = route({
  method: 'GET',
  path: '/v1/errors',
  id: 'lookUpErrors',
  tag: 'Service',
  summary: 'Decodes an error code or wording.',
  access: ['cases:read', 'cases:write', 'link:report', 'link:bundle', 'link:upload'],
  query: z.object({ q: z.string().min(1).max(500).describe('A code (10053, 0x80072746, ECONNRESET) or the words of a message.') }),
  answers: { 200: { description: 'What it is known to mean; empty when unknown.', content: { 'application/json': ErrorLookup } } },
  problems: [],
  handle: async ({ query }) => answerJson(errorAnswer(query.q), 200, { 'cache-control': 'private, max-age=3600' }),
})

const publicKey = route({
  method: 'GET',
  path: '/v1/signing-key',
  id: 'getSigningKey',
  tag: 'Service',
  summary: 'The public key that verifies the manifests of bundles.',
  access: 'public',
  answers: {
    200: {
      description: 'Ed25519, raw, base 64.',
      content: {
        'application/json': z.object({
          ...{ id: z.string(), algorithm: z.literal('Ed25519'), publicKey: z.string() },
          engine: z.object({ name: z.literal('hangup'), version: z.string() }),
        }),
      },
    },
  },
  problems: [],
  async handle({ deps }) {
    const { id, publicKey } = await signingKey(deps)
    const engine = { name: 'hangup', version: ENGINE_VERSION }
    return answerJson({ id, algorithm: 'Ed25519', publicKey, engine }, 200, { 'cache-control': 'public, max-age=300' })
  },
})

const contract = route({
  method: 'GET',
  path: '/openapi.yaml',
  id: 'getContract',
  tag: 'Service',
  summary: 'This document.',
  access: 'public',
  answers: { 200: { description: 'OpenAPI 3.1.', content: { 'application/yaml': 'text' } } },
  problems: [],
  handle: async ({ contract: text }) =>
    new Response(text, { headers: { 'content-type': 'application/yaml', 'access-control-allow-origin': '*' } }),
})

export const SERVICE_ROUTES: readonly Route[] = [health, errors, publicKey, contract]
