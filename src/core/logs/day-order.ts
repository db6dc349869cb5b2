import type { Zone } from '../time/zone.ts'
import { firstStamp } from './line-shape.ts'
import type { LogHead, ReaderFacts } from './record-reader.ts'
import { StampResolver } from './resolve-stamp.ts'

const NEAR = 3 * 86_400 // seconds: a log sent for an incident holds that day

export interface DayOrder {
  readonly dayFirst: boolean
  readonly from: 'option' | 'read' | 'inferred' | 'assumed' | 'not needed'
}

/**
 * Which number of `3/4/2026` is the day: as told; as some date above 12 shows; as brings the log near the incident; else month first
 * where a half day (AM, PM) or a slash is written, day first after a hyphen.
 */
export function chooseDayOrder(head: LogHead, facts: ReaderFacts, zone: Zone): DayOrder {
  const given = head.options.fileOptions?.dayFirst
  if (given !== undefined) return { dayFirst: given, from: 'option' }
  if (facts.dayFirst !== undefined) return { dayFirst: facts.dayFirst, from: 'read' }
  if (!facts.orderOpen) return { dayFirst: false, from: 'not needed' }
  const near = head.options.incidentAtNs
  const distances =
    near === undefined ? undefined : [false, true].map((dayFirst) => distance(head, zone, Number(near / 1_000_000_000n), dayFirst))
  const [monthFirst = 0, dayFirst = 0] = distances ?? []
  if (Math.min(monthFirst, dayFirst) < NEAR && Math.max(monthFirst, dayFirst) >= NEAR)
    return { dayFirst: dayFirst < monthFirst, from: 'inferred' }
  return { dayFirst: hyphenated(head), from: 'assumed' }
}

/** Seconds between the incident and the nearest stamp of the head, read one way. */
function distance(head: LogHead, zone: Zone, near: number, dayFirst: boolean): number {
  const resolver = new StampResolver({ zone, near, dayFirst, dateHint: undefined })
  let nearest = Number.POSITIVE_INFINITY
  for (const line of head.lines) {
    const found = firstStamp(line, 'dated')
    if (!found) continue
    const seconds = resolver.resolve(found.stamp)
    if (!Number.isNaN(seconds)) nearest = Math.min(nearest, Math.abs(seconds - near))
  }
  return nearest
}

function hyphenated(head: LogHead): boolean {
  for (const line of head.lines) {
    const found = firstStamp(line, 'dated')
    if (found?.stamp.orderUnknown) return line.slice(found.stamp.start, found.stamp.end).includes('-')
  }
  return false
}
