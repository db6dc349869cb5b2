import type { PrivacySettings } from '../core/diagnosis/privacy/privacy.ts'
import { announce, button, el } from './dom.ts'
import { EngineFailure } from './engine.ts'
import type { EngineResults } from './engine-protocol.ts'
import { mapCard } from './map-card.ts'
import { save } from './save.ts'

type MakeBundle = (privacy: PrivacySettings) => Promise<EngineResults['bundle']>

/** Saves the bundle, with as much or as little in it as its owner wants to pass on. `name` is the file's, without `.zip`; `beside` another thing to do. */
export function bundleOffer(name: string, make: MakeBundle, beside: HTMLElement): HTMLElement {
  const strip = el('input', { type: 'checkbox', id: 'bundle-strip' })
  const rename = el('input', { type: 'checkbox', id: 'bundle-rename' })
  rename.addEventListener('change', () => {
    // Payload holds names too.
    strip.checked ||= rename.checked
    strip.disabled = rename.checked
  })
  const outcome = el('div')
  const go = button('Download the bundle', () => void download())
  const download = async (): Promise<void> => {
    go.disabled = true
    go.textContent = 'Packing…'
    outcome.replaceChildren()
    try {
      const { zip, map } = await make({ payload: strip.checked ? 'strip' : 'keep', addresses: rename.checked ? 'pseudonymise' : 'keep' })
      save(zip, `${name}.zip`)
      announce('The bundle was saved')
      if (map) outcome.replaceChildren(mapCard(() => map, `${name}-map.json`, 'Addresses in the bundle are renamed.'))
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error
      outcome.replaceChildren(el('p', { class: 'note bad', role: 'alert' }, `${error.message}. ${error.advice}`))
    } finally {
      go.disabled = false
      go.textContent = 'Download the bundle'
    }
  }
  return el(
    'div',
    {},
    el('div', { class: 'actions' }, go, beside),
    el(
      'p',
      { class: 'soft small' },
      'The bundle is a ZIP for a support or network engineer: the captures with the decisive packets marked, the logs, the report. It opens with Wireshark and a browser.',
    ),
    el(
      'details',
      {},
      el('summary', {}, 'Leave something out of the bundle'),
      el(
        'fieldset',
        { class: 'checks' },
        el('legend', { class: 'unseen' }, 'What the bundle leaves out'),
        check(strip, 'Leave out what packets carry', 'only headers stay; documents and passwords do not'),
        check(rename, 'Rename addresses', 'IP and MAC addresses, and machine names that are known; other names in the text of logs stay'),
      ),
    ),
    outcome,
  )
}

const check = (input: HTMLInputElement, label: string, more: string): HTMLElement =>
  el('label', { for: input.id }, input, el('span', {}, label), el('span', { class: 'more' }, more))
