import type { Sql } from '../sql.ts'
import { number, type Row } from './rows.ts'

export interface Metrics {
  readonly queuedCases: number
  /** Seconds that the oldest queued case waits; 0 when none does. */
  readonly queueAgeSeconds: number
  readonly failedCases: number
  readonly verdicts: Readonly<Record<string, number>>
  readonly bytesIn: number
  readonly bytesKept: number
  readonly webhooksOverdue: number
}

/** What is counted: bytes a day (exactly, for quotas) and the figures an operator watches. */
export function sqlMeters(sql: Sql) {
  return {
    /** Takes `bytes` from the tenant's day; false when they would exceed it. Negative amounts give back. */
    async spend(tenant: string, day: string, bytes: number, limit: number): Promise<boolean> {
      await sql.run('INSERT OR IGNORE INTO usage (tenant, day) VALUES (?, ?)', tenant, day)
      const query = 'UPDATE usage SET bytes_in = bytes_in + ? WHERE tenant = ? AND day = ? AND (? <= 0 OR bytes_in + ? <= ?)'
      return (await sql.run(query, bytes, tenant, day, bytes, bytes, limit)) === 1
    },

    async kept(tenant: string, day: string, bytes: number): Promise<void> {
      await sql.run('UPDATE usage SET bytes_kept = bytes_kept + ? WHERE tenant = ? AND day = ?', bytes, tenant, day)
    },

    async metrics(tenant: string, now: number): Promise<Metrics> {
      const one = (query: string, ...values: (string | number)[]) => sql.first<Row>(query, ...values)
      const alive = 'tenant = ? AND deleted_at IS NULL'
      const queued = await one(
        `SELECT count(*) AS n, min(coalesce(asked_at, queued_at)) AS since FROM cases WHERE ${alive} AND status = 'queued'`,
        tenant,
      )
      const failed = await one(`SELECT count(*) AS n FROM cases WHERE ${alive} AND status = 'failed'`, tenant)
      const verdicts = await sql.all<{ cause: string; n: number }>(
        `SELECT cause, count(*) AS n FROM cases WHERE ${alive} AND cause IS NOT NULL GROUP BY cause ORDER BY cause`,
        tenant,
      )
      const bytes = await one('SELECT sum(bytes_in) AS got, sum(bytes_kept) AS kept FROM usage WHERE tenant = ?', tenant)
      const overdue = await one(
        'SELECT count(*) AS n FROM outbox WHERE tenant = ? AND delivered_at IS NULL AND next_at < ?',
        tenant,
        now - 600_000,
      )
      const since = queued?.since
      return {
        queuedCases: queued ? number(queued, 'n') : 0,
        queueAgeSeconds: since ? Math.max(0, Math.round((now - Number(since)) / 1000)) : 0,
        failedCases: failed ? number(failed, 'n') : 0,
        verdicts: Object.fromEntries(verdicts.map(({ cause, n }) => [cause, n])),
        bytesIn: Number(bytes?.got ?? 0),
        bytesKept: Number(bytes?.kept ?? 0),
        webhooksOverdue: overdue ? number(overdue, 'n') : 0,
      }
    },

    /** Throws when the database does not answer. */
    async ping(): Promise<void> {
      await sql.first('SELECT 1 AS one')
    },
  }
}
