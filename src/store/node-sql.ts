import type { DatabaseSync } from 'node:sqlite'
import type { Sql, SqlValue, Statement } from './sql.ts'

/** State in a SQLite file (or `:memory:`) under Node. */
export function nodeSql(database: DatabaseSync): Sql {
  const run = ([query, ...values]: Statement): number => Number(database.prepare(query).run(...values).changes)
  return {
    all: async <Row>(query: string, ...values: SqlValue[]) => database.prepare(query).all(...values) as Row[],
    first: async <Row>(query: string, ...values: SqlValue[]) => database.prepare(query).get(...values) as Row | undefined,
    run: async (...statement: Statement) => run(statement),
    async batch(statements) {
      database.exec('BEGIN')
      try {
        const changes = statements.map(run)
        database.exec('COMMIT')
        return changes
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}
