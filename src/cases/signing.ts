import { keyId, type ManifestSigner, toBase64 } from '../core/diagnosis/signature.ts'
import type { Deps } from './deps.ts'

const ALGORITHM = { name: 'Ed25519' }

/** The service's own key for the manifests of bundles: made at first use, kept in the database. */
export async function manifestSigner(deps: Deps): Promise<ManifestSigner> {
  const jwk = JSON.parse(await deps.state.idempotency.secret('manifest-key', await newKey())) as JsonWebKey
  const privateKey = await crypto.subtle.importKey('jwk', jwk, ALGORITHM, false, ['sign'])
  const publicKey = Uint8Array.from(atob((jwk.x ?? '').replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
  return {
    publicKey,
    sign: async (manifest) => new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, manifest.slice())),
  }
}

async function newKey(): Promise<string> {
  const pair = (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as CryptoKeyPair
  return JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey))
}

export async function signingKey(deps: Deps): Promise<{ id: string; publicKey: string }> {
  const { publicKey } = await manifestSigner(deps)
  return { id: keyId(publicKey), publicKey: toBase64(publicKey) }
}
