import type { Deps, Principal } from '../cases/deps.ts'
import { Refusal } from '../cases/errors.ts'
import { hashOf } from '../cases/secrets.ts'

/** Letters, digits and punctuation of ASCII, as draft-ietf-httpapi-idempotency-key-header's examples have. */
const KEY = /^[\x20-\x7e]{1,255}$/

/**
 * One Idempotency-Key of one tenant. The remembered answer may hold a secret that is shown once, so it is encrypted under the
 * caller's own key, of which only a hash is stored.
 */
export class Idempotency {
  readonly #deps: Deps
  readonly #tenant: string
  readonly #key: string
  readonly #hash: string

  private constructor(deps: Deps, tenant: string, key: string, hash: string) {
    this.#deps = deps
    this.#tenant = tenant
    this.#key = key
    this.#hash = hash
  }

  /** Undefined when the request carries no key. */
  static async of(deps: Deps, principal: Principal, request: Request): Promise<Idempotency | undefined> {
    const key = request.headers.get('idempotency-key')
    if (key === null) return undefined
    if (!KEY.test(key))
      throw new Refusal('bad-request', 'the Idempotency-Key is malformed', 'Send 1 to 255 ASCII characters, a UUID for instance.')
    const owner = `${principal.tenant}/${principal.actor}`
    return new Idempotency(deps, principal.tenant, key, await hashOf(`idempotency ${owner} ${key}`))
  }

  /** The answer to repeat, or undefined: then do the work and call `finish`, or `forget` when it failed. */
  async begin(fingerprint: () => Promise<string>): Promise<Response | undefined> {
    const known = await this.#deps.state.idempotency.begin(this.#tenant, this.#hash, this.#deps.now())
    if (known === 'new') return undefined
    if (known.status === null || known.answer === null) {
      throw new Refusal('idempotency-in-progress', 'the first request with this Idempotency-Key still runs', 'Wait and ask again.', {
        retryAfterSeconds: 2,
      })
    }
    if (known.fingerprint !== (await fingerprint())) {
      throw new Refusal('idempotency-mismatch', 'this Idempotency-Key was used for another request', 'Use a new key for a new request.')
    }
    const body = await this.#decrypt(known.answer)
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'idempotency-replayed': 'true' }
    return new Response(body, { status: known.status, headers })
  }

  async finish(fingerprint: string, answer: Response): Promise<Response> {
    const body = new Uint8Array(await answer.arrayBuffer())
    const caseId = /^\/v1\/cases\/(\w+)/.exec(answer.headers.get('location') ?? '')?.[1]
    const finished = { fingerprint, status: answer.status, answer: await this.#encrypt(body), caseId }
    await this.#deps.state.idempotency.finish(this.#tenant, this.#hash, finished)
    return new Response(body, answer)
  }

  async forget(): Promise<void> {
    await this.#deps.state.idempotency.forget(this.#tenant, this.#hash)
  }

  async #cipher(): Promise<CryptoKey> {
    const raw = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`answer ${this.#tenant} ${this.#key}`))
    return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
  }

  async #encrypt(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const iv = this.#deps.random(12)
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await this.#cipher(), body))
    const stored = new Uint8Array(iv.length + sealed.length)
    stored.set(iv)
    stored.set(sealed, iv.length)
    return stored
  }

  async #decrypt(stored: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv: stored.subarray(0, 12) }, await this.#cipher(), stored.subarray(12))
  }
}
