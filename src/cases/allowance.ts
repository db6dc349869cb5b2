import type { TenantSettings } from '../store/sql/access.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { spendLink } from './links.ts'

/** Bytes taken from the quota at once where the caller does not say how many will come. */
const STEP = 16 * 1024 * 1024

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/**
 * What an upload may still take of its tenant's day and of its link. It takes before the bytes are read and gives back what was
 * not used, so that parallel uploads cannot exceed a quota together.
 */
export class Allowance {
  readonly #deps: Deps
  readonly #principal: Principal
  readonly #settings: TenantSettings
  readonly #day: string
  #taken = 0
  #used = 0

  constructor(deps: Deps, principal: Principal, settings: TenantSettings) {
    this.#deps = deps
    this.#principal = principal
    this.#settings = settings
    this.#day = dayOf(deps.now())
  }

  get used(): number {
    return this.#used
  }

  /** Takes `bytes` for the whole upload, where they are known before. */
  async declare(bytes: number): Promise<void> {
    if (bytes > this.#settings.uploadBytes) this.#tooLarge()
    await this.#take(bytes)
  }

  async use(bytes: number): Promise<void> {
    this.#used += bytes
    if (this.#used > this.#settings.uploadBytes) this.#tooLarge()
    if (this.#used > this.#taken) await this.#take(Math.max(STEP, this.#used - this.#taken))
  }

  /** Gives back what was taken and not used. */
  async settle(): Promise<void> {
    const rest = this.#taken - this.#used
    this.#taken = this.#used
    if (rest <= 0) return
    await this.#deps.state.meters.spend(this.#principal.tenant, this.#day, -rest, 0)
    await spendLink(this.#deps, this.#principal, -rest, 0)
  }

  async #take(bytes: number): Promise<void> {
    await spendLink(this.#deps, this.#principal, bytes, 0)
    if (!(await this.#deps.state.meters.spend(this.#principal.tenant, this.#day, bytes, this.#settings.bytesADay))) {
      await spendLink(this.#deps, this.#principal, -bytes, 0)
      throw new Refusal(
        'quota-exceeded',
        `your ${this.#settings.bytesADay} bytes of today are used up`,
        'Cut files first, or go on tomorrow (UTC).',
        {
          retryAfterSeconds: secondsToMidnight(this.#deps.now()),
        },
      )
    }
    this.#taken += bytes
  }

  #tooLarge(): never {
    const advice = 'Cut it first: hangup trim --from T --to T FILE, then send what is left.'
    throw new Refusal('too-large', `an upload may have ${this.#settings.uploadBytes} bytes`, advice)
  }
}

const secondsToMidnight = (ms: number): number => Math.ceil((86_400_000 - (ms % 86_400_000)) / 1000)
