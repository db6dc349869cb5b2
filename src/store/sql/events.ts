import type { Sql, Statement } from '../sql.ts'
import { json, number, type Row, text, type When } from './rows.ts'

/** `progress` goes to the case's event stream, `audit` says who did what. */
export type EventKind = 'progress' | 'audit'

export interface EventRecord {
  readonly seq: number
  readonly tenant: string
  readonly caseId: string
  readonly kind: EventKind
  readonly type: string
  /** `key:ID`, `link:ID`, `worker` or `sweep`: never a secret. */
  readonly actor: string
  readonly data: Readonly<Record<string, unknown>>
  readonly at: number
}

export type NewEvent = Omit<EventRecord, 'seq'>

/** The statement that adds an event, where the condition on its case's row holds. */
export const eventEntry = (event: NewEvent, [condition, ...values]: When): Statement => [
  `INSERT INTO events (tenant, case_id, kind, type, actor, data, at) SELECT ?, ?, ?, ?, ?, ?, ? FROM cases WHERE ${condition}`,
  ...[event.tenant, event.caseId, event.kind, event.type, event.actor, JSON.stringify(event.data), event.at, ...values],
]

/** What happened to a case, in order. */
export function sqlEvents(sql: Sql) {
  return {
    /** Adds nothing to a case that is gone. */
    async add(event: NewEvent): Promise<void> {
      await sql.run(...eventEntry(event, ['id = ? AND deleted_at IS NULL', event.caseId]))
    },

    async after(caseId: string, kind: EventKind, seq: number, limit: number): Promise<EventRecord[]> {
      const query = 'SELECT * FROM events WHERE case_id = ? AND kind = ? AND seq > ? ORDER BY seq LIMIT ?'
      return (await sql.all<Row>(query, caseId, kind, seq, limit)).map(toEvent)
    },
  }
}

const toEvent = (row: Row): EventRecord => ({
  seq: number(row, 'seq'),
  tenant: text(row, 'tenant'),
  caseId: text(row, 'case_id'),
  kind: text(row, 'kind') as EventKind,
  type: text(row, 'type'),
  actor: text(row, 'actor'),
  data: json(row, 'data'),
  at: number(row, 'at'),
})
