import { readCaseLink } from './case-link.ts'
import { place } from './dom.ts'
import { renderGuide } from './guide.ts'
import { showTryHere } from './try-here.ts'

const link = readCaseLink(location.hash)
const guide = place('guide')

const tellNetwork = (): void => {
  place('offline').hidden = navigator.onLine
}
for (const change of ['online', 'offline'] as const) addEventListener(change, tellNetwork)
tellNetwork()

renderGuide(guide, {})
if (link) {
  const { showCase } = await import('./case-view.ts')
  await showCase(place('view'), link, (known) => renderGuide(guide, known))
} else {
  showTryHere(place('view'))
}
// Kept for when there is no network. Where service workers are not to be had (private windows), the page works as long as it is open.
if ('serviceWorker' in navigator) await navigator.serviceWorker.register('/offline.js')

// A jump to the guide must not replace the fragment: it holds the case's token, which a reload needs.
for (const anchor of document.querySelectorAll('a[href="#guide"]')) {
  anchor.addEventListener('click', (event) => {
    event.preventDefault()
    guide.scrollIntoView()
  })
}
