import { formatSeconds } from '../client/figures.ts'
import { el, readableStamp, stamp } from './dom.ts'

/** Instants as the receipt states them, ISO 8601. */
export interface StripTimes {
  readonly file: { readonly from: string; readonly to: string }
  readonly window: { readonly from: string; readonly to: string } | undefined
  readonly incidentAt: string | undefined
}

/** A piece of the strip: fractions of its width. */
interface Piece {
  readonly from: number
  readonly to: number
}

/** The file as a bar, with the window framed and the incident marked: whether they meet is seen at a glance, and said in words. */
export function timeStrip(times: StripTimes): HTMLElement {
  const scale = scaleOf(times)
  const strip = el('div', { class: 'strip', role: 'img', 'aria-label': inWords(times) }, el('div', { class: 'axis' }))
  strip.append(piece('span', scale(times.file)))
  if (times.window) {
    const kept = overlap(times.file, times.window)
    if (kept) strip.append(piece('kept', scale(kept)))
    strip.append(piece('window', scale(times.window)))
  }
  if (times.incidentAt) strip.append(piece('moment', scale({ from: times.incidentAt, to: times.incidentAt })))
  const ends = el('div', { class: 'strip-ends' }, el('span', {}, stamp(times.file.from)), el('span', {}, stamp(times.file.to)))
  return el('div', {}, strip, ends)
}

function piece(kind: string, { from, to }: Piece): HTMLElement {
  const node = el('div', { class: kind })
  // Through the object model, not an attribute: the page's content policy forbids style attributes.
  node.style.setProperty('--from', String(from))
  node.style.setProperty('--to', String(to))
  return node
}

type Range = { readonly from: string; readonly to: string }

/** Shows file and window whole. A window far away from the file would leave both invisible: the gap is then drawn shorter. */
function scaleOf(times: StripTimes): (range: Range) => Piece {
  const ranges = [times.file, ...(times.window ? [times.window] : [])]
  const start = Math.min(...ranges.map(({ from }) => Date.parse(from)))
  const end = Math.max(...ranges.map(({ to }) => Date.parse(to)))
  const length = Math.max(1, end - start)
  const place = (at: string): number => Math.min(1, Math.max(0, (Date.parse(at) - start) / length))
  return ({ from, to }) => ({ from: place(from), to: place(to) })
}

function overlap(a: Range, b: Range): Range | undefined {
  const from = Date.parse(a.from) > Date.parse(b.from) ? a.from : b.from
  const to = Date.parse(a.to) < Date.parse(b.to) ? a.to : b.to
  return Date.parse(from) <= Date.parse(to) ? { from, to } : undefined
}

/** How file and window lie to each other, in a sentence. */
export function inWords({ file, window }: StripTimes): string {
  const length = (Date.parse(file.to) - Date.parse(file.from)) / 1000
  const says = `The file runs ${formatSeconds(length)}, from ${readableStamp(file.from)} to ${readableStamp(file.to)}.`
  if (!window) return says
  const early = (Date.parse(window.from) - Date.parse(file.to)) / 1000
  const late = (Date.parse(file.from) - Date.parse(window.to)) / 1000
  if (early > 0) return `${says} It ends ${formatSeconds(early)} before the window.`
  if (late >= 0) return `${says} It starts ${formatSeconds(late)} after the window.`
  return `${says} The window runs from ${readableStamp(window.from)} to ${readableStamp(window.to)}.`
}
