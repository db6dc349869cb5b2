import type { Deps } from './deps.ts'
import { newToken } from './ids.ts'

/** SHA-256 in hex: what is kept of a secret. Secrets here are random and long, so no slow hash is needed. */
export async function hashOf(secret: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret))))
}

export const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Compares in a time that does not depend on where two texts differ. Give it hashes, so that their length says nothing. */
export function sameSecret(one: string, other: string): boolean {
  let difference = one.length ^ other.length
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at % Math.max(1, other.length))
  return difference === 0
}

/** A new secret of 160 random bits behind the id that finds it: `hk_…` for keys, `hl_…` for links. */
export function newCredential(prefix: 'hk' | 'hl', deps: Pick<Deps, 'random'>): { id: string; secret: string; token: string } {
  const id = newToken(deps, 16)
  const secret = newToken(deps, 32)
  return { id, secret, token: `${prefix}_${id}_${secret}` }
}

export function readCredential(token: string): { prefix: 'hk' | 'hl'; id: string; secret: string } | undefined {
  const match = /^(hk|hl)_([0-9a-z]{16})_([0-9a-z]{32})$/.exec(token)
  const [, prefix, id, secret] = match ?? []
  if ((prefix !== 'hk' && prefix !== 'hl') || id === undefined || secret === undefined) return undefined
  return { prefix, id, secret }
}

/** HMAC-SHA-256 in hex. */
export async function signText(key: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const secret = await crypto.subtle.importKey('raw', new TextEncoder().encode(key), algorithm, false, ['sign'])
  return toHex(new Uint8Array(await crypto.subtle.sign('HMAC', secret, new TextEncoder().encode(text))))
}
