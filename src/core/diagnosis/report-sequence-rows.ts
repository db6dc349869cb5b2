import type { BreakRow, SequenceLayout, SequenceRow, StepRow } from './report-sequence-layout.ts'
import { round, svgLine, svgLines, svgPath, svgRect, svgText } from './report-svg.ts'
import { clockTime, duration, refPlace } from './report-words.ts'
import type { Diagnosis, SequenceStep } from './schema.ts'

type Place = 'host' | 'peer' | 'middlebox'

/** One row of the picture: an arrow, a log line, or a break. */
export function drawRow(row: SequenceRow, layout: SequenceLayout, diagnosis: Diagnosis): string {
  if (row.kind === 'break') return drawBreak(row, layout)
  const body = row.step.kind === 'log' ? drawLog(row, layout, diagnosis) : drawArrow(row, layout) + drawAnswer(row, layout, diagnosis)
  return `<g>${drawTime(row, layout)}${body}</g>`
}

function drawBreak(row: BreakRow, layout: SequenceLayout): string {
  const text = row.lines.map((line, i) => centred(line, row.top + 21 + i * 15, i === 0 ? 'pause' : 'pause note', 7.2, layout)).join('')
  return `<g>${text}</g>`
}

/** Text half-way between the lifelines, on a plate that hides the one in the middle. `pitch`: pixels a character takes at most. */
function centred(said: string, y: number, className: string, pitch: number, layout: SequenceLayout): string {
  const x = middleOf(layout)
  return plate(said.length * pitch, y, layout) + svgText(x, y, said, className)
}

const plate = (width: number, y: number, layout: SequenceLayout): string =>
  layout.middle ? svgRect(middleOf(layout) - width / 2 - 4, y - 11, width + 8, 14.5, 3, 'plate') : ''

const middleOf = ({ shape }: SequenceLayout): number => (shape.hostX + shape.peerX) / 2

function drawTime(row: StepRow, layout: SequenceLayout): string {
  const { step, seconds } = row
  const { shape } = layout
  const lineY = step.kind === 'log' ? row.lineY + (10 + 15 * row.note.length) / 2 : row.lineY
  const delta = seconds === undefined ? '' : `+${duration(seconds)}`
  if (shape.id === 'wide')
    return svgText(92, lineY - (delta ? 3 : -4), clockTime(step.at), 'time') + (delta ? svgText(92, lineY + 12, delta, 'delta') : '')
  if (step.kind === 'log') return ''
  const place = step.ref ? ` · ${refPlace(step.ref)}` : ''
  return centred(`${clockTime(step.at)}${delta ? ` · ${delta}` : ''}${place}`, lineY + 15, 'time mid', 6.4, layout)
}

function drawLog(row: StepRow, { shape }: SequenceLayout, diagnosis: Diagnosis): string {
  const left = shape.hostX + 16
  const width = shape.peerX - 16 - left
  const height = 10 + 15 * row.note.length
  const y = row.lineY
  return [
    `<circle cx="${shape.hostX}" cy="${round(y + height / 2)}" r="5" class="log-dot"/>`,
    svgLine(shape.hostX, y + height / 2, left, y + height / 2, 'log-tie'),
    svgRect(left, y, width, height, 6, 'log-box'),
    svgLines(left + 10, y + 17, row.note, 'log-text', 15),
    shape.id === 'wide' ? svgText(shape.peerX + 20, y + height / 2 + 4, logRemark(row.step, diagnosis), 'remark') : '',
  ].join('')
}

/** How far the place of a log line may be off: its clock is not the capture's. */
function logRemark({ ref }: SequenceStep, { clocks }: Diagnosis): string {
  const clock = clocks.find(({ file }) => file === ref?.file)
  if (clock === undefined) return 'log line, by its own clock'
  const half = (clock.interval[1] - clock.interval[0]) / 2
  return half < 0.001 ? 'log line, on the reference clock' : `log line, ± ${duration(half)}`
}

