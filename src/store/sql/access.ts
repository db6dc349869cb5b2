import type { Sql } from '../sql.ts'
import { json, maybeNumber, number, type Row, text } from './rows.ts'

export interface TenantSettings {
  readonly retentionDays: number
  readonly bytesADay: number
  readonly openCases: number
  readonly filesACase: number
  /** Bytes of one upload. */
  readonly uploadBytes: number
  /** Whether resumable uploads, which lie uncut for minutes, are allowed. */
  readonly rawUploads: boolean
}

export interface Tenant {
  readonly id: string
  readonly name: string
  readonly settings: TenantSettings
  readonly createdAt: number
}

export interface KeyRecord {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly hash: string
  readonly scopes: readonly string[]
  readonly createdAt: number
  readonly expiresAt: number | undefined
  readonly revokedAt: number | undefined
}

/** Tenants and their API keys. */
export function sqlAccess(sql: Sql) {
  return {
    async tenant(id: string): Promise<Tenant | undefined> {
      const row = await sql.first<Row>('SELECT * FROM tenants WHERE id = ?', id)
      return row && toTenant(row)
    },

    async tenants(): Promise<Tenant[]> {
      return (await sql.all<Row>('SELECT * FROM tenants ORDER BY id')).map(toTenant)
    },

    /** Leaves a tenant that is there already as it is. */
    async addTenant(tenant: Tenant): Promise<boolean> {
      const query = 'INSERT OR IGNORE INTO tenants (id, name, settings, created_at) VALUES (?, ?, ?, ?)'
      return (await sql.run(query, tenant.id, tenant.name, JSON.stringify(tenant.settings), tenant.createdAt)) === 1
    },

    async setSettings(id: string, settings: TenantSettings): Promise<void> {
      await sql.run('UPDATE tenants SET settings = ? WHERE id = ?', JSON.stringify(settings), id)
    },

    async key(id: string): Promise<KeyRecord | undefined> {
      const row = await sql.first<Row>('SELECT * FROM api_keys WHERE id = ?', id)
      return row && toKey(row)
    },

    async keys(tenant: string): Promise<KeyRecord[]> {
      return (await sql.all<Row>('SELECT * FROM api_keys WHERE tenant = ? ORDER BY created_at', tenant)).map(toKey)
    },

    async addKey(key: KeyRecord): Promise<void> {
      await sql.run(
        'INSERT INTO api_keys (id, tenant, name, hash, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[key.id, key.tenant, key.name, key.hash, JSON.stringify(key.scopes), key.createdAt, key.expiresAt ?? null],
      )
    },

    async revokeKey(tenant: string, id: string, at: number): Promise<boolean> {
      const query = 'UPDATE api_keys SET revoked_at = ? WHERE id = ? AND tenant = ? AND (revoked_at IS NULL OR revoked_at > ?)'
      return (await sql.run(query, at, id, tenant, at)) === 1
    },
  }
}

const toTenant = (row: Row): Tenant => ({
  id: text(row, 'id'),
  name: text(row, 'name'),
  settings: json(row, 'settings'),
  createdAt: number(row, 'created_at'),
})

const toKey = (row: Row): KeyRecord => ({
  id: text(row, 'id'),
  tenant: text(row, 'tenant'),
  name: text(row, 'name'),
  hash: text(row, 'hash'),
  scopes: json(row, 'scopes'),
  createdAt: number(row, 'created_at'),
  expiresAt: maybeNumber(row, 'expires_at'),
  revokedAt: maybeNumber(row, 'revoked_at'),
})
