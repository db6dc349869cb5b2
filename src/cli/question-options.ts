import type { Question } from '../core/diagnosis/question.ts'
import { DEFAULT_TOLERANCE_SECONDS, windowRound } from '../core/time/window.ts'
import type { Arguments } from './arguments.ts'
import type { Option, Terminal } from './command.ts'
import { readEndpoint } from './endpoint.ts'
import { durationOption, instantOption } from './time-options.ts'

/** What a person says about an incident: the same options for every command that asks. */
export const QUESTION_OPTIONS: readonly Option[] = [
  { name: 'at', value: 'T', says: 'when it happened, like 2025-01-15T08:48:21Z' },
  { name: 'before', value: 'D', says: 'how much before that counts: 90s, 5m, PT5M (default 330s)' },
  { name: 'after', value: 'D', says: 'how much after it (default 60s)' },
  { name: 'tolerance', value: 'D', says: 'how wrong the time may be; widens both sides (default 120s)' },
  { name: 'host', value: 'IP', says: 'the machine that reported the error' },
  { name: 'peer', value: 'IP[:PORT]', says: 'the other end, the printer for instance' },
  { name: 'timezone', value: 'TZ', says: 'of logs (and times here) that name none: Europe/Berlin or +01:00' },
  { name: 'error', value: 'TEXT', says: 'the error as the ticket words it' },
]

/** Without `--at` (which `at` overrules) everything may be looked at. @throws {UsageError} on values that cannot be read */
export function readQuestion(args: Arguments, terminal: Terminal, at?: bigint): Question {
  const incidentAtNs = at ?? instantOption('at', args, terminal)
  const tolerance = durationOption('tolerance', args)
  const margins = { before: durationOption('before', args), after: durationOption('after', args), tolerance }
  const host = args.text('host')
  const peer = args.text('peer')
  return {
    incidentAtNs,
    window: incidentAtNs === undefined ? undefined : windowRound(incidentAtNs, margins),
    toleranceSeconds: tolerance ?? DEFAULT_TOLERANCE_SECONDS,
    host: host === undefined ? undefined : readEndpoint('--host', host).ip,
    peer: peer === undefined ? undefined : readEndpoint('--peer', peer),
    timezone: args.text('timezone'),
    error: args.text('error'),
    revision: 1,
    payloadStripped: false,
  }
}
