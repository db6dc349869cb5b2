import type { FrameMessage } from './report-view.ts'

/** Shows the report that the parent sends, as text it parses but never runs: parsed scripts are dead, and the policy forbids them. */
addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== parent || typeof event.data !== 'string') return
  const report = new DOMParser().parseFromString(event.data, 'text/html')
  document.replaceChild(document.importNode(report.documentElement, true), document.documentElement)
  new ResizeObserver(tellHeight).observe(document.documentElement)
})

function tellHeight(): void {
  const message: FrameMessage = { height: document.documentElement.getBoundingClientRect().height }
  parent.postMessage(message, '*')
}

parent.postMessage('ready', '*')
