import type { StoredPart } from '../objects.ts'
import type { UploadRecord } from '../records.ts'
import type { Sql, Statement } from '../sql.ts'
import { LEASE } from './leases.ts'
import { json, maybeNumber, maybeText, number, orNull, type Row, rowsOfCases, text, type When } from './rows.ts'

/** An upload that has ended, whose objects are to be deleted. */
export type Leftover = Pick<UploadRecord, 'id' | 'tenant' | 'caseId' | 'storeId'>

/** The statements that end an upload; where `isLeft` holds, with an entry of what it leaves. */
export const endUpload = (id: string, now: number, [isLeft, ...values]: When): Statement[] => [
  [
    `INSERT OR IGNORE INTO leftovers (upload_id, tenant, case_id, store_id, left_at)
     SELECT id, tenant, case_id, store_id, ? FROM uploads WHERE id = ? AND ${isLeft}`,
    ...[now, id, ...values],
  ],
  ['DELETE FROM upload_parts WHERE upload_id = ?', id],
  ['DELETE FROM uploads WHERE id = ?', id],
]

/** What is on its way in. A row stands from the first byte until the file is committed; what is left behind, the sweep finds here. */
export function sqlUploads(sql: Sql) {
  return {
    /** False when the case is gone or holds too many files already, or the upload wants to be `alone` and is not. */
    async begin(upload: UploadRecord, fileLimit: number, alone: boolean): Promise<boolean> {
      const inserted = await sql.run(
        `INSERT INTO uploads (id, case_id, tenant, name, via, state, options, store_id, size, part_size, started_at)
         SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM cases c WHERE c.id = ? AND c.deleted_at IS NULL
           AND (SELECT count(*) FROM files f WHERE f.case_id = c.id AND f.name <> ?)
             + (SELECT count(*) FROM uploads u WHERE u.case_id = c.id AND u.name <> ?) < ?
           AND (? = 0 OR NOT EXISTS (SELECT 1 FROM uploads o WHERE o.case_id = c.id AND (o.via = 'stream' OR o.lease_until > ?)))`,
        ...[upload.id, upload.caseId, upload.tenant, upload.name, upload.via, upload.state, JSON.stringify(upload.options)],
        ...[orNull(upload.storeId), orNull(upload.size), orNull(upload.partSize), upload.startedAt],
        ...[upload.caseId, upload.name, upload.name, fileLimit, alone ? 1 : 0, upload.startedAt],
      )
      return inserted === 1
    },

    async get(caseId: string, id: string): Promise<UploadRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM uploads WHERE id = ? AND case_id = ?', id, caseId)
      return row && toUpload(row)
    },

    ofMany: async (caseIds: readonly string[]): Promise<UploadRecord[]> => (await rowsOfCases(sql, 'uploads', caseIds)).map(toUpload),

    async of(caseId: string): Promise<UploadRecord[]> {
      return (await sql.all<Row>('SELECT * FROM uploads WHERE case_id = ? ORDER BY started_at', caseId)).map(toUpload)
    },

    async startedBefore(via: UploadRecord['via'], time: number, limit: number): Promise<UploadRecord[]> {
      return (await sql.all<Row>('SELECT * FROM uploads WHERE via = ? AND started_at < ? LIMIT ?', via, time, limit)).map(toUpload)
    },

    /** Ends an upload that became no file: what it stored is left over. Nothing happens to one that has ended already. */
    async end(id: string, now: number): Promise<void> {
      await sql.batch(endUpload(id, now, ['TRUE']))
    },

    /** What ended uploads have left in the store, of one case or of any. */
    async leftovers(limit: number, caseId?: string): Promise<Leftover[]> {
      const query = 'SELECT * FROM leftovers WHERE ? IS NULL OR case_id = ? ORDER BY left_at LIMIT ?'
      return (await sql.all<Row>(query, orNull(caseId), orNull(caseId), limit)).map(toLeftover)
    },

    async cleared(id: string): Promise<void> {
      await sql.run('DELETE FROM leftovers WHERE upload_id = ?', id)
    },

    /** False when it was not receiving any more: completed twice, or cancelled. */
    async completed(id: string): Promise<boolean> {
      return (await sql.run("UPDATE uploads SET state = 'cutting' WHERE id = ? AND state = 'receiving'", id)) === 1
    },

    /** `alone`: only when nothing else of the case is being cut. */
    async takeLease(id: string, token: string, now: number, alone: boolean): Promise<UploadRecord | undefined> {
      const [row] = await sql.all<Row>(
        `UPDATE uploads SET lease_token = ?, lease_until = ?, attempts = attempts + 1 WHERE id = ? AND state = 'cutting' AND (lease_until IS NULL OR lease_until < ?)
           AND (? = 0 OR NOT EXISTS (SELECT 1 FROM uploads o WHERE o.case_id = uploads.case_id AND o.id <> uploads.id
             AND (o.via = 'stream' OR o.lease_until > ?)))
         RETURNING *`,
        ...[token, now + LEASE, id, now, alone ? 1 : 0, now],
      )
      return row && toUpload(row)
    },

    async renewLease(id: string, token: string, now: number): Promise<boolean> {
      return (await sql.run('UPDATE uploads SET lease_until = ? WHERE id = ? AND lease_token = ?', now + LEASE, id, token)) === 1
    },

    async releaseLease(id: string, token: string): Promise<void> {
      await sql.run('UPDATE uploads SET lease_token = NULL, lease_until = NULL WHERE id = ? AND lease_token = ?', id, token)
    },

    async abandonedCuts(now: number, limit: number): Promise<UploadRecord[]> {
      const query = "SELECT * FROM uploads WHERE state = 'cutting' AND coalesce(lease_until, started_at) < ? LIMIT ?"
      return (await sql.all<Row>(query, now, limit)).map(toUpload)
    },

    async addPart(id: string, part: StoredPart): Promise<boolean> {
      const changed = await sql.run(
        `INSERT OR REPLACE INTO upload_parts (upload_id, number, size, etag)
         SELECT id, ?, ?, ? FROM uploads WHERE id = ? AND state = 'receiving'`,
        ...[part.number, part.size, part.etag, id],
      )
      return changed === 1
    },

    async parts(id: string): Promise<StoredPart[]> {
      return sql.all<StoredPart>('SELECT number, size, etag FROM upload_parts WHERE upload_id = ? ORDER BY number', id)
    },
  }
}

const toLeftover = (row: Row): Leftover => ({
  id: text(row, 'upload_id'),
  tenant: text(row, 'tenant'),
  caseId: text(row, 'case_id'),
  storeId: maybeText(row, 'store_id'),
})

function toUpload(row: Row): UploadRecord {
  return {
    id: text(row, 'id'),
    caseId: text(row, 'case_id'),
    tenant: text(row, 'tenant'),
    name: text(row, 'name'),
    via: text(row, 'via') as UploadRecord['via'],
    state: text(row, 'state') as UploadRecord['state'],
    options: json(row, 'options'),
    storeId: maybeText(row, 'store_id'),
    size: maybeNumber(row, 'size'),
    partSize: maybeNumber(row, 'part_size'),
    attempts: number(row, 'attempts'),
    startedAt: number(row, 'started_at'),
  }
}
