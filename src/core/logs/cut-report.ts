import type { CutReceipt } from '../intake/receipt.ts'
import { isoFromNs } from '../time/civil.ts'
import { inLargerUnits } from '../time/duration.ts'
import { clockShift } from './clock-shift.ts'
import type { CutLogOptions } from './cut-log.ts'
import type { CutState } from './cut-state.ts'
import type { DayOrder } from './day-order.ts'
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
    message: `no record lies inside ${window}: ${missedBy(options, cut)}`,
  }
}

/** By how much the window missed the log, on the log's clock. */
function missedBy({ window, fileOptions }: CutLogOptions, { digest }: CutState): string {
  if (digest.span === undefined) return 'no record carries a time'
  const offset = fileOptions?.clockOffset ?? 0
  const before = Number(window.fromNs) / 1e9 + offset - digest.span.last
  const after = digest.span.first - (Number(window.toNs) / 1e9 + offset)
  const span = `the log runs from ${digest.firstAt} to ${digest.lastAt}`
  if (before > 0) return `the log ends ${Number(before.toFixed(3))} s before it${inLargerUnits(before)} (${span})`
  return after >= 0
    ? `the log begins ${Number(after.toFixed(3))} s after its end${inLargerUnits(after)} (${span})`
    : `the log has a gap there (${span})`
}
