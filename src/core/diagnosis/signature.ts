import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/**
 * Signs a bundle's manifest. The platform's key store implements it; core has no keys and no randomness.
 * `publicKey` is the raw 32-byte Ed25519 key (RFC 8032 §5.1.5); `sign` gives the raw 64-byte signature of the exact bytes.
 */
export interface ManifestSigner {
  readonly publicKey: Uint8Array
  sign(manifest: Uint8Array): Promise<Uint8Array>
}

/** True when `signature` is `publicKey`'s over `message` (RFC 8032 §5.1.7). Must not throw on malformed keys or signatures. */
export type SignatureCheck = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>

/** A key's name: the first 16 hex digits of the SHA-256 of the raw public key. */
export const keyId = (publicKey: Uint8Array): string => bytesToHex(sha256(publicKey)).slice(0, 16)

/** Standard base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

/** The bytes of standard base64, or undefined when it is none. White space round it is ignored. */
export function fromBase64(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  if (trimmed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(trimmed)) return undefined
  return Uint8Array.from(atob(trimmed), (char) => char.charCodeAt(0))
}
