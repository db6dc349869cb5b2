import type { KeptMap } from '../client/sender-privacy.ts'
import { mapCard } from './map-card.ts'

/** The pseudonym map of one case: in this browser's local storage, so that a reload goes on with it, and as a file for its owner. */
export class CaseNames {
  readonly node: HTMLElement
  private readonly caseId: string

  constructor(caseId: string) {
    this.caseId = caseId
    this.node = mapCard(() => this.map, `hangup-map-${caseId}.json`, 'Addresses are renamed before anything is sent.')
    this.node.hidden = this.map === undefined
  }

  get map(): KeptMap | undefined {
    const kept = localStorage.getItem(this.key)
    return kept === null ? undefined : JSON.parse(kept)
  }

  keep(map: KeptMap): void {
    localStorage.setItem(this.key, JSON.stringify(map))
    this.node.hidden = false
  }

  private get key(): string {
    return `hangup map ${this.caseId}`
  }
}