function drawArrow(row: StepRow, layout: SequenceLayout): string {
  const { step, lineY } = row
  const from = xOf(step.from ?? 'host', layout)
  const end = xOf(receiver(step), layout)
  const to = step.lost ? from + (end - from) * 0.6 : end
  const tone = toneOf(step)
  const direction = Math.sign(to - from)
  const tip = to - direction * 2
  const head = step.lost
    ? svgPath(`M${round(to - 5)} ${round(lineY - 5)}l10 10m0 -10l-10 10`, `cross ${tone}`)
    : svgPath(`M${round(tip)} ${round(lineY)}l${-9 * direction} -4.5v9z`, `head ${tone}`)
  const start = `<circle cx="${round(from)}" cy="${round(lineY)}" r="2.5" class="head ${tone}"/>`
  const dash = step.kind === 'arp' ? ' dashed' : ''
  const line = svgLine(from, lineY, step.lost ? to : tip - direction * 8, lineY, `arrow ${tone}${dash}`)
  const label = arrowLabel(step, layout, lineY - 7, tone)
  return line + start + head + label + drawRemark(row, layout)
}

function drawRemark(row: StepRow, layout: SequenceLayout): string {
  const { step, lineY, remark } = row
  const { shape } = layout
  const strong = step.decisive ? 'remark strong' : 'remark'
  if (shape.id === 'narrow') return remark.map((line, i) => centred(line, lineY + 30 + i * 14, `${strong} mid`, 6.8, layout)).join('')
  const place = step.ref ? refPlace(step.ref) : ''
  const first = lineY + (remark.length > 1 ? -9 : remark.length > 0 ? -2 : 4)
  return svgText(shape.peerX + 20, first, place, 'frame') + svgLines(shape.peerX + 20, first + 15, remark, strong, 14)
}

/** `FIN ACK  seq 48213 ack 1 len 0`, the flags in the line's colour. */
function arrowLabel(step: SequenceStep, layout: SequenceLayout, y: number, tone: string): string {
  const { shape } = layout
  if (step.kind !== 'segment') return centred(step.flags ?? step.kind.toUpperCase(), y, `flags mid ${tone}`, 7, layout)
  const seq = step.seq === undefined ? '' : `seq ${step.seq}`
  const length = step.length ? `len ${step.length}` : ''
  const all = [seq, step.ack ? `ack ${step.ack}` : '', length].filter((part) => part !== '').join(' ')
  const fits = all.length + (step.flags ?? '').length <= shape.labelColumns
  const said = fits ? all : [seq, length].join(' ').trim()
  const flags = escapeFlags(step.flags)
  const text = `<text x="${round(middleOf(layout))}" y="${round(y)}" class="flags mid ${tone}">${flags}<tspan class="numbers" dx="7">${said}</tspan></text>`
  return plate((flags.length + said.length) * 7 + 7, y, layout) + text
}

const escapeFlags = (flags: string | undefined): string => (flags ?? '').replace(/[^A-Za-z0-9 ,.+-]/g, '')

function drawAnswer(row: StepRow, { shape }: SequenceLayout, diagnosis: Diagnosis): string {
  if (row.note.length === 0) return ''
  const right = shape.peerX - 16
  const left = shape.hostX + 16
  const y = row.top + row.height - (14 + 15 * row.note.length)
  const height = 8 + 15 * row.note.length
  const unread = diagnosis.peerAnswer?.seenByHost === false ? 'answer-box unread' : 'answer-box'
  return (
    svgRect(left, y, right - left, height, 6, unread) +
    svgLine(right, y + height / 2, shape.peerX, y + height / 2, 'answer-tie') +
    svgLines(left + 10, y + 16, row.note, 'answer-text', 15)
  )
}

/** Colour by sender; red for what ends a connection; pale for what only leads there. */
function toneOf(step: SequenceStep): string {
  const ends = step.kind === 'icmp' || /RST/.test(step.flags ?? '')
  const tone = ends ? 'bad' : step.from === 'peer' ? 'peer' : step.from === 'middlebox' ? 'box' : 'host'
  return step.decisive ? `${tone} decisive` : tone
}

function receiver(step: SequenceStep): Place {
  if (step.to !== undefined && step.to !== step.from) return step.to
  return step.from === 'host' ? 'peer' : 'host'
}

const xOf = (place: Place, { shape }: SequenceLayout): number =>
  place === 'host' ? shape.hostX : place === 'peer' ? shape.peerX : shape.middleX
