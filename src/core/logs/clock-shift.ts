import type { CutLogOptions } from './cut-log.ts'
import type { CutState } from './cut-state.ts'
import { lookUpErrors } from './errors/decode.ts'
import type { LogError } from './log-digest.ts'

/** The offset that would bring the case's error into the window, and why it is believed. */
export interface ClockShift {
  /** Seconds, as `clockOffset` takes them. */
  readonly clockOffset: number
  readonly message: string
}

const SHIFTS = [
  1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, -11, 12, -12, 13, 14, 5.5, -3.5, 9.5, -9.5, 5.75,
].map((hours) => hours * 3600)
const CLOSE = 330 // seconds: the default window's reach before the incident
const NEAR = 1800 // seconds that a clock may be off without a zone's mistake

/**
 * The case's error outside the window, and not inside: the log's clock or zone may be off. A whole-hour offset that brings it close to the
 * incident is the likeliest mistake; else the offset of the one nearest to the incident, if that lies within half an hour. Errors of other
 * peers inside the window hide nothing, but only a whole-hour mistake is believed against them.
 */
export function clockShift(options: CutLogOptions, cut: CutState): ClockShift | undefined {
  const { incidentAtNs } = options
  const dated = cut.digest.errors.filter(({ seconds }) => !Number.isNaN(seconds))
  const errors = caseErrors(dated, options)
  if (errors.length === 0 || incidentAtNs === undefined || errors.some((error) => error.inside)) return undefined
  const offset = options.fileOptions?.clockOffset ?? 0
  const incident = Number(incidentAtNs) / 1e9 + offset
  const contradicted = cut.digest.errors.some((error) => error.inside)
  const { hours, error } = byHours(errors, incident) ?? { hours: undefined, error: contradicted ? undefined : nearest(errors, incident) }
  if (!error) return undefined
  const suggested = offset + (hours ?? Math.round(distance(error, incident)))
  const sign = suggested > 0 ? '+' : ''
  const whose = contradicted ? "no error of the case's" : 'no error'
  return {
    clockOffset: suggested,
    message: `${whose} lies inside the window, but ${error.code} does at ${error.stampedAt} (line ${error.line}): clockOffset=${sign}${suggested} would bring it in${hours === undefined ? '' : ' (a whole-hour mistake: check the time zone)'}`,
  }
}

/** The errors that can be the case's: of its peer, and with its code, as far as either is known and any error of the log has it. */
function caseErrors(errors: readonly LogError[], { peer, error }: CutLogOptions): readonly LogError[] {
  const ofPeer = peer === undefined ? [] : errors.filter((logged) => logged.peer !== undefined && addressOf(logged.peer) === peer)
  const about = ofPeer.length > 0 ? ofPeer : errors
  const meanings = new Set(error === undefined ? [] : lookUpErrors(error).errors.map(({ canonical }) => canonical))
  const coded = about.filter(({ canonical }) => meanings.has(canonical))
  return coded.length > 0 ? coded : about
}

/** `10.0.0.9:9100` and `[fd00::9]:9100` without the port. */
const addressOf = (endpoint: string): string =>
  endpoint.startsWith('[')
    ? endpoint.slice(1, endpoint.indexOf(']'))
    : endpoint.indexOf(':') === endpoint.lastIndexOf(':')
      ? (endpoint.split(':')[0] ?? endpoint)
      : endpoint

const distance = (error: LogError, incident: number): number => error.seconds + error.nanoseconds / 1e9 - incident

function byHours(errors: readonly LogError[], incident: number): { hours: number; error: LogError } | undefined {
  let best: { hours: number; error: LogError; rest: number } | undefined
  for (const error of errors) {
    const off = distance(error, incident)
    for (const hours of SHIFTS) {
      const rest = Math.abs(off - hours)
      if (rest <= CLOSE && (!best || rest < best.rest)) best = { hours, error, rest }
    }
  }
  return best
}

function nearest(errors: readonly LogError[], incident: number): LogError | undefined {
  const [first] = [...errors].sort((a, b) => Math.abs(distance(a, incident)) - Math.abs(distance(b, incident)))
  return first && Math.abs(distance(first, incident)) < NEAR ? first : undefined
}
