import { firstStamp, leadingStamp } from '../line-shape.ts'
import type { LogFormat, LogHead } from '../record-reader.ts'
import { openText, outsideQuotes } from './text.ts'

/**
 * RFC 4180 rows and Event Viewer's CSV, whose descriptions run over many lines inside quotes. Rows are found by the parity of quotes in
 * the bytes, because what is kept must be byte-identical: a CSV library hands out strings.
 */
export const csvFormat: LogFormat = {
  id: 'csv',
  sniff: (head) => separatorOf(head) !== undefined,
  open(head, taker) {
    return openText(head, taker, { quoted: true, isHeader: (line, number) => number === 1 && firstStamp(line, 'dated') === undefined })
  },
}

const SAMPLE = 50

/** A first line of column names (or of Event Viewer's), then rows with a stamp and at least as many separators. */
function separatorOf({ lines }: LogHead): string | undefined {
  const [names = '', ...rows] = outsideQuotes(lines.slice(0, SAMPLE * 4))
  if (firstStamp(names.replace('\ufeff', ''), 'dated') !== undefined) return undefined
  const dated = rows.slice(0, SAMPLE).filter((row) => (firstStamp(row, 'dated') ?? leadingStamp(row, 'epoch')) !== undefined)
  if (dated.length === 0) return undefined
  return [',', ';', '\t'].find((separator) => {
    const columns = count(names, separator)
    const areNames = columns >= 2 && names.split(separator, 64).every((name) => name.length <= MAX_NAME)
    const fitting = dated.filter((row) => count(row, separator) >= Math.min(columns, 2))
    return areNames && fitting.length * 2 > dated.length
  })
}

const MAX_NAME = 60 // characters of a column's name

const count = (line: string, separator: string): number => line.split(separator, 64).length - 1
