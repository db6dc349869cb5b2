import { z } from 'zod'
import { addWebhook, listDeliveries, redeliver, removeWebhook, rotateWebhook } from '../../cases/webhooks/endpoints.ts'
import { WEBHOOK_EVENTS } from '../../cases/webhooks/owe.ts'
import type { WebhookRecord } from '../../store/sql/webhooks.ts'
import { WRITE_PROBLEMS } from '../problem.ts'
import { answerJson, answerNothing, isoOf, maybeIso, type Route, route } from '../route.ts'
import { rotation } from '../schemas.ts'

const Time = z.iso.datetime()
const WebhookView = z.object({ id: z.string(), url: z.string(), events: z.array(z.enum(WEBHOOK_EVENTS)), createdAt: Time })
const SecretView = WebhookView.extend({ secret: z.string().describe('Verifies the signatures (Standard Webhooks); shown once.') })
const view = ({ id, url, events, createdAt }: WebhookRecord) => ({ id, url, events: [...events], createdAt: isoOf(createdAt) })
const Params = z.object({ webhookId: z.string().max(64) })

const add = route({
  method: 'POST',
  path: '/v1/webhooks',
  id: 'addWebhook',
  tag: 'Webhooks',
  summary: 'Adds an endpoint that is told what happens to cases.',
  description: 'https on 443 or 8443, a public name, no user-info. Signed by the Standard Webhooks scheme; retried with backoff for a day.',
  access: ['admin'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      url: z.url().max(2000),
      events: z
        .array(z.enum(WEBHOOK_EVENTS))
        .min(1)
        .default([...WEBHOOK_EVENTS]),
    }),
  },
  answers: { 201: { description: 'The endpoint, with its secret.', content: { 'application/json': SecretView } } },
  problems: [...WRITE_PROBLEMS, 'bad-callback-url'],
  async handle({ deps, principal, body }) {
    const hook = await addWebhook(deps, principal, body.url, body.events)
    return answerJson({ ...view(hook), secret: hook.secret }, 201)
  },
})

const list = route({
  method: 'GET',
  path: '/v1/webhooks',
  id: 'listWebhooks',
  tag: 'Webhooks',
  summary: 'The endpoints of your tenant.',
  access: ['admin'],
  answers: { 200: { description: 'All of them.', content: { 'application/json': z.object({ webhooks: z.array(WebhookView) }) } } },
  problems: [],
  handle: async ({ deps, principal }) => answerJson({ webhooks: (await deps.state.webhooks.of(principal.tenant)).map(view) }),
})

const rotate = route({
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/rotate',
  id: 'rotateWebhook',
  tag: 'Webhooks',
  summary: 'A new secret; for the grace period messages are signed by both.',
  access: ['admin'],
  params: Params,
  body: rotation(7),
  answers: { 200: { description: 'The endpoint, with its new secret.', content: { 'application/json': SecretView } } },
  problems: [...WRITE_PROBLEMS, 'unknown-webhook'],
  async handle({ deps, principal, params, body }) {
    const hook = await rotateWebhook(deps, principal, params.webhookId, body.graceSeconds)
    return answerJson({ ...view(hook), secret: hook.secret })
  },
})

const remove = route({
  method: 'DELETE',
  path: '/v1/webhooks/{webhookId}',
  id: 'removeWebhook',
  tag: 'Webhooks',
  summary: 'Removes an endpoint and what is still owed to it.',
  access: ['admin'],
  params: Params,
  answers: { 204: { description: 'Removed.' } },
  problems: ['unknown-webhook'],
  async handle({ deps, principal, params }) {
    await removeWebhook(deps, principal, params.webhookId)
    return answerNothing()
  },
})

const DeliveryView = z.object({
  ...{ id: z.string(), caseId: z.string(), type: z.string(), createdAt: Time, attempts: z.number().int(), deliveredAt: Time.nullable() },
  ...{ nextAt: Time.nullable(), lastStatus: z.number().int().nullable(), lastError: z.string().nullable() },
})

const deliveries = route({
  method: 'GET',
  path: '/v1/webhooks/{webhookId}/deliveries',
  id: 'listDeliveries',
  tag: 'Webhooks',
  summary: 'What was sent to an endpoint, and what came of it.',
  access: ['admin'],
  params: Params,
  answers: {
    200: { description: 'The newest hundred.', content: { 'application/json': z.object({ deliveries: z.array(DeliveryView) }) } },
  },
  problems: ['unknown-webhook'],
  async handle({ deps, principal, params }) {
    const found = await listDeliveries(deps, principal, params.webhookId)
    return answerJson({
      deliveries: found.map(({ id, caseId, type, createdAt, attempts, deliveredAt, nextAt, lastStatus, lastError }) => ({
        ...{ id, caseId, type, createdAt: isoOf(createdAt), attempts, deliveredAt: maybeIso(deliveredAt) },
        ...{ nextAt: deliveredAt === undefined ? maybeIso(nextAt) : null, lastStatus: lastStatus ?? null, lastError: lastError ?? null },
      })),
    })
  },
})

const again = route({
  method: 'POST',
  path: '/v1/webhooks/{webhookId}/deliveries/{deliveryId}/redeliver',
  id: 'redeliver',
  tag: 'Webhooks',
  summary: 'Sends a message again, with the same id.',
  access: ['admin'],
  params: Params.extend({ deliveryId: z.string().max(200) }),
  answers: { 202: { description: 'Queued.', content: { 'application/json': z.object({ id: z.string() }) } } },
  problems: ['unknown-webhook', 'unknown-delivery', 'idempotency-mismatch', 'idempotency-in-progress'],
  async handle({ deps, principal, params }) {
    await redeliver(deps, principal, params.webhookId, params.deliveryId)
    return answerJson({ id: params.deliveryId }, 202)
  },
})

export const WEBHOOK_ROUTES: readonly Route[] = [add, list, rotate, remove, deliveries, again]
