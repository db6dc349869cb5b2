import type { DeliveryRecord, WebhookRecord } from '../../store/sql/webhooks.ts'
import type { Deps, Principal } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import type { WebhookEvent } from './owe.ts'
import { newWebhookSecret } from './sign.ts'
import { checkTarget } from './target.ts'

const LOG = 100 // deliveries shown

export async function addWebhook(deps: Deps, principal: Principal, url: string, events: readonly WebhookEvent[]): Promise<WebhookRecord> {
  await checkTarget(deps, url)
  const hook: WebhookRecord = {
    ...{ id: newId('wh', deps), tenant: principal.tenant, url, events, secret: newWebhookSecret(deps), createdAt: deps.now() },
    ...{ previousSecret: undefined, previousUntil: undefined },
  }
  await deps.state.webhooks.add(hook)
  return hook
}

async function findWebhook(deps: Deps, principal: Principal, id: string): Promise<WebhookRecord> {
  const hook = await deps.state.webhooks.get(principal.tenant, id)
  if (!hook) throw new Refusal('unknown-webhook', 'there is no such webhook', 'List the webhooks.')
  return hook
}

/** A new secret; for the grace period messages carry signatures by both. */
export async function rotateWebhook(deps: Deps, principal: Principal, id: string, graceSeconds: number): Promise<WebhookRecord> {
  await findWebhook(deps, principal, id)
  await deps.state.webhooks.rotate(principal.tenant, id, newWebhookSecret(deps), deps.now() + graceSeconds * 1000)
  return findWebhook(deps, principal, id)
}

export async function removeWebhook(deps: Deps, principal: Principal, id: string): Promise<void> {
  await findWebhook(deps, principal, id)
  await deps.state.webhooks.remove(principal.tenant, id)
}

export async function listDeliveries(deps: Deps, principal: Principal, id: string): Promise<DeliveryRecord[]> {
  await findWebhook(deps, principal, id)
  return deps.state.webhooks.deliveries(principal.tenant, id, LOG)
}

/** Sends a message again, with the same id and body: receivers that saw it can tell. */
export async function redeliver(deps: Deps, principal: Principal, webhookId: string, deliveryId: string): Promise<void> {
  await findWebhook(deps, principal, webhookId)
  const delivery = await deps.state.webhooks.delivery(principal.tenant, deliveryId)
  if (delivery?.webhookId !== webhookId)
    throw new Refusal('unknown-delivery', 'there is no such delivery', 'List the deliveries of the webhook.')
  await deps.state.webhooks.again(deliveryId, deps.now())
  await deps.jobs.send({ kind: 'deliver', tenant: principal.tenant, caseId: delivery.caseId, deliveryId })
}
