import type { Deps } from '../deps.ts'

/** A signing secret as the Standard Webhooks specification writes it: `whsec_` and base 64 of 24 to 64 bytes. */
export const newWebhookSecret = (deps: Pick<Deps, 'random'>): string => `whsec_${btoa(String.fromCharCode(...deps.random(32)))}`

/**
 * The `webhook-signature` header: one `v1,…` for each secret, so that a receiver can change secrets without losing a message.
 * Signed is `id.timestamp.body`.
 *
 * @see Standard Webhooks specification, "Signature scheme" and "Symmetric"
 * @param timestamp seconds since the Unix epoch
 */
export async function webhookSignature(secrets: readonly string[], id: string, timestamp: number, body: string): Promise<string> {
  const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map(async (secret) => `v1,${await hmac(secret, text)}`))
  return signatures.join(' ')
}

async function hmac(secret: string, text: Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (letter) => letter.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, text))))
}
