import type { CaseQuestion } from '../../cases/question.ts'
import type { CaseRecord, CaseStatus, Progress, Tombstone, VerdictSummary } from '../records.ts'
import type { Sql, SqlValue } from '../sql.ts'
import { json, maybeJson, maybeNumber, maybeText, number, orNull, type Row, text } from './rows.ts'

export interface CaseFilter {
  readonly status?: string | undefined
  readonly ticket?: string | undefined
  readonly peer?: string | undefined
  readonly cause?: string | undefined
  /** Milliseconds. */
  readonly since?: number | undefined
  /** The last case of the page before. */
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined
  readonly limit: number
}

export interface RecurringCase {
  readonly createdAt: number
  readonly quietSeconds: number | undefined
}

/** A change of one case; what is left out stays, `null` empties. */
export interface CaseChange {
  readonly status?: CaseStatus
  readonly question?: CaseQuestion
  readonly peer?: string | null
  readonly revision?: number
  readonly askedAt?: number
  readonly queuedAt?: number
  readonly progress?: Progress | null
  readonly failure?: unknown
  readonly leaseToken?: null
  readonly leaseUntil?: null
  readonly attempts?: number
}

const COLUMNS: Readonly<Record<keyof CaseChange, string>> = {
  status: 'status',
  question: 'question',
  peer: 'peer',
  revision: 'revision',
  askedAt: 'asked_at',
  queuedAt: 'queued_at',
  progress: 'progress',
  failure: 'failure',
  leaseToken: 'lease_token',
  leaseUntil: 'lease_until',
  attempts: 'attempts',
}

