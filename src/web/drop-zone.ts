import { el } from './dom.ts'

/** A place to drop files on or pick them, for mouse, finger and keyboard alike. */
export function dropZone(invites: string, onFiles: (files: readonly File[]) => void): HTMLElement {
  const input = el('input', { type: 'file', multiple: true, id: 'files' })
  const label = el('label', { class: 'button', for: 'files' }, 'Choose files')
  const zone = el('div', { class: 'drop' }, input, label, el('p', { class: 'soft' }, invites))
  const take = (list: FileList | null | undefined): void => {
    if (list && list.length > 0) onFiles([...list])
  }
  input.addEventListener('change', () => {
    take(input.files)
    // So that the same file can be chosen again after it was removed.
    input.value = ''
  })
  zone.addEventListener('dragover', (event) => {
    event.preventDefault()
    zone.classList.add('over')
  })
  zone.addEventListener('dragleave', () => zone.classList.remove('over'))
  zone.addEventListener('drop', (event) => {
    event.preventDefault()
    zone.classList.remove('over')
    take(event.dataTransfer?.files)
  })
  return zone
}
