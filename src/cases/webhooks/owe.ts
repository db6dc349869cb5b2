import type { CaseRecord } from '../../store/records.ts'
import type { DeliveryRecord } from '../../store/sql/webhooks.ts'
import type { Deps } from '../deps.ts'
import { newId } from '../ids.ts'

export const WEBHOOK_EVENTS = ['case.diagnosed', 'case.failed', 'case.files.received'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/**
 * The messages of an event, one for every endpoint that wants it. A message names the case and what was found in short; the
 * evidence stays here.
 */
export async function owedFor(deps: Deps, about: CaseRecord, type: WebhookEvent, data: Record<string, unknown>): Promise<DeliveryRecord[]> {
  const { tenant, id: caseId } = about
  const endpoints = (await deps.state.webhooks.of(tenant)).filter((hook) => hook.events.includes(type)).map((hook) => hook.id)
  const wantsCallback = about.callbackSecret !== undefined && type !== 'case.files.received'
  const now = deps.now()
  const ticket = about.question.ticket
  const payload = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data: { caseId, ...(ticket ? { ticket } : {}), ...data } })
  return [...endpoints, ...(wantsCallback ? [undefined] : [])].map((webhookId) => ({
    ...{ id: newId('msg', deps), tenant, caseId, webhookId, type, payload, createdAt: now, nextAt: now },
    ...{ attempts: 0, deliveredAt: undefined, lastStatus: undefined, lastError: undefined },
  }))
}

/** Queues messages that the outbox holds; those that are not queued for some failure are by the sweep. */
export async function send(deps: Deps, owed: readonly DeliveryRecord[]): Promise<void> {
  for (const { id, tenant, caseId } of owed) await deps.jobs.send({ kind: 'deliver', tenant, caseId, deliveryId: id })
}

/** Tells of an event that is no change of the case's state. */
export async function owe(deps: Deps, about: CaseRecord, type: WebhookEvent, data: Record<string, unknown>): Promise<void> {
  for (const delivery of await owedFor(deps, about, type, data)) {
    if (await deps.state.webhooks.owe(delivery)) await send(deps, [delivery])
  }
}
