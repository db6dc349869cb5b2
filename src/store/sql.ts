export type SqlValue = string | number | null | Uint8Array<ArrayBuffer>
export type Statement = readonly [query: string, ...values: SqlValue[]]

/** The four calls that State needs of a SQLite: D1 in the Worker, `node:sqlite` in tests and where someone hosts it himself. */
export interface Sql {
  all<Row>(query: string, ...values: SqlValue[]): Promise<Row[]>
  first<Row>(query: string, ...values: SqlValue[]): Promise<Row | undefined>
  /** Resolves to the rows changed. */
  run(query: string, ...values: SqlValue[]): Promise<number>
  /** All or nothing; resolves to the rows each statement changed. */
  batch(statements: readonly Statement[]): Promise<number[]>
}
