import { html } from './report-escape.ts'
import { round, svgLine, svgPath, svgRect, svgText, wrapText } from './report-svg.ts'
import { byteCount, clockTime, duration, refPlace, stampMs } from './report-words.ts'
import type { Diagnosis, Timeline } from './schema.ts'

/** Where the lanes are, in CSS pixels. On a telephone the lanes' names stand above them. */
interface TimelineShape {
  readonly id: 'wide' | 'narrow'
  readonly width: number
  readonly left: number
  readonly right: number
  readonly nameAbove: boolean
}

const WIDE: TimelineShape = { id: 'wide', width: 1040, left: 176, right: 1028, nameAbove: false }
const NARROW: TimelineShape = { id: 'narrow', width: 350, left: 6, right: 344, nameAbove: true }

interface Plot {
  readonly shape: TimelineShape
  readonly fromMs: number
  readonly toMs: number
  readonly x: (ms: number) => number
}

interface Lane {
  readonly svg: string
  readonly height: number
}

/** The window as lanes over one time axis. Empty where the engine made no timeline. */
export function timelineFigure(diagnosis: Diagnosis): string {
  const { timeline } = diagnosis
  if (timeline === null || timeline.hostBytes.length === 0) return ''
  return `<figure class="picture">
${draw(diagnosis, timeline, WIDE)}
${draw(diagnosis, timeline, NARROW)}
<figcaption>${html(summary(timeline))} Log events are set back by their clock's offset.</figcaption>
</figure>`
}

