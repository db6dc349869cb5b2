import type { PseudonymMap } from '../core/diagnosis/privacy/pseudonyms.ts'
import { button, el } from './dom.ts'
import { save } from './save.ts'

/** Offers the file that turns pseudonyms back; `says` is what was renamed, a sentence. */
export function mapCard(map: () => PseudonymMap | undefined, fileName: string, says: string): HTMLElement {
  const download = (): void => save(new Blob([JSON.stringify(map())], { type: 'application/json' }), fileName)
  return el(
    'div',
    { class: 'card' },
    el('p', {}, `${says} Keep this file: only it turns the names back. It is never sent.`),
    el('div', { class: 'actions' }, button('Save the map of names', download, { class: 'plain' })),
  )
}
