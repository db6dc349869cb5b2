import type { CaseRecord, Progress } from '../store/records.ts'
import type { Deps } from './deps.ts'
import { report } from './find-case.ts'

/** Milliseconds between two signs of life. */
const EVERY = 5000

/** Another worker has the case, or it was deleted: stop, and publish nothing. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** Renews the lease and reports progress, at most every five seconds however often it is told. */
export class Heartbeat {
  readonly #deps: Deps
  readonly #taken: CaseRecord
  readonly #token: string
  #progress: Progress = { step: 'reading', percent: 0 }
  #beatAt = 0
  #bytesRead = 0

  constructor(deps: Deps, taken: CaseRecord, token: string) {
    this.#deps = deps
    this.#taken = taken
    this.#token = token
  }

  /** A new step: reported at once. */
  async step(step: string, percent: number): Promise<void> {
    this.#progress = { step, percent }
    await this.#renew()
  }

  /** Called after every read, as often as you like. */
  async beat(bytes: number): Promise<void> {
    this.#bytesRead += bytes
    if (this.#deps.now() - this.#beatAt >= EVERY) await this.#renew()
  }

  async #renew(): Promise<void> {
    this.#beatAt = this.#deps.now()
    const { id, tenant, revision } = this.#taken
    if (!(await this.#deps.state.leases.renew(id, this.#token, this.#progress, this.#beatAt))) throw new LeaseLost()
    const { step, percent } = this.#progress
    await report(this.#deps, { tenant, caseId: id }, 'progress', { revision, step, percent, bytesRead: this.#bytesRead })
  }
}
