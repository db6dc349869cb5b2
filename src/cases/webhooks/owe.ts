import type { CaseRecord } from '../../store/records.ts'
import type { Deps } from '../deps.ts'
import { newId } from '../ids.ts'

export const WEBHOOK_EVENTS = ['case.diagnosed', 'case.failed', 'case.files.received'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/**
 * Enters a message in the outbox for every endpoint that wants it. A message names the case and what was found in short; the
 * evidence stays here.
 *
 * @param once makes the message's identity, where a step may run twice
 */
export async function owe(deps: Deps, about: CaseRecord, type: WebhookEvent, data: Record<string, unknown>, once?: string): Promise<void> {
  const { tenant, id: caseId } = about
  const endpoints = (await deps.state.webhooks.of(tenant)).filter((hook) => hook.events.includes(type)).map((hook) => hook.id)
  const wantsCallback = about.callbackSecret !== undefined && type !== 'case.files.received'
  const now = deps.now()
  const ticket = about.question.ticket
  const payload = JSON.stringify({ type, timestamp: new Date(now).toISOString(), data: { caseId, ...(ticket ? { ticket } : {}), ...data } })
  for (const webhookId of [...endpoints, ...(wantsCallback ? [undefined] : [])]) {
    const id = once === undefined ? newId('msg', deps) : `msg_${caseId.replace(/^case_/, '')}_${once}_${webhookId ?? 'callback'}`
    const undone = { attempts: 0, deliveredAt: undefined, lastStatus: undefined, lastError: undefined }
    const owed = await deps.state.webhooks.owe({ id, tenant, caseId, webhookId, type, payload, createdAt: now, nextAt: now, ...undone })
    if (owed) await deps.jobs.send({ kind: 'deliver', tenant, caseId, deliveryId: id })
  }
}
