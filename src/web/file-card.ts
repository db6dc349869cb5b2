import { countOf, formatBytes, formatCount } from '../client/figures.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { button, el } from './dom.ts'
import { type Range, timeStrip } from './time-strip.ts'

/** What is known about one chosen file, and what the card shows of it. */
export type FileState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'reading'; readonly done: number; readonly bytesPerSecond: number }
  | { readonly kind: 'stalled'; readonly seconds: number }
  | { readonly kind: 'ready'; readonly receipts: readonly CutReceipt[] }
  | { readonly kind: 'unreadable'; readonly message: string; readonly advice: string }
  | { readonly kind: 'sending'; readonly receipts: readonly CutReceipt[]; readonly sent: number; readonly note: string }
  | { readonly kind: 'sent'; readonly receipts: readonly CutReceipt[] }

export interface FileCard {
  readonly node: HTMLLIElement
  readonly show: (state: FileState) => void
}

export interface CardContext {
  readonly name: string
  readonly size: number
  /** The case's moment, for the strip; undefined without a case. */
  readonly incidentAt: string | undefined
  /** Whether the receipt's window means something to the reader: without a case the whole file is kept. */
  readonly showsWindow: boolean
  /** What the strips of all cards stand for, so that they can be compared. */
  readonly scale: () => Range | undefined
  readonly onRemove: () => void
  /** Reads the file again from its start. */
  readonly onRestart: () => void
}

export function fileCard(context: CardContext): FileCard {
  const body = el('div')
  const remove = button('Remove', context.onRemove, { class: 'link' })
  const head = el('div', { class: 'card-head' }, el('h2', {}, context.name), remove)
  const node = el('li', { class: 'card' }, head, body)
  return {
    node,
    show: (state) => {
      node.dataset.state = state.kind
      remove.hidden = state.kind === 'sending' || state.kind === 'sent'
      const verb = state.kind === 'reading' || state.kind === 'stalled' ? 'Cancel' : 'Remove'
      remove.textContent = verb
      remove.setAttribute('aria-label', `${verb} ${context.name}`)
      body.replaceChildren(...contents(state, context))
    },
  }
}

function contents(state: FileState, context: CardContext): HTMLElement[] {
  switch (state.kind) {
    case 'waiting':
      return [el('p', { class: 'soft small' }, `${formatBytes(context.size)}, waiting`)]
    case 'reading':
      return [reading(state.done, state.bytesPerSecond, context)]
    case 'stalled':
      return [
        el(
          'p',
          { class: 'note warn' },
          `Nothing has moved for ${formatSeconds(state.seconds)}. The disk may be busy: wait, or start over.`,
        ),
        el('div', { class: 'actions' }, button('Start over', context.onRestart, { class: 'plain' })),
      ]
    case 'ready':
      return receiptsView(state.receipts, context)
    case 'unreadable':
      return [el('p', { class: 'note bad' }, `${state.message}. ${state.advice}`)]
    case 'sending':
      return [...receiptsView(state.receipts, context), sending(state.sent, keptBytes(state.receipts), state.note)]
    case 'sent':
      return [...receiptsView(state.receipts, context), el('p', { class: 'note good' }, 'Sent.')]
  }
}

function reading(done: number, bytesPerSecond: number, { name, size }: CardContext): HTMLElement {
  const left = bytesPerSecond > 0 ? `, ${formatSeconds((size - done) / bytesPerSecond)} left` : ''
  const says = `${formatBytes(done)} of ${formatBytes(size)} read at ${formatBytes(bytesPerSecond)}/s${left}`
  return el(
    'div',
    {},
    el('progress', { max: size, value: done, 'aria-label': `Reading ${name}` }),
    el('p', { class: 'soft small number' }, says),
  )
}

