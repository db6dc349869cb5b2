import type { Sql } from '../sql.ts'
import { maybeNumber, number, orNull, type Row, text } from './rows.ts'

export type LinkPurpose = 'report' | 'bundle' | 'upload'

export interface LinkRecord {
  readonly id: string
  readonly tenant: string
  readonly caseId: string
  readonly purpose: LinkPurpose
  readonly hash: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | undefined
  readonly maxBytes: number | undefined
  readonly maxFiles: number | undefined
  readonly usedBytes: number
  readonly usedFiles: number
}

/** Links to one case for one purpose. */
export function sqlLinks(sql: Sql) {
  return {
    async get(id: string): Promise<LinkRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM links WHERE id = ?', id)
      return row && toLink(row)
    },

    async of(caseId: string): Promise<LinkRecord[]> {
      return (await sql.all<Row>('SELECT * FROM links WHERE case_id = ? ORDER BY created_at', caseId)).map(toLink)
    },

    async add(link: LinkRecord): Promise<void> {
      await sql.run(
        `INSERT INTO links (id, tenant, case_id, purpose, hash, created_at, expires_at, max_bytes, max_files) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[link.id, link.tenant, link.caseId, link.purpose, link.hash, link.createdAt, link.expiresAt],
        ...[orNull(link.maxBytes), orNull(link.maxFiles)],
      )
    },

    /** Forgets links of deleted cases that are good no more. */
    async forgetExpired(now: number): Promise<void> {
      await sql.run('DELETE FROM links WHERE outlives_case = 1 AND expires_at <= ?', now)
    },

    async revoke(caseId: string, id: string, at: number): Promise<boolean> {
      return (await sql.run('UPDATE links SET revoked_at = ? WHERE id = ? AND case_id = ? AND revoked_at IS NULL', at, id, caseId)) === 1
    },

    /** Takes from what the link still allows; false when that is not enough. Negative amounts give back. */
    async spend(id: string, bytes: number, files: number): Promise<boolean> {
      const changed = await sql.run(
        `UPDATE links SET used_bytes = used_bytes + ?, used_files = used_files + ?
         WHERE id = ? AND used_bytes + ? <= coalesce(max_bytes, 9e18) AND used_files + ? <= coalesce(max_files, 1e9)`,
        ...[bytes, files, id, bytes, files],
      )
      return changed === 1
    },
  }
}

const toLink = (row: Row): LinkRecord => ({
  id: text(row, 'id'),
  tenant: text(row, 'tenant'),
  caseId: text(row, 'case_id'),
  purpose: text(row, 'purpose') as LinkPurpose,
  hash: text(row, 'hash'),
  createdAt: number(row, 'created_at'),
  expiresAt: number(row, 'expires_at'),
  revokedAt: maybeNumber(row, 'revoked_at'),
  maxBytes: maybeNumber(row, 'max_bytes'),
  maxFiles: maybeNumber(row, 'max_files'),
  usedBytes: number(row, 'used_bytes'),
  usedFiles: number(row, 'used_files'),
})
