import type { CaseRecord } from '../records.ts'
import type { Sql } from '../sql.ts'
import { type Row, text } from './rows.ts'

/** Pseudonym maps that were handed out and wait to be deleted. */
export function sqlGivenMaps(sql: Sql) {
  return {
    async add({ id, tenant }: Pick<CaseRecord, 'id' | 'tenant'>, now: number): Promise<void> {
      await sql.run('INSERT OR IGNORE INTO given_maps (case_id, tenant, given_at) VALUES (?, ?, ?)', id, tenant, now)
    },

    /** Handed out before `time`, milliseconds since the epoch. */
    async before(time: number, limit: number): Promise<{ tenant: string; caseId: string }[]> {
      const rows = await sql.all<Row>('SELECT tenant, case_id FROM given_maps WHERE given_at < ? ORDER BY given_at LIMIT ?', time, limit)
      return rows.map((row) => ({ tenant: text(row, 'tenant'), caseId: text(row, 'case_id') }))
    },

    async remove(caseId: string): Promise<void> {
      await sql.run('DELETE FROM given_maps WHERE case_id = ?', caseId)
    },
  }
}
