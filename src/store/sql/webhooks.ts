import type { Sql, Statement } from '../sql.ts'
import { json, maybeNumber, maybeText, number, orNull, type Row, text, type When } from './rows.ts'

export interface WebhookRecord {
  readonly id: string
  readonly tenant: string
  readonly url: string
  readonly events: readonly string[]
  readonly secret: string
  /** Still used to sign beside `secret` until then, so that a receiver can change over. */
  readonly previousSecret: string | undefined
  readonly previousUntil: number | undefined
  readonly createdAt: number
}

export interface DeliveryRecord {
  readonly id: string
  readonly tenant: string
  readonly caseId: string
  /** Undefined: the case's own `callbackUrl`. */
  readonly webhookId: string | undefined
  readonly type: string
  readonly payload: string
  readonly createdAt: number
  /** When to try (again); undefined when given up or delivered. */
  readonly nextAt: number | undefined
  readonly attempts: number
  readonly deliveredAt: number | undefined
  readonly lastStatus: number | undefined
  readonly lastError: string | undefined
}

export interface Attempt {
  readonly deliveredAt?: number | undefined
  readonly nextAt?: number | undefined
  readonly status?: number | undefined
  readonly error?: string | undefined
}

/** The statement that enters a message in the outbox, where the condition on its case's row holds. */
export const outboxEntry = (delivery: DeliveryRecord, [condition, ...values]: When): Statement => [
  `INSERT OR IGNORE INTO outbox (id, tenant, case_id, webhook_id, type, payload, created_at, next_at)
   SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM cases WHERE ${condition}`,
  ...[delivery.id, delivery.tenant, delivery.caseId, orNull(delivery.webhookId), delivery.type, delivery.payload],
  ...[delivery.createdAt, orNull(delivery.nextAt), ...values],
]

/** Webhook endpoints and the outbox of what is owed to them. */
export function sqlWebhooks(sql: Sql) {
  return {
    async of(tenant: string): Promise<WebhookRecord[]> {
      const query = 'SELECT * FROM webhooks WHERE tenant = ? AND disabled_at IS NULL ORDER BY created_at'
      return (await sql.all<Row>(query, tenant)).map(toWebhook)
    },

    async get(tenant: string, id: string): Promise<WebhookRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM webhooks WHERE id = ? AND tenant = ? AND disabled_at IS NULL', id, tenant)
      return row && toWebhook(row)
    },

    async add(hook: WebhookRecord): Promise<void> {
      await sql.run(
        'INSERT INTO webhooks (id, tenant, url, events, secret, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        ...[hook.id, hook.tenant, hook.url, JSON.stringify(hook.events), hook.secret, hook.createdAt],
      )
    },

    async rotate(tenant: string, id: string, secret: string, previousUntil: number): Promise<boolean> {
      const query = 'UPDATE webhooks SET previous_secret = secret, previous_until = ?, secret = ? WHERE id = ? AND tenant = ?'
      return (await sql.run(query, previousUntil, secret, id, tenant)) === 1
    },

    async remove(tenant: string, id: string): Promise<boolean> {
      const [removed] = await sql.batch([
        ['DELETE FROM webhooks WHERE id = ? AND tenant = ?', id, tenant],
        ['DELETE FROM outbox WHERE webhook_id = ? AND tenant = ?', id, tenant],
      ])
      return removed === 1
    },

    /** Nothing for a case that is gone. */
    async owe(delivery: DeliveryRecord): Promise<boolean> {
      return (await sql.run(...outboxEntry(delivery, ['id = ? AND deleted_at IS NULL', delivery.caseId]))) === 1
    },

    async delivery(tenant: string, id: string): Promise<DeliveryRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM outbox WHERE id = ? AND tenant = ?', id, tenant)
      return row && toDelivery(row)
    },

    async deliveries(tenant: string, webhookId: string, limit: number): Promise<DeliveryRecord[]> {
      const query = 'SELECT * FROM outbox WHERE tenant = ? AND webhook_id = ? ORDER BY created_at DESC, id LIMIT ?'
      return (await sql.all<Row>(query, tenant, webhookId, limit)).map(toDelivery)
    },

    /** Takes a due delivery for one attempt: until `claimedUntil` nobody else does. Undefined when it is not due. */
    async claim(tenant: string, id: string, now: number, claimedUntil: number): Promise<DeliveryRecord | undefined> {
      const [row] = await sql.all<Row>(
        `UPDATE outbox SET next_at = ?, attempts = attempts + 1
         WHERE id = ? AND tenant = ? AND delivered_at IS NULL AND next_at <= ? RETURNING *`,
        ...[claimedUntil, id, tenant, now],
      )
      return row && toDelivery(row)
    },

    async attempted(id: string, attempt: Attempt): Promise<void> {
      await sql.run(
        'UPDATE outbox SET delivered_at = ?, next_at = ?, last_status = ?, last_error = ? WHERE id = ?',
        ...[orNull(attempt.deliveredAt), orNull(attempt.nextAt), orNull(attempt.status), orNull(attempt.error), id],
      )
    },

    async again(id: string, now: number): Promise<void> {
      await sql.run('UPDATE outbox SET delivered_at = NULL, next_at = ?, attempts = 0 WHERE id = ?', now, id)
    },

    async due(now: number, limit: number): Promise<DeliveryRecord[]> {
      const query = 'SELECT * FROM outbox WHERE delivered_at IS NULL AND next_at IS NOT NULL AND next_at <= ? ORDER BY next_at LIMIT ?'
      return (await sql.all<Row>(query, now, limit)).map(toDelivery)
    },
  }
}

const toWebhook = (row: Row): WebhookRecord => ({
  id: text(row, 'id'),
  tenant: text(row, 'tenant'),
  url: text(row, 'url'),
  events: json(row, 'events'),
  secret: text(row, 'secret'),
  previousSecret: maybeText(row, 'previous_secret'),
  previousUntil: maybeNumber(row, 'previous_until'),
  createdAt: number(row, 'created_at'),
})

const toDelivery = (row: Row): DeliveryRecord => ({
  id: text(row, 'id'),
  tenant: text(row, 'tenant'),
  caseId: text(row, 'case_id'),
  webhookId: maybeText(row, 'webhook_id'),
  type: text(row, 'type'),
  payload: text(row, 'payload'),
  createdAt: number(row, 'created_at'),
  nextAt: maybeNumber(row, 'next_at'),
  attempts: number(row, 'attempts'),
  deliveredAt: maybeNumber(row, 'delivered_at'),
  lastStatus: maybeNumber(row, 'last_status'),
  lastError: maybeText(row, 'last_error'),
})
