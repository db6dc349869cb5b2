import { type FoundStamp, firstStamp, INDENTED, isKnownPrefix, type LayoutSet } from './line-shape.ts'

/** What a look at the head of a text log says about where its stamps stand and how they are written. */
export interface Survey {
  readonly layouts: LayoutSet
  /** Shapes of prefixes whose stamp starts a record; '' is always one of them. */
  readonly shapes: ReadonlySet<string>
  readonly stampedLines: number
  readonly lines: number
  /** Numeric dates: undefined while every date could be read both ways. */
  readonly dayFirst: boolean | undefined
  readonly orderEverOpen: boolean
}

/** Asks the lines of the head which layout set explains most of them: dated stamps win over bare times, those over numbers. */
export function surveyLines(lines: readonly string[]): Survey {
  const dated = surveyWith(lines, 'dated')
  if (dated.stampedLines > 0 && dated.stampedLines * 10 >= lines.length) return dated
  const timed = surveyWith(lines, 'time-only')
  const numbered = surveyWith(lines, 'epoch')
  if (timed.stampedLines > dated.stampedLines * 3 && timed.stampedLines >= numbered.stampedLines) return timed
  if (numbered.stampedLines > dated.stampedLines * 3 && numbered.stampedLines * 2 >= lines.length) return numbered
  return dated
}

function surveyWith(lines: readonly string[], layouts: LayoutSet): Survey {
  const counts = new Map<string, number>()
  let order: boolean | undefined
  let open = false
  for (const line of lines) {
    const found = firstStamp(line, layouts)
    if (!found) continue
    counts.set(found.shape, (counts.get(found.shape) ?? 0) + 1)
    open ||= found.layout.id === 'numeric-date' && found.stamp.orderUnknown
    order ??= dayOrder(found, line)
  }
  const shapes = chooseShapes(counts, lines.length)
  let stamped = 0
  for (const shape of shapes) stamped += counts.get(shape) ?? 0
  return { layouts, shapes, stampedLines: stamped, lines: lines.length, dayFirst: order, orderEverOpen: open }
}

/** What one numeric date says about the order of all of them: undefined where it could be read both ways. */
export function dayOrder(found: FoundStamp, line: string): boolean | undefined {
  if (found.layout.id !== 'numeric-date' || found.stamp.orderUnknown || found.stamp.month === found.stamp.day) return undefined
  const first = Number.parseInt(line.slice(found.stamp.start, found.stamp.start + 2), 10)
  const separator = line[found.stamp.start + String(first).length] ?? line[found.stamp.start + 2]
  return separator === '.' ? undefined : first === found.stamp.day
}

function chooseShapes(counts: ReadonlyMap<string, number>, lines: number): Set<string> {
  const chosen = new Set([''])
  const leading = counts.get('') ?? 0
  const most = Math.max(0, ...counts.values())
  // Lines that start with their stamp: a date further in is part of the message.
  if (most === 0 || leading * 5 >= most) return chosen
  for (const [shape, count] of counts) {
    if (count === most || (count >= 2 && count * 50 >= lines)) chosen.add(shape)
  }
  return chosen
}

const ADOPT_AFTER = 3

/** Which found stamps start a record: those the survey chose, those no prose has, and a new shape that three lines in a row have. */
export class RecordStarts {
  readonly #shapes: Set<string>
  #candidate = ''
  #seen = 0

  constructor(survey: Survey) {
    this.#shapes = new Set(survey.shapes)
  }

  accepts(found: FoundStamp | undefined, head: string): found is FoundStamp {
    if (found === undefined) {
      this.#seen = 0
      return false
    }
    if (this.#shapes.has(found.shape) || isKnownPrefix(found, head)) {
      this.#seen = 0
      return true
    }
    if (found.shape === INDENTED) return false
    this.#seen = this.#candidate === found.shape ? this.#seen + 1 : 1
    this.#candidate = found.shape
    if (this.#seen < ADOPT_AFTER) return false
    this.#shapes.add(found.shape)
    return true
  }
}
