import type { ManifestSigner, SignatureCheck } from '../core/diagnosis/signature.ts'

/** Ed25519 by WebCrypto, a web standard that Node, workerd and browsers share. */

/** A signing key as it is kept: private and public part as JWK (RFC 8037). */
export type SigningKey = JsonWebKey

/** A fresh key: made once, at the first start, and kept by the caller. */
export async function makeSigningKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('privateKey' in pair)) throw new TypeError('Ed25519 gives a key pair')
  return crypto.subtle.exportKey('jwk', pair.privateKey)
}

/** @throws {DOMException} when the key is no Ed25519 private key */
export async function ed25519Signer(key: SigningKey): Promise<ManifestSigner> {
  const { kty, crv, x } = key
  const privateKey = await crypto.subtle.importKey('jwk', key, 'Ed25519', false, ['sign'])
  const publicKey = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', true, ['verify'])
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    sign: async (manifest) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, Uint8Array.from(manifest))),
  }
}

export const verifyEd25519: SignatureCheck = async (publicKey, signature, message) => {
  try {
    const key = await crypto.subtle.importKey('raw', Uint8Array.from(publicKey), 'Ed25519', false, ['verify'])
    return await crypto.subtle.verify('Ed25519', key, Uint8Array.from(signature), Uint8Array.from(message))
  } catch (error) {
    // A key that is no point of the curve is refused at import: that is a wrong signature, not a failure.
    if (error instanceof DOMException) return false
    throw error
  }
}
