import { daysFromCivil } from '../../time/civil.ts'
import { leadingStamp } from '../line-shape.ts'
import type { LogFormat } from '../record-reader.ts'
import { openText } from './text.ts'

/**
 * W3C extended log files (IIS, Windows Firewall, HTTP.sys). `#` lines describe the file and may come again; stamps are UTC by the
 * format's rule unless `#Time Format: Local` says otherwise.
 *
 * @see https://www.w3.org/TR/WD-logfile.html
 */
export const w3cFormat: LogFormat = {
  id: 'w3c',
  sniff: (head) => head.lines.slice(0, 8).some((line) => line.replace('\ufeff', '').startsWith('#Fields:')),
  open(head, taker) {
    const local = head.lines.slice(0, 20).some((line) => /^#Time Format: *Local/i.test(line))
    const surveyed = head.lines.filter((line) => !line.startsWith('#'))
    return openText(head, taker, { utcByRule: !local, isHeader: (line) => line.startsWith('#'), surveyed, dateIn: dateLine })
  },
}

/** `#Date: 2015-01-01 22:16:03` dates the bare times below it. */
function dateLine(head: string): number | undefined {
  if (!head.startsWith('#Date:')) return undefined
  const stamp = leadingStamp(head.slice(6).trimStart(), 'dated')?.stamp
  return stamp?.year === undefined ? undefined : daysFromCivil(stamp.year, stamp.month, stamp.day)
}
