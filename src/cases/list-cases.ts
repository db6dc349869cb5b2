import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { PeerText } from './question.ts'
import { type CaseView, viewCases } from './view.ts'

export interface ListWish {
  readonly status?: string | undefined
  readonly ticket?: string | undefined
  readonly peer?: string | undefined
  readonly cause?: string | undefined
  readonly since?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** A page of the tenant's cases, newest first. The cursor is the last case shown, so that new cases shift nothing. */
export async function listCases(deps: Deps, principal: Principal, wish: ListWish): Promise<{ cases: CaseView[]; next: string | null }> {
  const { since, cursor, limit, ...filter } = wish
  const found = await deps.state.cases.list(principal.tenant, {
    ...filter,
    peer: addressOf(filter.peer),
    limit: limit + 1,
    since: since === undefined ? undefined : Date.parse(since),
    after: cursor === undefined ? undefined : readCursor(cursor),
  })
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { cases: await viewCases(deps, page), next: found.length > limit && last ? `${last.createdAt}.${last.id}` : null }
}

/** A case's `peer` may be given back as it was sent: only its address is compared. */
function addressOf(peer: string | undefined): string | undefined {
  if (peer === undefined) return undefined
  const { data } = PeerText.safeParse(peer)
  if (!data) throw new Refusal('bad-request', 'peer: this is no IP address', 'Name the peer by address, with or without its port.')
  return data.ip
}

function readCursor(cursor: string): { createdAt: number; id: string } {
  const match = /^(\d{1,15})\.([\w]{1,64})$/.exec(cursor)
  const [, createdAt, id] = match ?? []
  if (createdAt === undefined || id === undefined)
    throw new Refusal('bad-request', 'this cursor is none of ours', 'Send `next` of the page before.')
  return { createdAt: Number(createdAt), id }
}
