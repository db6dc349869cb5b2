import type { D1Database } from '@cloudflare/workers-types'
import type { Sql, SqlValue, Statement } from './sql.ts'

/** State in Cloudflare D1. */
export function d1Sql(database: D1Database): Sql {
  const prepare = (query: string, values: readonly SqlValue[]) => database.prepare(query).bind(...values)
  return {
    all: async <Row>(query: string, ...values: SqlValue[]) => (await prepare(query, values).all<Row>()).results,
    first: async <Row>(query: string, ...values: SqlValue[]) => (await prepare(query, values).first<Row>()) ?? undefined,
    run: async (query, ...values) => (await prepare(query, values).run()).meta.changes,
    batch: async (statements: readonly Statement[]) => {
      const results = await database.batch(statements.map(([query, ...values]) => prepare(query, values)))
      return results.map((result) => result.meta.changes)
    },
  }
}
