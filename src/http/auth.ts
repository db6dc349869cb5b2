import type { Deps, Principal, Scope } from '../cases/deps.ts'
import { Refusal } from '../cases/errors.ts'
import { hashOf, readCredential, sameSecret } from '../cases/secrets.ts'

/** Keys that come from the environment, by hash: the development key of `npm start`, the operator's in production. */
export interface EnvironmentKeys {
  readonly developmentKey: string | undefined
  readonly operatorKey: string | undefined
}

export const DEVELOPMENT_TENANT = 'dev'

const KEY_SCOPES: readonly Scope[] = ['cases:write', 'cases:read', 'admin']

/** Who sends this request. Compares hashes in constant time; says the same whatever is wrong. */
export async function authenticate(deps: Deps, keys: EnvironmentKeys, request: Request): Promise<Principal> {
  const token = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (token === undefined) throw unauthorized()
  const presented = await hashOf(token)
  if (keys.developmentKey !== undefined && sameSecret(presented, await hashOf(keys.developmentKey))) {
    return keyPrincipal(DEVELOPMENT_TENANT, 'development', [...KEY_SCOPES, 'operator'])
  }
  if (keys.operatorKey !== undefined && sameSecret(presented, await hashOf(keys.operatorKey))) {
    return keyPrincipal('', 'operator', ['operator'])
  }
  const credential = readCredential(token)
  const principal = credential && (credential.prefix === 'hk' ? await byKey(deps, credential) : await byLink(deps, credential))
  if (!principal) throw unauthorized()
  return principal
}

const keyPrincipal = (tenant: string, id: string, scopes: Iterable<Scope>): Principal => ({
  tenant,
  actor: `key:${id}`,
  scopes: new Set(scopes),
  caseId: undefined,
  linkId: undefined,
})

async function byKey(deps: Deps, { id, secret }: { id: string; secret: string }): Promise<Principal | undefined> {
  const key = await deps.state.access.key(id)
  const right = sameSecret(await hashOf(secret), key?.hash ?? NO_HASH)
  if (!key || !right || isOver(deps, key.revokedAt) || isOver(deps, key.expiresAt)) return undefined
  return keyPrincipal(key.tenant, key.id, key.scopes as Scope[])
}

async function byLink(deps: Deps, { id, secret }: { id: string; secret: string }): Promise<Principal | undefined> {
  const link = await deps.state.links.get(id)
  const right = sameSecret(await hashOf(secret), link?.hash ?? NO_HASH)
  if (!link || !right || isOver(deps, link.revokedAt) || isOver(deps, link.expiresAt)) return undefined
  const scopes = new Set<Scope>([`link:${link.purpose}`])
  return { tenant: link.tenant, actor: `link:${link.id}`, scopes, caseId: link.caseId, linkId: link.id }
}

/** Compared with when there is nothing to compare with, so that an unknown id takes as long as a known one. */
const NO_HASH = '0'.repeat(64)

const isOver = (deps: Deps, at: number | undefined): boolean => at !== undefined && at <= deps.now()

const unauthorized = (): Refusal =>
  new Refusal(
    'unauthorized',
    'no valid key or link token came with this request',
    'Send "Authorization: Bearer KEY" with a key that is not revoked or expired.',
  )
