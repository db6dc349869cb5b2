import type { SequenceLayout, StepRow } from './report-sequence-layout.ts'
import { round, svgLine, svgLines, svgPath, svgRect, svgText, wrapText } from './report-svg.ts'
import { duration, isMeasured, seenInterval, stampMs } from './report-words.ts'
import type { Diagnosis, Mechanism, Party, Ref } from './schema.ts'

interface Lifeline {
  readonly party: Extract<Party, 'host' | 'peer' | 'middlebox'>
  readonly x: number
}

/** What the party that ended it did, in a word or two. */
const ACTS: Record<Mechanism, string> = { rst: 'hung up', fin: 'hung up', timeout: 'gave up', icmp: 'said no', none: 'hung up' }

function lifelines({ shape, middle }: SequenceLayout): Lifeline[] {
  const ends: Lifeline[] = [
    { party: 'host', x: shape.hostX },
    { party: 'peer', x: shape.peerX },
  ]
  return middle ? [...ends, { party: 'middlebox', x: shape.middleX }] : ends
}

/** The vertical lines: whole beside steps, torn beside breaks. */
export function drawLifelines(layout: SequenceLayout): string {
  return lifelines(layout)
    .map(({ party, x }) => {
      let d = `M${x} ${layout.top}`
      for (const row of layout.rows) {
        if (row.kind !== 'break') continue
        const middle = row.top + row.height / 2
        d += `V${round(middle - 9)}l5 3l-10 4l10 4l-10 4l5 3`
      }
      return svgPath(`${d}V${round(layout.bottom)}`, `lifeline ${toneOf(party)}`)
    })
    .join('')
}

/** Who the lifelines are. */
export function drawHeads(layout: SequenceLayout): string {
  return lifelines(layout)
    .map(({ party, x }) => (party === 'middlebox' ? middleHead(x, layout) : endHead(party, x, layout)))
    .join('')
}

function middleHead(x: number, { shape, top, middleName }: SequenceLayout): string {
  const name = svgText(x, shape.id === 'wide' ? top - 26 : 14, middleName, 'party mid box')
  return shape.id === 'wide'
    ? name + svgPath(`M${x - 6} ${top - 8}l6 -6l6 6l-6 6z`, 'head box')
    : svgPath(`M${x - 5} ${top}l5 -5l5 5l-5 5z`, 'head box')
}

function endHead(party: 'host' | 'peer', x: number, { shape, top, addresses }: SequenceLayout): string {
  const width = shape.headWidth
  const left = shape.id === 'wide' ? x - width / 2 : party === 'host' ? 1 : shape.width - width - 1
  return [
    svgRect(left, 2, width, top - 10, 8, `head-box ${party}`),
    svgText(left + width / 2, 19, party, `party mid ${party}`),
    svgLines(left + width / 2, 36, addresses[party], 'address mid', 15),
    svgLine(x, top - 8, x, top, `lifeline ${party}`),
  ].join('')
}

/** Each side's state just before the end, and who hung up. */
export function drawEnds(diagnosis: Diagnosis, layout: SequenceLayout): string {
  const { shape, bottom } = layout
  const { connection, verdict } = diagnosis
  return lifelines(layout)
    .map(({ party, x }) => {
      const guilty = verdict.abortedBy === party
      const state = party === 'host' ? connection?.hostState : party === 'peer' ? connection?.peerState : undefined
      const known = state === undefined || state === 'unknown' ? '' : state
      const act = ACTS[verdict.mechanism]
      const said = guilty ? (known ? `${known} · ${act}` : act) : known || (party === 'middlebox' ? '' : 'state unknown')
      if (said === '') return ''
      const width = Math.min(170, 22 + said.length * 7)
      const left = Math.max(1, Math.min(shape.width - width - 1, x - width / 2))
      return (
        svgRect(left, bottom, width, 26, 13, guilty ? 'cap guilty' : 'cap') +
        svgText(left + width / 2, bottom + 17, said, guilty ? 'cap-text guilty mid' : 'cap-text mid')
      )
    })
    .join('')
}

/** A timer that was measured as a bracket beside the host's lifeline: the first only, several would hide each other; the text below names all. */
export function drawTimer(diagnosis: Diagnosis, layout: SequenceLayout): string {
  const timer = diagnosis.timers.find(isMeasured)
  if (timer === undefined) return ''
  const from = rowY(layout, timer.startsAt, 0)
  const to = timer.endsAt === null ? layout.bottom - 4 : rowY(layout, timer.endsAt, layout.bottom - 4)
  if (from === undefined || to === undefined || to - from < 20) return ''
  const x = layout.shape.hostX - 20
  const middle = (from + to) / 2
  const bracket = svgPath(`M${x + 8} ${round(from)}h-8V${round(to)}h8`, 'bracket')
  const number = diagnosis.timers.indexOf(timer) + 1
  return bracket + (layout.shape.id === 'wide' ? timerText(timer, x, middle) : timerMark(number, x, middle))
}

function timerText(timer: Diagnosis['timers'][number], x: number, y: number): string {
  const lines = wrapText(timer.name, 20, 2)
  const top = y - (lines.length * 15 + 30) / 2 + 11
  const rest = [`timer ${duration(timer.expectedSeconds)}`, `seen ${seenInterval(timer.observed)}`]
  return svgLines(x - 9, top, lines, 'timer end', 15) + svgLines(x - 9, top + lines.length * 15, rest, 'timer-fact end', 15)
}

/** On a telephone the bracket has the timer's number in the text below. */
const timerMark = (number: number, x: number, y: number): string =>
  `<circle cx="${x}" cy="${round(y)}" r="9" class="timer-mark"/>${svgText(x, y + 4, String(number), 'timer-number mid')}`

/** The y of the step that `ref` names, else of the first step at or after its time. */
function rowY(layout: SequenceLayout, ref: Ref, fallback: number): number | undefined {
  const steps = layout.rows.filter((row): row is StepRow => row.kind === 'step')
  const exact = steps.find(({ step }) => ref.frame !== undefined && step.ref?.frame === ref.frame && step.ref.file === ref.file)
  if (exact !== undefined) return exact.lineY
  const { at } = ref
  if (at === undefined) return fallback || undefined
  return steps.find(({ step }) => stampMs(step.at) >= stampMs(at))?.lineY ?? (fallback || undefined)
}

const toneOf = (party: Lifeline['party']): string => (party === 'middlebox' ? 'box' : party)
