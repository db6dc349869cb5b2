import type { KeyRecord } from '../store/sql/access.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { hashOf, newCredential } from './secrets.ts'
import { tenantOf } from './tenants.ts'

export const KEY_SCOPES = ['cases:write', 'cases:read', 'admin'] as const
export type KeyScope = (typeof KEY_SCOPES)[number]

export interface KeyWish {
  readonly name: string
  readonly scopes: readonly KeyScope[]
  /** Seconds. */
  readonly expiresIn?: number | undefined
}

export interface IssuedKey {
  readonly key: KeyRecord
  /** Shown once: only its hash is kept. */
  readonly token: string
}

export async function issueKey(deps: Deps, tenant: string, wish: KeyWish): Promise<IssuedKey> {
  await tenantOf(deps, tenant)
  const { id, secret, token } = newCredential('hk', deps)
  const now = deps.now()
  const key: KeyRecord = {
    ...{ id, tenant, name: wish.name, hash: await hashOf(secret), scopes: wish.scopes, createdAt: now },
    expiresAt: wish.expiresIn === undefined ? undefined : now + wish.expiresIn * 1000,
    revokedAt: undefined,
  }
  await deps.state.access.addKey(key)
  deps.log('key.issued', { tenant, key: id })
  return { key, token }
}

/** A new key like the old one, which stays good for a while so that nobody is cut off. */
export async function rotateKey(deps: Deps, principal: Principal, id: string, graceSeconds: number): Promise<IssuedKey> {
  const old = await deps.state.access.key(id)
  if (!old || old.tenant !== principal.tenant || (old.revokedAt ?? Number.POSITIVE_INFINITY) <= deps.now()) throw unknownKey()
  const issued = await issueKey(deps, principal.tenant, { name: old.name, scopes: old.scopes as KeyScope[] })
  await deps.state.access.revokeKey(principal.tenant, id, deps.now() + graceSeconds * 1000)
  return issued
}

export async function revokeKey(deps: Deps, principal: Principal, id: string): Promise<void> {
  if (!(await deps.state.access.revokeKey(principal.tenant, id, deps.now()))) throw unknownKey()
  deps.log('key.revoked', { tenant: principal.tenant, key: id })
}

const unknownKey = (): Refusal => new Refusal('unknown-key', 'there is no such key', 'List the keys; a revoked key stays revoked.')
