import type { Deps, Principal } from '../cases/deps.ts'
import { Refusal } from '../cases/errors.ts'
import { hashOf } from '../cases/secrets.ts'
import { answerKey } from '../store/keys.ts'

/** Letters, digits and punctuation of ASCII, as draft-ietf-httpapi-idempotency-key-header's examples have. */
const KEY = /^[\x20-\x7e]{1,255}$/

/** Bytes: a row of D1 holds 2 MB, and the receipts of a large capture are longer. What is longer lies with the case's files. */
const LONGEST_IN_ROW = 1_000_000
const IN_STORE = new Uint8Array(0)

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
    const body = await this.#decrypt(await this.#wholeOf(known.answer, known.caseId))
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'idempotency-replayed': 'true' }
    return new Response(body, { status: known.status, headers })
  }

  async finish(fingerprint: string, answer: Response): Promise<Response> {
    const body = new Uint8Array(await answer.arrayBuffer())
    const caseId = /^\/v1\/cases\/(\w+)/.exec(answer.headers.get('location') ?? '')?.[1]
    const sealed = await this.#encrypt(body)
    const isLong = caseId !== undefined && sealed.length > LONGEST_IN_ROW
    if (isLong) await this.#deps.objects.put(answerKey(this.#tenant, caseId, this.#hash), sealed, 'application/octet-stream')
    const finished = { fingerprint, status: answer.status, answer: isLong ? IN_STORE : sealed, caseId }
    await this.#deps.state.idempotency.finish(this.#tenant, this.#hash, finished)
    return new Response(body, answer)
  }

  async #wholeOf(answer: Uint8Array<ArrayBuffer>, caseId: string | null): Promise<Uint8Array<ArrayBuffer>> {
    if (answer.length > 0) return answer
    const stored = await this.#deps.objects.get(answerKey(this.#tenant, caseId ?? '', this.#hash))
    if (!stored) throw new Error('a remembered answer is gone')
    return new Uint8Array(await new Response(stored.body).arrayBuffer())
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
