import type { CaseRecord, Problem, Progress, VerdictSummary } from '../records.ts'
import type { Sql, Statement } from '../sql.ts'
import { toCase } from './cases.ts'
import { eventEntry, type NewEvent } from './events.ts'
import type { Row, When } from './rows.ts'
import { type DeliveryRecord, outboxEntry } from './webhooks.ts'

/** Milliseconds a worker holds a case without renewing. */
export const LEASE = 120_000

/** How the end of a revision is told: entered in the same step as the end itself, so that it is told if and only if it is so. */
export interface Announcement {
  readonly event: NewEvent
  readonly owed: readonly DeliveryRecord[]
}

const announced = ({ event, owed }: Announcement, when: When): Statement[] => [
  eventEntry(event, when),
  ...owed.map((delivery) => outboxEntry(delivery, when)),
]

/** What a finished revision adds to its case. */
export interface Publication {
  readonly caseId: string
  readonly tenant: string
  readonly token: string
  readonly revision: number
  readonly prefix: string
  readonly engine: string
  readonly summary: VerdictSummary
  readonly filesVersion: number
}

/** The right to work on a case: taken, renewed and given up by conditional updates, so that two workers cannot both publish. */
export function sqlLeases(sql: Sql) {
  return {
    /** The case, now leased to `token`; undefined when the revision is done, superseded, deleted, or somebody else works on it. */
    async take(tenant: string, caseId: string, revision: number, token: string, now: number): Promise<CaseRecord | undefined> {
      const [row] = await sql.all<Row>(
        `UPDATE cases SET lease_token = ?, lease_until = ?, status = 'diagnosing', attempts = attempts + 1, version = version + 1, updated_at = ?
         WHERE id = ? AND tenant = ? AND deleted_at IS NULL AND revision = ? AND coalesce(published_revision, 0) < revision
           AND status IN ('queued', 'diagnosing') AND (lease_until IS NULL OR lease_until < ?)
         RETURNING *`,
        ...[token, now + LEASE, now, caseId, tenant, revision, now],
      )
      return row && toCase(row)
    },

    /** False when the lease was lost: stop working. */
    async renew(caseId: string, token: string, progress: Progress, now: number): Promise<boolean> {
      const changed = await sql.run(
        `UPDATE cases SET lease_until = ?, progress = ?, version = version + 1, updated_at = ?
         WHERE id = ? AND lease_token = ? AND deleted_at IS NULL`,
        ...[now + LEASE, JSON.stringify(progress), now, caseId, token],
      )
      return changed === 1
    },

    /** Gives a case back so that the next delivery may take it at once. */
    async release(caseId: string, token: string, now: number): Promise<void> {
      await sql.run(
        `UPDATE cases SET lease_token = NULL, lease_until = NULL, status = 'queued', version = version + 1, updated_at = ?
         WHERE id = ? AND lease_token = ? AND deleted_at IS NULL`,
        ...[now, caseId, token],
      )
    },

    /** Makes a result the case's published one, if the lease still holds. */
    async publish(done: Publication, told: Announcement, now: number): Promise<boolean> {
      const when: When = ['id = ? AND lease_token = ? AND revision = ? AND deleted_at IS NULL', done.caseId, done.token, done.revision]
      const [condition, ...values] = when
      const telling = announced(told, when)
      const changes = await sql.batch([
        ...telling,
        [
          `UPDATE cases SET status = 'diagnosed', published_revision = ?, published_prefix = ?, summary = ?, cause = ?,
             peer = coalesce(?, peer), read_version = ?, lease_token = NULL, lease_until = NULL, progress = NULL, failure = NULL,
             version = version + 1, updated_at = ?
           WHERE ${condition}`,
          ...[done.revision, done.prefix, JSON.stringify(done.summary), done.summary.cause],
          ...[done.summary.peer, done.filesVersion, now, ...values],
        ],
        [
          `INSERT OR IGNORE INTO revisions (case_id, revision, prefix, engine, published_at)
           SELECT id, ?, ?, ?, ? FROM cases WHERE id = ? AND published_prefix = ?`,
          ...[done.revision, done.prefix, done.engine, now, done.caseId, done.prefix],
        ],
      ])
      return changes[telling.length] === 1
    },

    /** Ends a revision as failed, unless it was published, superseded, deleted or is being worked on. */
    async fail(
      job: { tenant: string; caseId: string; revision: number },
      failure: Problem,
      told: Announcement,
      now: number,
    ): Promise<boolean> {
      const when: When = [
        `id = ? AND tenant = ? AND deleted_at IS NULL AND revision = ? AND status IN ('queued', 'diagnosing')
           AND (lease_until IS NULL OR lease_until < ?)`,
        ...[job.caseId, job.tenant, job.revision, now],
      ]
      const [condition, ...values] = when
      const telling = announced(told, when)
      const changes = await sql.batch([
        ...telling,
        [
          `UPDATE cases SET status = 'failed', failure = ?, progress = NULL, lease_token = NULL, lease_until = NULL,
             version = version + 1, updated_at = ?
           WHERE ${condition}`,
          ...[JSON.stringify(failure), now, ...values],
        ],
      ])
      return changes[telling.length] === 1
    },

    /** Cases whose worker died, or whose message was never sent. */
    async abandoned(now: number, queuedBefore: number, limit: number): Promise<CaseRecord[]> {
      const rows = await sql.all<Row>(
        `SELECT * FROM cases WHERE deleted_at IS NULL AND
           ((status = 'diagnosing' AND lease_until < ?) OR (status = 'queued' AND queued_at < ?)) LIMIT ?`,
        ...[now, queuedBefore, limit],
      )
      return rows.map(toCase)
    },

    async prefixOf(caseId: string, revision: number): Promise<string | undefined> {
      const row = await sql.first<{ prefix: string }>('SELECT prefix FROM revisions WHERE case_id = ? AND revision = ?', caseId, revision)
      return row?.prefix
    },
  }
}
