import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Where wrangler keeps local databases, below the folder that it persists to. */
const DATABASES = 'v3/d1/miniflare-D1DatabaseObject'

/** The state of a local database against the migration files of this checkout. */
export type DatabaseState =
  /** Files that were not applied yet: all of them where there is no database. */
  | { readonly kind: 'pending'; readonly files: readonly string[] }
  | { readonly kind: 'ready' }
  /** It cannot be used, and why. */
  | { readonly kind: 'unusable'; readonly says: string }

/**
 * By wrangler's own record (table `d1_migrations`) and by the tables themselves: a file that was edited after it was applied leaves a
 * record that looks right and tables that are not.
 */
export function databaseState(persistedTo: string, migrations: string): DatabaseState {
  const files = readdirSync(migrations).sort()
  const folder = join(persistedTo, DATABASES)
  const stored = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite') : []
  try {
    for (const name of stored) {
      const database = new DatabaseSync(join(folder, name))
      const applied = appliedTo(database)
      const state = applied === undefined ? undefined : compared(database, applied, files, migrations)
      database.close()
      if (state) return state
    }
  } catch (error) {
    return { kind: 'unusable', says: `it cannot be read (${error instanceof Error ? error.message : error})` }
  }
  return { kind: 'pending', files }
}

function compared(database: DatabaseSync, applied: readonly string[], files: readonly string[], migrations: string): DatabaseState {
  const unknown = applied.find((name) => !files.includes(name))
  if (unknown !== undefined) return { kind: 'unusable', says: `it was made by a newer version (${unknown} is not in this one)` }
  const made = new DatabaseSync(':memory:')
  for (const name of applied) made.exec(readFileSync(join(migrations, name), 'utf8'))
  const [has, wanted] = [columnsOf(database), columnsOf(made)]
  const difference = [...wanted].find((column) => !has.has(column)) ?? [...has].find((column) => !wanted.has(column))
  if (difference !== undefined) return { kind: 'unusable', says: `${difference} differs: a migration file was edited after it was applied` }
  const pending = files.filter((name) => !applied.includes(name))
  return pending.length > 0 ? { kind: 'pending', files: pending } : { kind: 'ready' }
}

/** Names in the order they were applied; undefined where nothing ever was. */
function appliedTo(database: DatabaseSync): readonly string[] | undefined {
  const isThere = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'd1_migrations'").get()
  if (!isThere) return undefined
  return database
    .prepare('SELECT name FROM d1_migrations ORDER BY id')
    .all()
    .map(({ name }) => String(name))
}

/** Each column of each table of ours, as `table.column TYPE …`. The runtime's own tables begin with `_cf_`, `d1_` and `sqlite_`. */
function columnsOf(database: DatabaseSync): ReadonlySet<string> {
  const rows = database
    .prepare(
      `SELECT t.name AS 'table', c.name AS 'column', c.type, c."notnull" AS required, c.pk
         FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND t.name NOT LIKE 'd1\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all()
  return new Set(
    rows.map(({ table, column, type, required, pk }) => `${table}.${column} ${type}${required ? ' NOT NULL' : ''}${pk ? ' key' : ''}`),
  )
}
