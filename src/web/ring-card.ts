import { countOf, formatBytes } from '../client/figures.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import { el } from './dom.ts'
import { spanOf, timeStrip } from './time-strip.ts'

/** The files of one ring buffer as one source: what they are together, and behind that each by itself. */
export interface RingCard {
  readonly node: HTMLLIElement
  /** Shows these files' cards in it. `read` are the receipts so far. */
  readonly show: (cards: readonly HTMLLIElement[], read: readonly CutReceipt[]) => void
}

export interface RingContext {
  readonly stem: string
  /** The case's moment; undefined without a case, where the files are not cut. */
  readonly incidentAt: string | undefined
}

export function ringCard({ stem, incidentAt }: RingContext): RingCard {
  const title = el('h2', {})
  const about = el('div', {})
  const list = el('ul', { class: 'cards', 'aria-label': `Files of ${stem}` })
  const each = el('details', {}, el('summary', {}, 'Each file by itself'), list)
  const node = el('li', { class: 'card ring' }, title, about, each)
  return {
    node,
    show: (cards, read) => {
      title.textContent = `${stem}: ${countOf(cards.length, 'file')} of a ring buffer`
      about.replaceChildren(...together(cards.length, read, incidentAt))
      if (list.children.length !== cards.length || cards.some((card, i) => list.children[i] !== card)) list.replaceChildren(...cards)
    },
  }
}

function together(files: number, read: readonly CutReceipt[], incidentAt: string | undefined): HTMLElement[] {
  const parts: HTMLElement[] = []
  const ranges = read.flatMap(({ source: { from, to } }) => (from && to ? [{ from, to }] : []))
  const [first] = read
  if (ranges.length > 0 && first) {
    const window = incidentAt === undefined ? undefined : first.window
    parts.push(timeStrip({ file: spanOf(ranges), window, incidentAt, scale: undefined }))
  }
  const sum = (of: (receipt: CutReceipt) => number): number => read.reduce((total, receipt) => total + of(receipt), 0)
  const kept = `${countOf(
    sum((one) => one.kept.records),
    'packet',
  )}, ${formatBytes(sum((one) => one.kept.bytes))} of ${formatBytes(sum((one) => one.source.size ?? 0))}`
  const held = countOf(
    sum((one) => one.source.recordsSeen ?? 0),
    'packet',
  )
  const pending = read.length < files ? ` (${read.length} of ${countOf(files, 'file')} read)` : ''
  parts.push(el('p', { class: 'small' }, `${incidentAt === undefined ? `Hold ${held}` : `Of them is sent: ${kept}`}${pending}`))
  return parts
}
