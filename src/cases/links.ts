import type { LinkPurpose, LinkRecord } from '../store/sql/links.ts'
import type { Deps, Principal } from './deps.ts'
import { GIB } from './deps.ts'
import { Refusal } from './errors.ts'
import { audit, findCase } from './find-case.ts'
import { hashOf, newCredential } from './secrets.ts'

export interface LinkWish {
  readonly for: LinkPurpose
  readonly expiresIn: number
  readonly maxBytes?: number | undefined
  readonly maxFiles?: number | undefined
}

export interface IssuedLink {
  readonly id: string
  /** The token rides in the fragment: it is in no request line, no log and no `Referer`; the page sends it as Bearer. */
  readonly url: string
  readonly expiresAt: number
}

const LONGEST = 90 * 86_400 // seconds
const UPLOAD_LIMITS = { maxBytes: 20 * GIB, maxFiles: 50 }

/** A link for a ticket: one case, one purpose, until it expires or is revoked. */
export async function issueLink(deps: Deps, principal: Principal, caseId: string, wish: LinkWish, origin: string): Promise<IssuedLink> {
  const found = await findCase(deps, principal, caseId)
  const { id, secret, token } = newCredential('hl', deps)
  const now = deps.now()
  const limits = wish.for === 'upload' ? { ...UPLOAD_LIMITS, ...defined(wish) } : { maxBytes: undefined, maxFiles: undefined }
  const link: LinkRecord = {
    id,
    tenant: principal.tenant,
    caseId: found.id,
    purpose: wish.for,
    hash: await hashOf(secret),
    createdAt: now,
    expiresAt: Math.min(now + Math.min(wish.expiresIn, LONGEST) * 1000, found.expiresAt),
    revokedAt: undefined,
    maxBytes: limits.maxBytes,
    maxFiles: limits.maxFiles,
    usedBytes: 0,
    usedFiles: 0,
  }
  await deps.state.links.add(link)
  await audit(deps, principal, caseId, 'link.made', { link: id, for: wish.for })
  return { id, url: `${origin}/#case=${caseId}&for=${wish.for}&token=${token}`, expiresAt: link.expiresAt }
}

const defined = ({ maxBytes, maxFiles }: LinkWish) => ({
  ...(maxBytes === undefined ? {} : { maxBytes }),
  ...(maxFiles === undefined ? {} : { maxFiles }),
})

export async function listLinks(deps: Deps, principal: Principal, caseId: string): Promise<LinkRecord[]> {
  await findCase(deps, principal, caseId)
  return deps.state.links.of(caseId)
}

export async function revokeLink(deps: Deps, principal: Principal, caseId: string, id: string): Promise<void> {
  await findCase(deps, principal, caseId)
  if (!(await deps.state.links.revoke(caseId, id, deps.now()))) {
    throw new Refusal('unknown-link', 'this case has no such link', 'List the links of the case; a revoked link stays revoked.')
  }
  await audit(deps, principal, caseId, 'link.revoked', { link: id })
}

/** Takes from a link's allowance, where the caller came by a link. */
export async function spendLink(deps: Deps, principal: Principal, bytes: number, files: number): Promise<void> {
  if (principal.linkId === undefined) return
  if (!(await deps.state.links.spend(principal.linkId, bytes, files))) {
    throw new Refusal('quota-exceeded', 'this upload link allows no more', 'Ask for a new link.')
  }
}