function summary(timeline: Timeline): string {
  const sum = (lane: readonly number[]) => lane.reduce((total, value) => total + value, 0)
  const counts = [
    `${byteCount(sum(timeline.hostBytes))} from the host, ${byteCount(sum(timeline.peerBytes))} from the peer`,
    counted(sum(timeline.retransmissions), 'retransmission'),
    counted(sum(timeline.zeroWindows), 'zero window'),
    counted(sum(timeline.resets), 'reset'),
    counted(timeline.logEvents.length, 'log event'),
  ]
  return `${counts.join(', ')} in ${duration(timeline.binSeconds * timeline.hostBytes.length)}.`
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function draw(diagnosis: Diagnosis, timeline: Timeline, shape: TimelineShape): string {
  const fromMs = stampMs(timeline.from)
  const toMs = fromMs + timeline.binSeconds * 1000 * timeline.hostBytes.length
  const plot: Plot = { shape, fromMs, toMs, x: (ms) => shape.left + ((ms - fromMs) / (toMs - fromMs)) * (shape.right - shape.left) }
  const lanes: ((y: number) => Lane)[] = [
    (y) => barLane(plot, y, 'Host → peer', timeline.hostBytes, timeline.binSeconds, 'host', 54),
    (y) => barLane(plot, y, 'Peer → host', timeline.peerBytes, timeline.binSeconds, 'peer', 34),
    (y) => markLane(plot, y, 'Retransmissions', timeline.retransmissions, timeline.binSeconds, 'warn'),
    (y) => markLane(plot, y, 'Zero windows', timeline.zeroWindows, timeline.binSeconds, 'box'),
    (y) => markLane(plot, y, 'Resets', timeline.resets, timeline.binSeconds, 'bad'),
    (y) => stripLane(plot, y, 'Other connections', timeline.otherPackets),
    (y) => eventLane(plot, y, timeline),
  ]
  const top = 22
  let y = top
  const parts: string[] = []
  for (const lane of lanes) {
    const drawn = lane(y)
    parts.push(drawn.svg)
    y += drawn.height
  }
  const title = `Timeline of the window from ${clockTime(timeline.from)} UTC: ${summary(timeline)}`
  const frame = axis(plot, top, y) + endMark(diagnosis, plot, top, y)
  return `<svg class="${shape.id}" role="img" aria-label="${html(title)}" viewBox="0 0 ${shape.width} ${round(y + 26)}" width="${shape.width}" height="${round(y + 26)}">${frame}${parts.join('')}</svg>`
}

function laneName({ shape }: Plot, y: number, name: string, fact: string): string {
  if (shape.nameAbove) return svgText(shape.left, y + 11, fact ? `${name} · ${fact}` : name, 'lane')
  return svgText(shape.left - 14, y + 13, name, 'lane end') + (fact ? svgText(shape.left - 14, y + 28, fact, 'lane-fact end') : '')
}

const nameHeight = ({ shape }: Plot): number => (shape.nameAbove ? 17 : 0)

function barLane(plot: Plot, y: number, name: string, values: readonly number[], binSeconds: number, tone: string, height: number): Lane {
  const most = Math.max(...values)
  const room = most > 0 ? height : Math.min(height, 26)
  const base = y + nameHeight(plot) + room
  const { left, right } = plot.shape
  const step = (right - left) / values.length
  let d = ''
  for (const [i, value] of values.entries()) {
    if (value <= 0) continue
    const h = Math.max(1.5, (value / most) * room)
    d += `M${round(left + i * step)} ${round(base)}v${round(-h)}h${round(Math.max(0.8, step - 0.6))}v${round(h)}z`
  }
  const fact = most > 0 ? `up to ${byteCount(most)} in ${duration(binSeconds)}` : 'none'
  return {
    svg: laneName(plot, y, name, fact) + svgLine(left, base, right, base, 'base') + (d ? svgPath(d, `fill ${tone}`) : ''),
    height: nameHeight(plot) + room + 12,
  }
}

function markLane(plot: Plot, y: number, name: string, values: readonly number[], binSeconds: number, tone: string): Lane {
  const total = values.reduce((sum, value) => sum + value, 0)
  const middle = y + nameHeight(plot) + 10
  const { left, right } = plot.shape
  const marks = values.map((value, i) => {
    if (value <= 0) return ''
    const x = plot.x(plot.fromMs + (i + 0.5) * binSeconds * 1000)
    return `<circle cx="${round(x)}" cy="${round(middle)}" r="${round(Math.min(8, 3.2 + Math.sqrt(value)))}" class="fill mark ${tone}"/>`
  })
  const label = plot.shape.nameAbove ? laneName(plot, y, name, String(total)) : laneName(plot, y + 1, `${name} · ${total}`, '')
  return { svg: label + svgLine(left, middle, right, middle, 'base') + marks.join(''), height: nameHeight(plot) + 24 }
}

function stripLane(plot: Plot, y: number, name: string, values: readonly number[]): Lane {
  const most = Math.max(...values, 1)
  const top = y + nameHeight(plot) + 3
  const step = (plot.shape.right - plot.shape.left) / values.length
  const cells = values.map((value, i) => {
    if (value <= 0) return ''
    const opacity = round(0.18 + 0.72 * (value / most))
    return `<rect x="${round(plot.shape.left + i * step)}" y="${top}" width="${round(step)}" height="13" class="fill quiet" opacity="${opacity}"/>`
  })
  const total = values.reduce((sum, value) => sum + value, 0)
  const label = plot.shape.nameAbove ? laneName(plot, y, name, `${total} packets`) : laneName(plot, y + 1, name, '')
  return {
    svg: label + svgRect(plot.shape.left, top, plot.shape.right - plot.shape.left, 13, 2, 'strip') + cells.join(''),
    height: nameHeight(plot) + 26,
  }
}

/** Ticks with labels, each label in the first row where it fits; where none fits the tick stands alone. */
function eventLane(plot: Plot, y: number, timeline: Timeline): Lane {
  const { shape } = plot
  const top = y + nameHeight(plot)
  const rowEnds = shape.nameAbove ? [0, 0, 0, 0] : [0, 0, 0]
  const columns = shape.nameAbove ? 34 : 44
  let usedRows = 1
  const parts = timeline.logEvents.map((event) => {
    const ms = stampMs(event.at)
    if (ms < plot.fromMs || ms > plot.toMs) return ''
    const x = plot.x(ms)
    const said = wrapText(`${event.label}${event.ref?.line ? ` (${refPlace(event.ref)})` : ''}`, columns, 1)[0] ?? ''
    const width = said.length * 6.3 + 10
    const before = x + width > shape.right
    const start = before ? x - width : x
    const row = rowEnds.findIndex((end) => start >= end && start >= shape.left - 4)
    const tick = svgPath(`M${round(x)} ${top + 2}l4 6h-8z`, 'fill warn')
    if (row < 0) return tick
    rowEnds[row] = before ? x + 6 : start + width
    usedRows = Math.max(usedRows, row + 1)
    const textY = top + 22 + row * 16
    return `${svgLine(x, top + 8, x, textY - 4, 'event-tie')}${tick}${svgText(before ? x - 6 : x + 5, textY, said, before ? 'event end' : 'event')}`
  })
  const name = shape.nameAbove ? laneName(plot, y, 'Log events', '') : laneName(plot, y - 1, 'Log events', '')
  return { svg: name + parts.join(''), height: nameHeight(plot) + 16 + usedRows * 16 }
}

/** Steps of an axis that people read, in seconds. */
const NICE = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

function axis(plot: Plot, top: number, bottom: number): string {
  const seconds = (plot.toMs - plot.fromMs) / 1000
  // Below a few seconds the labels have milliseconds, and need more room.
  const [few, many] = seconds < 8 ? [2, 5] : [3, 8]
  const wanted = plot.shape.nameAbove ? few : many
  const step = (NICE.find((nice) => seconds / nice <= wanted) ?? 86_400 * Math.ceil(seconds / 86_400 / wanted)) * 1000
  const parts: string[] = []
  for (let ms = Math.ceil(plot.fromMs / step) * step; ms <= plot.toMs; ms += step) {
    const x = plot.x(ms)
    const label = new Date(Math.round(ms)).toISOString().slice(11, step < 1000 ? 23 : 19)
    const anchor = x > plot.shape.right - 26 ? 'tick end' : x < plot.shape.left + 26 ? 'tick' : 'tick mid'
    parts.push(svgLine(x, top - 4, x, bottom, 'grid') + svgText(x, bottom + 17, label, anchor))
  }
  return parts.join('')
}

function endMark(diagnosis: Diagnosis, plot: Plot, top: number, bottom: number): string {
  const ended = diagnosis.connection?.endedAt
  if (ended === null || ended === undefined) return ''
  const x = plot.x(stampMs(ended))
  if (x < plot.shape.left || x > plot.shape.right) return ''
  const late = x > plot.shape.right - 110
  return (
    svgLine(x, top - 6, x, bottom, 'end-line') + svgText(late ? x - 6 : x + 6, top - 8, 'last packet', late ? 'end-label end' : 'end-label')
  )
}