/** Cases: opening, finding, changing by optimistic version, forgetting. */
export function sqlCases(sql: Sql) {
  return {
    async insert(opened: CaseRecord): Promise<void> {
      await sql.run(
        `INSERT INTO cases (id, tenant, version, status, question, created_at, updated_at, expires_at, ticket_id, peer, callback_secret)
         VALUES (?, ?, 1, 'open', ?, ?, ?, ?, ?, ?, ?)`,
        ...[opened.id, opened.tenant, JSON.stringify(opened.question), opened.createdAt, opened.createdAt, opened.expiresAt],
        ...[orNull(opened.question.ticket?.id), orNull(opened.question.peer?.ip), orNull(opened.callbackSecret)],
      )
    },

    async get(tenant: string, id: string): Promise<CaseRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM cases WHERE id = ? AND tenant = ?', id, tenant)
      return row && toCase(row)
    },

    async list(tenant: string, filter: CaseFilter): Promise<CaseRecord[]> {
      const conditions: [string, ...SqlValue[]][] = [['tenant = ? AND deleted_at IS NULL', tenant]]
      if (filter.status !== undefined) conditions.push(['status = ?', filter.status])
      if (filter.ticket !== undefined) conditions.push(['ticket_id = ?', filter.ticket])
      if (filter.peer !== undefined) conditions.push(['peer = ?', filter.peer])
      if (filter.cause !== undefined) conditions.push(['cause = ?', filter.cause])
      if (filter.since !== undefined) conditions.push(['created_at >= ?', filter.since])
      if (filter.after) conditions.push(['(created_at, id) < (?, ?)', filter.after.createdAt, filter.after.id])
      const where = conditions.map(([condition]) => condition).join(' AND ')
      const values = conditions.flatMap(([, ...rest]) => rest)
      const query = `SELECT * FROM cases WHERE ${where} ORDER BY created_at DESC, id DESC LIMIT ?`
      return (await sql.all<Row>(query, ...values, filter.limit)).map(toCase)
    },

    /** False when the case changed since `known` was read, or is gone. */
    async update(known: CaseRecord, change: CaseChange, now: number): Promise<boolean> {
      const names = Object.keys(change) as (keyof CaseChange)[]
      const sets = names.map((name) => `${COLUMNS[name]} = ?`)
      const values = names.map((name) => toSql(change[name]))
      const changed = await sql.run(
        `UPDATE cases SET ${[...sets, 'version = version + 1', 'updated_at = ?'].join(', ')} WHERE id = ? AND version = ? AND deleted_at IS NULL`,
        ...[...values, now, known.id, known.version],
      )
      return changed === 1
    },

    /** Marks the case deleted and empties its row of customer data; the caller then deletes objects. Links stay until they
     * expire, so that who follows one hears what became of the case. */
    async bury(known: CaseRecord, tombstone: Tombstone, now: number): Promise<boolean> {
      const gone = (table: string): [string, string] => [`DELETE FROM ${table} WHERE case_id = ?`, known.id]
      const [changed] = await sql.batch([
        [
          `UPDATE cases SET status = 'deleted', deleted_at = ?, updated_at = ?, tombstone = ?, version = version + 1, question = '{}',
             ticket_id = NULL, peer = NULL, cause = NULL, summary = NULL, progress = NULL, failure = NULL, callback_secret = NULL,
             lease_token = NULL, lease_until = NULL, published_prefix = NULL, published_revision = NULL
           WHERE id = ? AND tenant = ? AND deleted_at IS NULL`,
          ...[now, now, JSON.stringify(tombstone), known.id, known.tenant],
        ],
        gone('files'),
        gone('revisions'),
        ['UPDATE links SET outlives_case = 1 WHERE case_id = ?', known.id],
        gone('outbox'),
        gone('events'),
        gone('idempotency'),
        ['DELETE FROM upload_parts WHERE upload_id IN (SELECT id FROM uploads WHERE case_id = ?)', known.id],
        gone('uploads'),
        gone('leftovers'),
        gone('given_maps'),
      ])
      return changed === 1
    },

    /** Completes the tombstone, once it is known what was deleted. */
    async setTombstone(tombstone: Tombstone): Promise<void> {
      await sql.run('UPDATE cases SET tombstone = ? WHERE id = ? AND deleted_at IS NOT NULL', JSON.stringify(tombstone), tombstone.id)
    },

    /** Of a deleted case of any tenant, for who comes by a signed URL. */
    async tombstone(id: string): Promise<Tombstone | undefined> {
      const row = await sql.first<Row>('SELECT tombstone FROM cases WHERE id = ?', id)
      return row && maybeJson(row, 'tombstone')
    },

    async expired(now: number, limit: number): Promise<CaseRecord[]> {
      return (await sql.all<Row>('SELECT * FROM cases WHERE deleted_at IS NULL AND expires_at < ? LIMIT ?', now, limit)).map(toCase)
    },

    /** Deleted, but perhaps written to since by a worker that did not know yet. */
    async toPurge(deletedBefore: number, limit: number): Promise<CaseRecord[]> {
      const query = 'SELECT * FROM cases WHERE deleted_at < ? AND purged_at IS NULL LIMIT ?'
      return (await sql.all<Row>(query, deletedBefore, limit)).map(toCase)
    },

    async purged(id: string, now: number): Promise<void> {
      await sql.run('UPDATE cases SET purged_at = ? WHERE id = ?', now, id)
    },

    /** Open cases that count against a tenant's quota. */
    async countOpen(tenant: string): Promise<number> {
      const row = await sql.first<Row>('SELECT count(*) AS n FROM cases WHERE tenant = ? AND deleted_at IS NULL', tenant)
      return row ? number(row, 'n') : 0
    },

    /** Diagnosed cases with this peer and cause, newest first. */
    async recurring(tenant: string, peer: string, cause: string, since: number): Promise<RecurringCase[]> {
      const query = `SELECT created_at, summary FROM cases WHERE tenant = ? AND cause = ? AND peer = ? AND created_at >= ? AND deleted_at IS NULL
                     ORDER BY created_at DESC LIMIT 1000`
      const rows = await sql.all<Row>(query, tenant, cause, peer, since)
      return rows.map((row) => ({
        createdAt: number(row, 'created_at'),
        quietSeconds: maybeJson<VerdictSummary>(row, 'summary')?.quietSeconds,
      }))
    },
  }
}

const toSql = (value: unknown): SqlValue => {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  return JSON.stringify(value)
}

export function toCase(row: Row): CaseRecord {
  return {
    id: text(row, 'id'),
    tenant: text(row, 'tenant'),
    version: number(row, 'version'),
    status: text(row, 'status') as CaseRecord['status'],
    question: json(row, 'question'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    expiresAt: number(row, 'expires_at'),
    filesVersion: number(row, 'files_version'),
    readVersion: maybeNumber(row, 'read_version'),
    revision: number(row, 'revision'),
    publishedRevision: maybeNumber(row, 'published_revision'),
    publishedPrefix: maybeText(row, 'published_prefix'),
    summary: maybeJson(row, 'summary'),
    leaseToken: maybeText(row, 'lease_token'),
    leaseUntil: maybeNumber(row, 'lease_until'),
    attempts: number(row, 'attempts'),
    queuedAt: maybeNumber(row, 'queued_at'),
    progress: maybeJson(row, 'progress'),
    failure: maybeJson(row, 'failure'),
    callbackSecret: maybeText(row, 'callback_secret'),
    deletedAt: maybeNumber(row, 'deleted_at'),
    tombstone: maybeJson(row, 'tombstone'),
  }
}
