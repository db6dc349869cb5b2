import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { databaseState } from '../../infra/local-database.ts'

const MIGRATIONS = fileURLToPath(new URL('../../infra/migrations/', import.meta.url))
let home = ''
let files = ''

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hangup-database-'))
  files = join(home, 'migrations')
  mkdirSync(files)
  writeFileSync(join(files, '0001_cases.sql'), readFileSync(join(MIGRATIONS, '0001_cases.sql')))
})
afterEach(() => rmSync(home, { recursive: true }))

/** A database as wrangler leaves it, made by the migrations as they are now. */
function store(...applied: readonly string[]): string {
  const folder = join(home, 'v3/d1/miniflare-D1DatabaseObject')
  mkdirSync(folder, { recursive: true })
  new DatabaseSync(join(folder, 'metadata.sqlite')).close()
  const path = join(folder, 'ab12.sqlite')
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT); CREATE TABLE _cf_METADATA (key INTEGER)')
  for (const name of applied) {
    database.exec(readFileSync(join(files, name), 'utf8'))
    database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').run(name)
  }
  database.close()
  return path
}

const add = (name: string, sql: string): void => writeFileSync(join(files, name), sql)

it('a folder without a database has everything to apply', () => {
  expect(databaseState(home, files)).toEqual({ kind: 'pending', files: ['0001_cases.sql'] })
})

it('a database that all were applied to is ready', () => {
  store('0001_cases.sql')
  expect(databaseState(home, files)).toEqual({ kind: 'ready' })
})

it('a new migration file is applied, the others are not again', () => {
  store('0001_cases.sql')
  add('0002_more.sql', 'ALTER TABLE tenants ADD COLUMN colour TEXT')
  expect(databaseState(home, files)).toEqual({ kind: 'pending', files: ['0002_more.sql'] })
})

it('a migration file that was edited after it was applied is named by what differs', () => {
  store('0001_cases.sql')
  add(
    '0001_cases.sql',
    readFileSync(join(files, '0001_cases.sql'), 'utf8').replace('name TEXT NOT NULL,', 'name TEXT NOT NULL, size INTEGER,'),
  )
  expect(databaseState(home, files)).toEqual({
    kind: 'unusable',
    says: expect.stringMatching(/^\w+\.size INTEGER differs: a migration file/),
  })
})

it("a newer version's database is left alone", () => {
  add('0002_more.sql', 'ALTER TABLE tenants ADD COLUMN colour TEXT')
  store('0001_cases.sql', '0002_more.sql')
  rmSync(join(files, '0002_more.sql'))
  expect(databaseState(home, files)).toEqual({ kind: 'unusable', says: expect.stringContaining('newer version (0002_more.sql') })
})

it('a damaged database is said to be so', () => {
  writeFileSync(store('0001_cases.sql'), 'no database at all, but long enough to be looked at as one: '.repeat(100))
  expect(databaseState(home, files)).toEqual({ kind: 'unusable', says: expect.stringContaining('cannot be read') })
})
