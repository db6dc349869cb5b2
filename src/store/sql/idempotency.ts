import type { Sql } from '../sql.ts'

export interface RememberedAnswer {
  readonly fingerprint: string | null
  /** Null while the first request still runs. */
  readonly status: number | null
  readonly answer: Uint8Array<ArrayBuffer> | null
  readonly caseId: string | null
}

export interface FinishedAnswer {
  readonly fingerprint: string
  readonly status: number
  readonly answer: Uint8Array<ArrayBuffer>
  readonly caseId: string | undefined
}

/** Milliseconds after which a first request that never answered counts as dead: no request lasts as long. */
const ABANDONED = 20 * 60_000

/** Answers by Idempotency-Key, and the service's own secrets. */
export function sqlIdempotency(sql: Sql) {
  return {
    /** Claims the key; otherwise what is known of it. */
    async begin(tenant: string, keyHash: string, now: number): Promise<RememberedAnswer | 'new'> {
      await sql.run(
        'DELETE FROM idempotency WHERE tenant = ? AND key_hash = ? AND status IS NULL AND created_at < ?',
        tenant,
        keyHash,
        now - ABANDONED,
      )
      const query = 'INSERT OR IGNORE INTO idempotency (tenant, key_hash, created_at) VALUES (?, ?, ?)'
      if ((await sql.run(query, tenant, keyHash, now)) === 1) return 'new'
      const known = await sql.first<{
        fingerprint: string | null
        status: number | null
        answer: ArrayLike<number> | null
        caseId: string | null
      }>('SELECT fingerprint, status, answer, case_id AS caseId FROM idempotency WHERE tenant = ? AND key_hash = ?', ...[tenant, keyHash])
      if (!known) return this.begin(tenant, keyHash, now)
      // D1 answers a BLOB as an array of numbers, node:sqlite as bytes.
      return { ...known, answer: known.answer ? Uint8Array.from(known.answer) : null }
    },

    async finish(tenant: string, keyHash: string, finished: FinishedAnswer): Promise<void> {
      const { fingerprint, status, answer, caseId } = finished
      await sql.run(
        'UPDATE idempotency SET fingerprint = ?, status = ?, answer = ?, case_id = ? WHERE tenant = ? AND key_hash = ?',
        ...[fingerprint, status, answer, caseId ?? null, tenant, keyHash],
      )
    },

    async forget(tenant: string, keyHash: string): Promise<void> {
      await sql.run('DELETE FROM idempotency WHERE tenant = ? AND key_hash = ?', tenant, keyHash)
    },

    async forgetBefore(time: number): Promise<void> {
      await sql.run('DELETE FROM idempotency WHERE created_at < ?', time)
    },

    /** The secret of this name; `fresh` becomes it where there is none yet. */
    async secret(name: string, fresh: string): Promise<string> {
      await sql.run('INSERT OR IGNORE INTO service_secrets (name, value) VALUES (?, ?)', name, fresh)
      const row = await sql.first<{ value: string }>('SELECT value FROM service_secrets WHERE name = ?', name)
      return row?.value ?? fresh
    },
  }
}
