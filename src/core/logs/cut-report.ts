import type { CutReceipt } from '../intake/receipt.ts'
import { isoFromNs } from '../time/civil.ts'
import type { CutLogOptions } from './cut-log.ts'
import type { CutState } from './cut-state.ts'
import type { DayOrder } from './day-order.ts'
import type { LogError } from './log-digest.ts'
import type { ChosenZone, OpenedLog } from './open-log.ts'
import type { ReaderFacts } from './record-reader.ts'

/** What was given, read from the file, or inferred, each with where it is from. */
export function cutOptions(
  options: CutLogOptions,
  opened: OpenedLog,
  facts: ReaderFacts,
  zone: ChosenZone,
  order: DayOrder,
  cut: CutState,
): Record<string, unknown> {
  const { encoding } = opened.head
  const notes = cut.resolver?.notes
  const said: Record<string, unknown> = { encoding: { value: encoding.label, from: encoding.from }, stampLayout: facts.layout ?? null }
  if (notes && notes.zoneRead > 0) said.zoneInStamps = { value: notes.zoneAssumed === 0 ? 'all' : 'some', from: 'read' }
  if (notes && notes.zoneAssumed > 0) said.timezone = { value: zone.zone.name, from: zone.from }
  if (order.from !== 'not needed' && facts.orderOpen) said.dayFirst = { value: order.dayFirst, from: order.from }
  else if (facts.dayFirst !== undefined) said.dayFirst = { value: facts.dayFirst, from: 'read' }
  if (notes && notes.yearInferred > 0) said.year = { value: 'nearest to the incident', from: 'inferred' }
  if (notes && notes.dateInferred > 0) said.date = { value: 'header, file name or nearest to the incident', from: 'inferred' }
  const { timeFormat, clockOffset, keepUndated } = options.fileOptions ?? {}
  if (timeFormat !== undefined) said.timeFormat = { value: timeFormat, from: 'option' }
  if (clockOffset !== undefined) said.clockOffset = { value: clockOffset, from: 'option' }
  if (keepUndated !== undefined) said.keepUndated = { value: keepUndated, from: 'option' }
  return said
}

/** A moment near which the log lies: the incident, else the middle of a window that has one. */
export function nearOf(options: CutLogOptions): number | undefined {
  const { incidentAtNs, window } = options
  if (incidentAtNs !== undefined) return Number(incidentAtNs / 1_000_000_000n)
  const spanNs = window.toNs - window.fromNs
  return spanNs > 400n * 86_400n * 1_000_000_000n ? undefined : Number((window.fromNs + spanNs / 2n) / 1_000_000_000n)
}

/** What the customer must see: assumptions that move the window, and errors that lie just outside it. */
export function cutWarnings(options: CutLogOptions, cut: CutState, zone: ChosenZone, order: DayOrder): CutReceipt['warnings'] {
  const warnings: CutReceipt['warnings'] = []
  const notes = cut.resolver?.notes
  if (notes && notes.zoneAssumed > 0 && zone.from === 'assumed') {
    warnings.push({
      code: 'timezone-assumed',
      message: 'the log names no time zone and none was given: its stamps were read as UTC (give timezone to correct it)',
    })
  }
  if (order.from === 'assumed' && cut.resolver !== undefined && cut.recordsSeen > 0) {
    warnings.push({
      code: 'day-order-assumed',
      message: `every date can be read both ways: ${order.dayFirst ? 'day' : 'month'} first was assumed (give dayFirst to correct it)`,
    })
  }
  if (notes && notes.yearInferred > 0) {
    const known = nearOf(options) !== undefined
    const message = known ? 'the one nearest to the incident was taken' : 'no incident is known, so 1970 was taken (give its moment)'
    warnings.push({ code: known ? 'year-inferred' : 'year-unknown', message: `the stamps have no year: ${message}` })
  }
  if (cut.keptRecords === 0 && cut.recordsSeen > 0) warnings.push(nothingInside(options, cut))
  const shift = clockShift(options, cut)
  if (shift) warnings.push({ code: 'clock-shift', message: shift.message })
  return warnings
}

function nothingInside(options: CutLogOptions, cut: CutState): CutReceipt['warnings'][number] {
  const window = `${isoFromNs(options.window.fromNs)} to ${isoFromNs(options.window.toNs)}`
  return {
    code: 'nothing-in-window',
    message: `no record lies inside ${window}: the log runs from ${cut.digest.firstAt} to ${cut.digest.lastAt}`,
  }
}

const SHIFTS = [
  1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, -11, 12, -12, 13, 14, 5.5, -3.5, 9.5, -9.5, 5.75,
].map((hours) => hours * 3600)

/**
 * An error outside the window, and none inside: the log's clock or zone may be off. A whole-hour offset that brings an error close to the
 * incident is the likeliest mistake; else the offset of the error nearest to the incident, if that lies within two minutes of the window.
 */
export function clockShift(options: CutLogOptions, cut: CutState): { clockOffset: number; message: string } | undefined {
  const errors = cut.digest.errors
  const { incidentAtNs } = options
  if (errors.length === 0 || incidentAtNs === undefined || errors.some((error) => error.inside)) return undefined
  const offset = options.fileOptions?.clockOffset ?? 0
  const incident = Number(incidentAtNs) / 1e9 + offset
  const { hours, error } = bestShift(errors, incident)
  if (!error) return undefined
  const off = error.seconds + error.nanoseconds / 1e9 - incident
  const suggested = offset + (hours ?? Math.round(off))
  const sign = suggested > 0 ? '+' : ''
  return {
    clockOffset: suggested,
    message: `no error lies inside the window, but ${error.code} does at ${error.stampedAt} (line ${error.line}): clockOffset=${sign}${suggested} would bring it in${hours === undefined ? '' : ' (a whole-hour mistake: check the time zone)'}`,
  }
}

const CLOSE = 330 // seconds: the default window's reach before the incident

function bestShift(errors: readonly LogError[], incident: number): { hours: number | undefined; error: LogError | undefined } {
  let best: { hours: number | undefined; error: LogError; distance: number } | undefined
  for (const error of errors) {
    const off = error.seconds + error.nanoseconds / 1e9 - incident
    for (const hours of SHIFTS) {
      const distance = Math.abs(off - hours)
      if (distance <= CLOSE && (!best || distance < best.distance)) best = { hours, error, distance }
    }
  }
  if (best) return best
  const [nearest] = [...errors].sort((a, b) => Math.abs(a.seconds - incident) - Math.abs(b.seconds - incident))
  return { hours: undefined, error: nearest && Math.abs(nearest.seconds - incident) < 1800 ? nearest : undefined }
}
