import { foldSteps } from './report-sequence-fold.ts'
import { wrapText } from './report-svg.ts'
import { duration, endpoint, refPlace, sentence, stampMs } from './report-words.ts'
import type { Diagnosis, SequenceStep } from './schema.ts'

/** The two shapes of the picture, in CSS pixels: beside its remarks, and with them below each arrow for a telephone. */
export interface SequenceShape {
  readonly id: 'wide' | 'narrow'
  readonly width: number
  readonly hostX: number
  readonly peerX: number
  readonly middleX: number
  /** Columns of a remark (wide: right of the peer; narrow: below the arrow). */
  readonly remarkColumns: number
  /** Columns and lines of a log line or an answer between the lifelines. */
  readonly noteColumns: number
  readonly noteLines: number
  /** Columns of an arrow's flags and numbers; the acknowledgement number goes first where they are short. */
  readonly labelColumns: number
  /** Width and columns of the boxes that name the ends. */
  readonly headWidth: number
  readonly headColumns: number
}

export const WIDE: SequenceShape = {
  id: 'wide',
  width: 1040,
  hostX: 286,
  peerX: 776,
  middleX: 531,
  remarkColumns: 33,
  noteColumns: 62,
  noteLines: 2,
  labelColumns: 64,
  headWidth: 250,
  headColumns: 33,
}

export const NARROW: SequenceShape = {
  id: 'narrow',
  width: 350,
  hostX: 34,
  peerX: 316,
  middleX: 175,
  remarkColumns: 42,
  noteColumns: 36,
  noteLines: 4,
  labelColumns: 36,
  headWidth: 166,
  headColumns: 22,
}

/** A pause this long is drawn as a break in the lifelines. */
const BREAK_SECONDS = 1

export type SequenceRow = StepRow | BreakRow

/** One step. `lineY` is the arrow's (or the note's upper edge). */
export interface StepRow {
  readonly kind: 'step'
  readonly step: SequenceStep
  readonly top: number
  readonly height: number
  readonly lineY: number
  /** Since the step before, or undefined for the first. */
  readonly seconds: number | undefined
  readonly remark: readonly string[]
  readonly note: readonly string[]
}

/** Where time or packets are left out. */
export interface BreakRow {
  readonly kind: 'break'
  readonly top: number
  readonly height: number
  readonly lines: readonly string[]
}

export interface SequenceLayout {
  readonly shape: SequenceShape
  readonly rows: readonly SequenceRow[]
  /** Each end's address in lines. */
  readonly addresses: { readonly host: readonly string[]; readonly peer: readonly string[] }
  readonly top: number
  readonly bottom: number
  readonly height: number
  readonly middle: boolean
  /** What the lifeline between them is. */
  readonly middleName: string
}

/** Places every step from top to bottom. */
export function layOut(diagnosis: Diagnosis, shape: SequenceShape): SequenceLayout {
  const rows: SequenceRow[] = []
  const { connection } = diagnosis
  const address = (end: 'host' | 'peer') => (connection === null ? [] : wrapAddress(endpoint(connection[end]), shape.headColumns))
  const addresses = { host: address('host'), peer: address('peer') }
  const top = 36 + 15 * Math.max(addresses.host.length, addresses.peer.length)
  let y = top + 10
  const add = (row: SequenceRow) => {
    rows.push(row)
    y += row.height
  }
  let before: SequenceStep | undefined
  const steps = foldSteps(diagnosis.sequence)
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'gap') {
      add(gapRow(step, before, steps[i + 1], y, shape))
      continue
    }
    const seconds = before && Math.max(0, (stampMs(step.at) - stampMs(before.at)) / 1000)
    if (seconds !== undefined && seconds >= BREAK_SECONDS && rows.at(-1)?.kind === 'step')
      add({ kind: 'break', top: y, height: 34, lines: [duration(seconds)] })
    add(stepRow(step, seconds, y, shape, diagnosis))
    before = step
  }
  const bottom = y + 8
  const middle =
    diagnosis.verdict.abortedBy === 'middlebox' || diagnosis.sequence.some(({ from, to }) => from === 'middlebox' || to === 'middlebox')
  const middleName = diagnosis.verdict.cause === 'duplicate-address' ? 'another machine' : 'on the path'
  return { shape, rows, addresses, top, bottom, height: bottom + 46, middle, middleName }
}

/** An endpoint in lines: IPv6 addresses break after a colon. */
function wrapAddress(address: string, columns: number): string[] {
  if (address.length <= columns) return [address]
  const cut = address.lastIndexOf(':', columns - 1) + 1 || columns
  return [address.slice(0, cut), ...wrapAddress(address.slice(cut), columns)]
}

/** A label that only repeats a number that is drawn anyway. */
const isCount = (label: string): boolean => /^\d+ (bytes|packets)$/.test(label)

function gapRow(
  gap: SequenceStep,
  before: SequenceStep | undefined,
  after: SequenceStep | undefined,
  top: number,
  shape: SequenceShape,
): BreakRow {
  const seconds = before && after && (stampMs(after.at) - stampMs(before.at)) / 1000
  const counted = gap.packets ? `${gap.packets} ${gap.packets === 1 ? 'packet' : 'packets'}` : ''
  const facts = [seconds === undefined ? '' : duration(seconds), counted].filter((fact) => fact !== '').join(' · ')
  const lines = [...(facts ? [facts] : []), ...wrapText(isCount(gap.label) ? '' : gap.label, shape.noteColumns, 2)]
  return { kind: 'break', top, height: 26 + 15 * lines.length, lines }
}

function stepRow(step: SequenceStep, seconds: number | undefined, top: number, shape: SequenceShape, diagnosis: Diagnosis): StepRow {
  const base = { kind: 'step' as const, step, top, seconds }
  if (step.kind === 'log') {
    const place = step.ref ? `${refPlace(step.ref)}: ` : ''
    const note = wrapText(place + step.label, shape.noteColumns, shape.noteLines)
    return { ...base, height: 34 + 15 * note.length, lineY: top + 12, remark: [], note }
  }
  const note = answerNote(step, diagnosis, shape)
  const noteHeight = note.length > 0 ? 20 + 15 * note.length : 0
  const remark = isCount(step.label) ? [] : wrapText(step.label, shape.remarkColumns, 2)
  if (shape.id === 'narrow') {
    return { ...base, height: 50 + 14 * remark.length + noteHeight, lineY: top + 22, remark, note }
  }
  return { ...base, height: (step.decisive || remark.length > 1 ? 46 : 36) + noteHeight, lineY: top + 24, remark, note }
}

/** The peer's answer in its words, below the segment that carried it. */
function answerNote(step: SequenceStep, diagnosis: Diagnosis, shape: SequenceShape): string[] {
  const answer = diagnosis.peerAnswer
  const carried =
    answer !== null &&
    step.from === 'peer' &&
    step.ref?.frame === answer.frame &&
    step.ref.file === (answer.file ?? diagnosis.connection?.file)
  if (!carried) return []
  const seen = answer.seenByHost === false ? 'The host never read it. ' : ''
  const quoted = answer.text === null ? [] : wrapText(`“${answer.text}”`, shape.noteColumns, 2)
  return [...quoted, ...wrapText(`${seen}${sentence(answer.meaning)}`, shape.noteColumns, 2)]
}
