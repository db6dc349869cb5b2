import type { KeptMap } from '../client/sender-privacy.ts'
import { button, el } from './dom.ts'
import { save } from './save.ts'

/** The pseudonym map of one case: in this browser's local storage, so that a reload goes on with it, and as a file for its owner. */
export class CaseNames {
  readonly node = el('div', { class: 'card', hidden: true })
  private readonly caseId: string

  constructor(caseId: string) {
    this.caseId = caseId
    const download = (): void => save(new Blob([JSON.stringify(this.map)], { type: 'application/json' }), `hangup-map-${caseId}.json`)
    this.node.append(
      el('p', {}, 'Addresses are renamed before anything is sent. Keep this file: only it turns the names back. It is never sent.'),
      button('Save the map of names', download, { class: 'plain' }),
    )
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
