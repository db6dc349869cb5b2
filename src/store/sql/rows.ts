import type { Sql, SqlValue } from '../sql.ts'

export type Row = Readonly<Record<string, SqlValue>>

/** A condition with its values, under which a statement that goes along with another has its effect. */
export type When = readonly [condition: string, ...values: SqlValue[]]

/** What a table holds of several cases at once: a page of a list. */
export async function rowsOfCases(sql: Sql, table: 'files' | 'uploads', caseIds: readonly string[]): Promise<Row[]> {
  if (caseIds.length === 0) return []
  return sql.all<Row>(`SELECT * FROM ${table} WHERE case_id IN (${caseIds.map(() => '?').join(', ')})`, ...caseIds)
}

export const text = (row: Row, column: string): string => String(row[column])
export const number = (row: Row, column: string): number => Number(row[column])
export const maybeText = (row: Row, column: string): string | undefined => (row[column] === null ? undefined : String(row[column]))
export const maybeNumber = (row: Row, column: string): number | undefined => (row[column] === null ? undefined : Number(row[column]))
/** JSON that this service wrote itself. */
export const json = <T>(row: Row, column: string): T => JSON.parse(text(row, column)) as T
export const maybeJson = <T>(row: Row, column: string): T | undefined => (row[column] === null ? undefined : json<T>(row, column))
export const orNull = <T extends string | number>(value: T | undefined): T | null => value ?? null
