import { LineReader, type LineRules } from '../line-reader.ts'
import { type FoundStamp, firstStamp, leadingStamp, MAX_PREFIX } from '../line-shape.ts'
import type { LogFormat, LogHead, RecordTaker } from '../record-reader.ts'
import { RecordStarts, surveyLines } from '../survey.ts'
import { compileTimeFormat } from '../time-format.ts'
import { writtenDate } from '../written-date.ts'

/** Room for a prefix and the longest stamp, bytes. */
export const HEAD_LENGTH = MAX_PREFIX + 64

/** No text has more control characters; bytes without order have 10 %. NUL is not counted: logs written ahead are padded with it. */
const MOST_CONTROLS = 0.03

/** Plain text with a stamp in (at least) the first line of every record: the last resort, takes whatever is text. */
export const textFormat: LogFormat = {
  id: 'text',
  sniff: ({ bytes, encoding }) =>
    encoding.unit === 2 || bytes.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0) <= bytes.length * MOST_CONTROLS,
  open(head, taker) {
    return openText(head, taker, {})
  },
}

/** Control characters but NUL, bell to carriage return, SUB (the end of DOS texts) and escape (colours). */
const isControl = (byte: number): boolean => (byte > 0 && byte < 7) || (byte > 13 && byte < 32 && byte !== 26 && byte !== 27)

/** What other line formats change about plain text. */
export interface TextVariant {
  readonly quoted?: boolean
  readonly utcByRule?: boolean
  isHeader?(head: string, line: number): boolean
  /** Lines of the head that say how stamps are written; all where it is not given. */
  readonly surveyed?: readonly string[]
  dateIn?(head: string): number | undefined
}

export function openText(head: LogHead, taker: RecordTaker, variant: TextVariant): LineReader {
  const survey = surveyLines(variant.surveyed ?? (variant.quoted ? outsideQuotes(head.lines) : head.lines))
  const rules: LineRules = {
    headLength: HEAD_LENGTH,
    quoted: variant.quoted ?? false,
    isHeader: variant.isHeader ?? (() => false),
    start: head.options.fileOptions?.timeFormat === undefined ? starter(survey) : byTimeFormat(head.options.fileOptions.timeFormat),
    dateIn: variant.dateIn ?? (survey.layouts === 'time-only' ? dateAlone : undefined),
  }
  return new LineReader(rules, head.encoding, taker, {
    quality: [],
    dayFirst: survey.dayFirst,
    orderOpen: survey.orderEverOpen,
    utcByRule: variant.utcByRule,
  })
}

/** Lines that start a row: a description inside quotes may hold dates of its own. */
export function outsideQuotes(lines: readonly string[]): string[] {
  let inside = false
  return lines.filter((line) => {
    const starts = !inside
    for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) inside = !inside
    return starts
  })
}

type Starter = LineRules['start']

/** No moment is written without one: spares lines of words the look at every layout. */
const DIGIT = /[0-9]/

function starter(survey: ReturnType<typeof surveyLines>): Starter {
  const starts = new RecordStarts(survey)
  let quotedLines = 0
  return (head, insideQuotes) => {
    quotedLines = insideQuotes ? quotedLines + 1 : 0
    const found = DIGIT.test(head)
      ? (leadingStamp(head, survey.layouts) ?? headerStamp(head) ?? firstStamp(head, survey.layouts))
      : undefined
    if (!insideQuotes) return starts.accepts(found, head) ? found : undefined
    // A lost quote must not swallow the rest of the file: a level word and a date resynchronise, and so does any stamp after a long field.
    const resynchronises = found !== undefined && survey.shapes.has(found.shape) && (found.shape !== '' || quotedLines > MAX_QUOTED_LINES)
    return resynchronises ? found : undefined
  }
}

const MAX_QUOTED_LINES = 500

/** `###### Logging started. … StartSystemTime:2013-07-25-160323.291`: a banner that opens a log and says when. */
function headerStamp(head: string): FoundStamp | undefined {
  if (!head.startsWith('###')) return undefined
  const at = head.indexOf('Time:')
  const found = at < 0 ? undefined : leadingStamp(head.slice(at + 5), 'dated')
  if (!found) return undefined
  const { stamp } = found
  return { ...found, stamp: { ...stamp, start: stamp.start + at + 5, end: stamp.end + at + 5, clockAt: -1 } }
}

function byTimeFormat(format: string): Starter {
  const layout = compileTimeFormat(format)
  return (head) => layout.find(head)
}

/** A header that dates the bare times below it: a line with a date and no time. */
function dateAlone(head: string): number | undefined {
  return leadingStamp(head, 'time-only') ? undefined : writtenDate(head.slice(0, 120))
}
