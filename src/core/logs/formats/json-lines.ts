import { LineReader } from '../line-reader.ts'
import { type FoundStamp, leadingStamp } from '../line-shape.ts'
import type { LogFormat } from '../record-reader.ts'
import { emptyStamp } from '../stamp.ts'
import { epochFromNumber } from '../stamp-absolute.ts'
import { compileTimeFormat } from '../time-format.ts'

const HEAD = 65_536 // bytes of a line in which its time is looked for

/** Keys that hold a record's time, as loggers name them; the first in this order that a line has. */
const TIME_KEYS = [
  '@timestamp',
  'timestamp',
  'time',
  '@t',
  'ts',
  'datetime',
  'date',
  '__REALTIME_TIMESTAMP',
  'eventTime',
  'event_time',
  'asctime',
  'log_time',
  'logtime',
  'TimeCreated',
  'TimeGenerated',
  'created',
  'created_at',
  'instant',
  'timeMillis',
  'epoch',
  'epochMillis',
  't',
  'Timestamp',
  'Time',
  'DateTime',
  'Date',
]

/** One JSON object a line (pino, bunyan, Serilog's CLEF, Logstash, journald's export): the time is a field. */
export const jsonLinesFormat: LogFormat = {
  id: 'json-lines',
  sniff({ lines }) {
    const filled = lines.filter((line) => line.trim() !== '').slice(0, 20)
    const objects = filled.filter((line) => line.replace('\ufeff', '').trimStart().startsWith('{"') && stampInObject(line) !== undefined)
    return objects.length > 0 && objects.length * 2 > filled.length
  },
  open(head, taker) {
    const format = head.options.fileOptions?.timeFormat
    const custom = format === undefined ? undefined : compileTimeFormat(format)
    const start = (line: string): FoundStamp | undefined => (custom ? custom.find(line) : (stampInObject(line) ?? plainStamp(line)))
    return new LineReader({ headLength: HEAD, quoted: false, isHeader: () => false, start }, head.encoding, taker, { quality: [] })
  },
}

/** A line that is no object but starts with a stamp: loggers print plainly before they are set up. */
const plainStamp = (line: string): FoundStamp | undefined => (line.startsWith('{') ? undefined : leadingStamp(line, 'dated'))

/** The time of the object that starts the line; its top level comes first in every logger, so the first key of a name is taken. */
export function stampInObject(line: string): FoundStamp | undefined {
  for (const key of TIME_KEYS) {
    const quoted = `"${key}"`
    for (let at = line.indexOf(quoted); at >= 0; at = line.indexOf(quoted, at + 1)) {
      const value = afterColon(line, at + quoted.length)
      const found = value < 0 ? undefined : stampAt(line, value)
      if (found) return found
    }
  }
  return undefined
}

function afterColon(line: string, at: number): number {
  let i = at
  while (line[i] === ' ') i++
  if (line[i] !== ':') return -1
  i++
  while (line[i] === ' ') i++
  return i
}

function stampAt(line: string, at: number): FoundStamp | undefined {
  if (line[at] === '"') {
    const found = leadingStamp(line.slice(at + 1, at + 80), 'epoch')
    return found && moved(found, at + 1)
  }
  const number = /^(\d{10,19})(?:\.(\d{1,9}))?(?=[,}\s])/.exec(line.slice(at, at + 32))
  const value = number && epochFromNumber(number[1] ?? '', number[2] ?? '')
  if (!number || !value) return undefined
  const stamp = {
    ...emptyStamp(at),
    end: at + number[0].length,
    epochSeconds: value.seconds,
    nanoseconds: value.nanoseconds,
    resolutionNs: value.resolutionNs,
  }
  return { stamp, layout: { id: 'epoch', example: '1736930901390', read: () => false }, shape: 'json' }
}

/** A template may not read the next line: keys come in any order. */
const moved = (found: FoundStamp, by: number): FoundStamp => ({
  ...found,
  stamp: { ...found.stamp, start: found.stamp.start + by, end: found.stamp.end + by, clockAt: -1 },
})
