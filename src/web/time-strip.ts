import { formatSeconds } from '../core/time/duration.ts'
import { el, readableStamp, stamp } from './dom.ts'

/** Instants as the receipt states them, ISO 8601. */
export interface StripTimes {
  readonly file: Range
  readonly window: Range | undefined
  readonly incidentAt: string | undefined
  /** What the whole strip stands for, where several are to be compared; file and window by default. */
  readonly scale: Range | undefined
}

/** Instants as the receipt states them. */
export interface Range {
  readonly from: string
  readonly to: string
}

/** A piece of the strip: fractions of its width. */
interface Piece {
  readonly from: number
  readonly to: number
}

/** The file as a bar, with the window framed and the incident marked: whether they meet is seen at a glance, and said in words. */
export function timeStrip(times: StripTimes): HTMLElement {
  const scale = scaleOf(times)
  const strip = el(
    'div',
    { class: times.window ? 'strip' : 'strip whole', role: 'img', 'aria-label': inWords(times) },
    el('div', { class: 'axis' }),
  )
  strip.append(piece('span', scale(times.file)))
  if (times.window) {
    const kept = overlap(times.file, times.window)
    if (kept) strip.append(piece('kept', scale(kept)))
    strip.append(piece('window', scale(times.window)))
  }
  if (times.incidentAt) strip.append(piece('moment', scale({ from: times.incidentAt, to: times.incidentAt })))
  const ends = el('p', { class: 'strip-ends' }, stamp(times.file.from), ' to ', stamp(times.file.to))
  return el('div', {}, strip, ends)
}

function piece(kind: string, { from, to }: Piece): HTMLElement {
  const node = el('div', { class: kind })
  // Through the object model, not an attribute: the page's content policy forbids style attributes.
  node.style.setProperty('--from', String(from))
  node.style.setProperty('--to', String(to))
  return node
}

function scaleOf({ file, window, scale }: StripTimes): (range: Range) => Piece {
  const { from, to } = scale ?? spanOf([file, ...(window ? [window] : [])])
  const start = Date.parse(from)
  const length = Math.max(1, Date.parse(to) - start)
  const place = (at: string): number => Math.min(1, Math.max(0, (Date.parse(at) - start) / length))
  return ({ from, to }) => ({ from: place(from), to: place(to) })
}

/** From the earliest start to the latest end. */
export function spanOf(ranges: readonly Range[]): Range {
  const first = ranges.reduce((a, b) => (Date.parse(b.from) < Date.parse(a.from) ? b : a))
  const last = ranges.reduce((a, b) => (Date.parse(b.to) > Date.parse(a.to) ? b : a))
  return { from: first.from, to: last.to }
}

function overlap(a: Range, b: Range): Range | undefined {
  const from = Date.parse(a.from) > Date.parse(b.from) ? a.from : b.from
  const to = Date.parse(a.to) < Date.parse(b.to) ? a.to : b.to
  return Date.parse(from) <= Date.parse(to) ? { from, to } : undefined
}

/** How file and window lie to each other, in a sentence. */
export function inWords({ file, window }: Pick<StripTimes, 'file' | 'window'>): string {
  const length = (Date.parse(file.to) - Date.parse(file.from)) / 1000
  const says = `The file runs ${formatSeconds(length)}, from ${readableStamp(file.from)} to ${readableStamp(file.to)}.`
  if (!window) return says
  const early = (Date.parse(window.from) - Date.parse(file.to)) / 1000
  const late = (Date.parse(file.from) - Date.parse(window.to)) / 1000
  if (early > 0) return `${says} It ends ${formatSeconds(early)} before the window.`
  if (late >= 0) return `${says} It starts ${formatSeconds(late)} after the window.`
  return `${says} The window runs from ${readableStamp(window.from)} to ${readableStamp(window.to)}.`
}
