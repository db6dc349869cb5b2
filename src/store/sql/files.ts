import type { FileRecord } from '../records.ts'
import type { Sql } from '../sql.ts'
import { json, maybeJson, maybeNumber, number, orNull, type Row, rowsOfCases, text } from './rows.ts'
import { endUpload } from './uploads.ts'

/** The evidence of a case, one row a name: storing again replaces. */
export function sqlFiles(sql: Sql) {
  return {
    ofMany: async (caseIds: readonly string[]): Promise<FileRecord[]> => (await rowsOfCases(sql, 'files', caseIds)).map(toFile),

    async of(caseId: string): Promise<FileRecord[]> {
      return (await sql.all<Row>('SELECT * FROM files WHERE case_id = ? ORDER BY stored_at, name', caseId)).map(toFile)
    },

    async get(caseId: string, name: string): Promise<FileRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM files WHERE case_id = ? AND name = ?', caseId, name)
      return row && toFile(row)
    },

    /**
     * Stores or replaces a file and ends its upload, in one step, if the case is still there and the upload was not cancelled; a
     * rejected file replaces no stored one. Resolves to whether it was done. What lies in the store to no purpose then (the replaced
     * file's objects, or a rejected one's own) is entered as left over.
     */
    async commit(file: FileRecord, now: number): Promise<boolean> {
      const isAlive = 'EXISTS (SELECT 1 FROM uploads u JOIN cases c ON c.id = u.case_id WHERE u.id = ? AND c.deleted_at IS NULL)'
      const isBetter = "(? = 'stored' OR NOT EXISTS (SELECT 1 FROM files WHERE case_id = ? AND name = ? AND state = 'stored'))"
      const may = [file.uploadId, file.state, file.caseId, file.name] as const
      const isMine = 'EXISTS (SELECT 1 FROM files WHERE case_id = ? AND name = ? AND upload_id = ?'
      const mine = [file.caseId, file.name, file.uploadId] as const
      const [, stored] = await sql.batch([
        [
          `INSERT OR IGNORE INTO leftovers (upload_id, tenant, case_id, left_at)
           SELECT f.upload_id, c.tenant, c.id, ? FROM files f JOIN cases c ON c.id = f.case_id
           WHERE f.case_id = ? AND f.name = ? AND f.upload_id <> ? AND ${isAlive} AND ${isBetter}`,
          ...[now, ...mine, ...may],
        ],
        [
          `INSERT OR REPLACE INTO files (case_id, name, upload_id, state, by, evidence, warnings, problem, bytes_in, stored_at, raw_deleted_at)
           SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE ${isAlive} AND ${isBetter}`,
          ...[file.caseId, file.name, file.uploadId, file.state, file.by, JSON.stringify(file.evidence), JSON.stringify(file.warnings)],
          ...[file.problem ? JSON.stringify(file.problem) : null, file.bytesIn, file.storedAt, orNull(file.rawDeletedAt), ...may],
        ],
        [
          `UPDATE cases SET files_version = files_version + 1, version = version + 1, updated_at = ? WHERE id = ? AND ${isMine})`,
          ...[now, file.caseId, ...mine],
        ],
        ...endUpload(file.uploadId, now, [`NOT ${isMine} AND state = 'stored')`, ...mine]),
      ])
      return stored === 1
    },

    /** New receipts for a file that is still the same upload. */
    async replaceReceipt(file: FileRecord, now: number): Promise<boolean> {
      const [changed] = await sql.batch([
        [
          'UPDATE files SET by = ?, evidence = ?, warnings = ? WHERE case_id = ? AND name = ? AND upload_id = ?',
          ...[file.by, JSON.stringify(file.evidence), JSON.stringify(file.warnings), file.caseId, file.name, file.uploadId],
        ],
        ['UPDATE cases SET files_version = files_version + 1, version = version + 1, updated_at = ? WHERE id = ?', now, file.caseId],
      ])
      return changed === 1
    },

    async rawDeleted(caseId: string, uploadId: string, now: number): Promise<void> {
      await sql.run('UPDATE files SET raw_deleted_at = ? WHERE case_id = ? AND upload_id = ?', now, caseId, uploadId)
    },

    async countOf(caseId: string): Promise<number> {
      const query = 'SELECT (SELECT count(*) FROM files WHERE case_id = ?) + (SELECT count(*) FROM uploads WHERE case_id = ?) AS n'
      const row = await sql.first<Row>(query, caseId, caseId)
      return row ? number(row, 'n') : 0
    },
  }
}

function toFile(row: Row): FileRecord {
  return {
    caseId: text(row, 'case_id'),
    name: text(row, 'name'),
    uploadId: text(row, 'upload_id'),
    state: text(row, 'state') as FileRecord['state'],
    by: text(row, 'by') as FileRecord['by'],
    evidence: json(row, 'evidence'),
    warnings: json(row, 'warnings'),
    problem: maybeJson(row, 'problem'),
    bytesIn: number(row, 'bytes_in'),
    storedAt: number(row, 'stored_at'),
    rawDeletedAt: maybeNumber(row, 'raw_deleted_at'),
  }
}
