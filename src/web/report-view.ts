import { el } from './dom.ts'

/** What the frame tells its parent: the height it needs, in CSS pixels. */
export interface FrameMessage {
  readonly height: number
}

/**
 * A report in a frame without scripts of its own, without network and with an origin of nobody: whatever a log line smuggled into
 * it can reach nothing. The frame's page has a content policy for inline styles, which this page forbids.
 */
export function reportView(html: string): HTMLIFrameElement {
  const frame = el('iframe', { class: 'report', title: 'Report', src: '/report-frame', sandbox: 'allow-scripts' })
  addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== frame.contentWindow) return
    if (event.data === 'ready') frame.contentWindow?.postMessage(html, '*')
    else if (isFrameMessage(event.data)) frame.style.setProperty('height', `${Math.min(20_000, Math.ceil(event.data.height) + 4)}px`)
  })
  return frame
}

const isFrameMessage = (data: unknown): data is FrameMessage =>
  typeof data === 'object' && data !== null && 'height' in data && typeof data.height === 'number'
