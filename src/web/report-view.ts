import { el } from './dom.ts'

/** CSS pixels: a report beyond that scrolls in its frame. */
const TALLEST = 20_000

/**
 * A report in a frame where no script runs, whatever a log line smuggled into it, and which may ask nothing: its page comes with a
 * content policy of its own, because a report has inline styles, which this page forbids. This page reaches in and puts the report there.
 */
export function reportView(html: string): HTMLIFrameElement {
  const frame = el('iframe', { class: 'report', title: 'Report', src: '/report-frame', sandbox: 'allow-same-origin' })
  frame.addEventListener('load', () => {
    const inside = frame.contentDocument
    if (!inside) return
    // Parsed in the frame, under the frame's policy; scripts that come this way never run, here or there.
    inside.documentElement.innerHTML = html
    const adjust = (): void => {
      const { height } = inside.documentElement.getBoundingClientRect()
      frame.style.setProperty('height', `${Math.min(TALLEST, Math.ceil(height) + 4)}px`)
    }
    new ResizeObserver(adjust).observe(inside.documentElement)
    adjust()
  })
  return frame
}
