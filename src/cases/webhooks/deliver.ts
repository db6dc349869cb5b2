import type { DeliveryRecord } from '../../store/sql/webhooks.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { webhookSignature } from './sign.ts'
import { checkTarget } from './target.ts'

/** Seconds after each failed attempt: about a day in all. */
const BACKOFF = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800] as const
const PATIENCE = 15_000 // milliseconds for one attempt

/** One attempt at one delivery. Not due, done or gone: nothing happens, so that a message delivered twice does no harm. */
export async function deliver(deps: Deps, tenant: string, deliveryId: string): Promise<void> {
  const claimed = await deps.state.webhooks.claim(tenant, deliveryId, deps.now(), deps.now() + 4 * PATIENCE)
  if (!claimed) return
  const target = await targetOf(deps, claimed)
  if (!target) return deps.state.webhooks.attempted(claimed.id, { error: 'the endpoint is gone' })
  const { status, error } = await attempt(deps, claimed, target)
  const now = deps.now()
  if (error === undefined) return deps.state.webhooks.attempted(claimed.id, { deliveredAt: now, status })
  const wait = status === 410 ? undefined : BACKOFF[claimed.attempts - 1]
  await deps.state.webhooks.attempted(claimed.id, { status, error, nextAt: wait === undefined ? undefined : now + wait * 1000 })
  deps.log('webhook.failed', { tenant, delivery: claimed.id, attempts: claimed.attempts, status: status ?? null })
  if (wait !== undefined) await deps.jobs.send({ kind: 'deliver', tenant, caseId: claimed.caseId, deliveryId: claimed.id }, wait)
}

interface Target {
  readonly url: string
  readonly secrets: readonly string[]
}

async function targetOf(deps: Deps, delivery: DeliveryRecord): Promise<Target | undefined> {
  if (delivery.webhookId === undefined) {
    const about = await deps.state.cases.get(delivery.tenant, delivery.caseId)
    const url = about?.question.callbackUrl
    return url === undefined || about?.callbackSecret === undefined ? undefined : { url, secrets: [about.callbackSecret] }
  }
  const hook = await deps.state.webhooks.get(delivery.tenant, delivery.webhookId)
  if (!hook) return undefined
  const previous = hook.previousSecret !== undefined && (hook.previousUntil ?? 0) > deps.now() ? [hook.previousSecret] : []
  return { url: hook.url, secrets: [hook.secret, ...previous] }
}

/** Redirects are not followed: where they lead was not checked. The answer's body is not read. */
async function attempt(deps: Deps, delivery: DeliveryRecord, target: Target): Promise<{ status?: number; error?: string }> {
  const timestamp = Math.floor(deps.now() / 1000)
  try {
    const url = await checkTarget(deps, target.url)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'hangup-webhooks/1',
      'webhook-id': delivery.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': await webhookSignature(target.secrets, delivery.id, timestamp, delivery.payload),
    }
    const signal = AbortSignal.timeout(PATIENCE)
    const answer = await deps.fetch(new Request(url, { method: 'POST', headers, body: delivery.payload, redirect: 'manual', signal }))
    await answer.body?.cancel()
    return answer.ok ? { status: answer.status } : { status: answer.status, error: `answered ${answer.status}` }
  } catch (error) {
    if (error instanceof Refusal) return { error: error.message }
    return { error: error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'could not be reached' }
  }
}