function sending(sent: number, total: number, note: string): HTMLElement {
  return el(
    'div',
    {},
    el('progress', { max: Math.max(1, total), value: sent, 'aria-label': 'Sending' }),
    el('p', { class: 'soft small number' }, `${formatBytes(sent)} of ${formatBytes(total)} sent${note ? `; ${note}` : ''}`),
  )
}

const keptBytes = (receipts: readonly CutReceipt[]): number => receipts.reduce((sum, { kept }) => sum + kept.bytes, 0)

/** An archive shows each file in it under its own name. */
function receiptsView(receipts: readonly CutReceipt[], context: CardContext): HTMLElement[] {
  return receipts.flatMap((receipt) => {
    const title = receipts.length > 1 ? [el('h3', {}, receipt.entry ?? receipt.name)] : []
    return [...title, ...receiptView(receipt, context)]
  })
}

/** Without a case nothing is cut: the reader knows of no window. */
const OF_THE_WINDOW = new Set(['nothing-in-window', 'clock-shift', 'clock-corrected'])

function receiptView(receipt: CutReceipt, context: CardContext): HTMLElement[] {
  const { source, window } = receipt
  const parts: HTMLElement[] = []
  if (source.from && source.to) {
    parts.push(
      timeStrip({
        file: { from: source.from, to: source.to },
        window: context.showsWindow ? window : undefined,
        incidentAt: context.showsWindow ? context.incidentAt : undefined,
        scale: context.scale(),
      }),
    )
  }
  parts.push(facts(receipt, context))
  const told = receipt.warnings.filter(({ code }) => context.showsWindow || !OF_THE_WINDOW.has(code))
  for (const { message } of told) parts.push(el('p', { class: 'note warn' }, message))
  return parts
}

function facts(receipt: CutReceipt, context: CardContext): HTMLElement {
  const list = el('dl', { class: 'facts' })
  const row = (term: string, says: string): void => list.append(el('dt', {}, term), el('dd', {}, says))
  const noun = receipt.kind === 'capture' ? 'packet' : 'record'
  row('Format', formatOf(receipt))
  if (!context.showsWindow) {
    row('Holds', `${countOf(receipt.source.recordsSeen ?? receipt.kept.records, noun)}, ${formatBytes(context.size)}`)
  } else {
    const { before, after, withoutTime, outOfScope } = receipt.dropped
    row('Is sent', `${countOf(receipt.kept.records, noun)}, ${formatBytes(receipt.kept.bytes)} of ${formatBytes(context.size)}`)
    const stays = [
      [before, 'before the window'],
      [after, 'after it'],
      [withoutTime, 'without a time'],
      [outOfScope, 'of other machines'],
    ] as const
    const named = stays.filter(([count]) => count > 0).map(([count, where]) => `${formatCount(count)} ${where}`)
    row('Stays here', named.length > 0 ? named.join(', ') : 'nothing')
  }
  const offset = clockOffsetOf(receipt)
  if (offset !== undefined) row('Clock', `${formatSeconds(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}: cut with that corrected`)
  const errors = receipt.logDigest?.errors.length ?? 0
  if (receipt.logDigest) row('Errors found', formatCount(errors + receipt.logDigest.errorsLeftOut))
  for (const quality of receipt.quality) row('Note', quality)
  return list
}

/** Of a capture that was cut by its own clock; what a log's was is said in a warning. */
function clockOffsetOf({ kind, options }: CutReceipt): number | undefined {
  if (kind !== 'capture' || typeof options.clockOffset !== 'object' || options.clockOffset === null) return undefined
  const value: unknown = Reflect.get(options.clockOffset, 'value')
  return typeof value === 'number' ? value : undefined
}

function formatOf({ format, compression, entry, options }: CutReceipt): string {
  const packed = compression === 'none' ? '' : `, ${compression}`
  const zone = typeof options.timezone === 'string' ? `, times in ${options.timezone}` : ''
  return `${format}${packed}${entry ? ` (${entry})` : ''}${zone}`
}
