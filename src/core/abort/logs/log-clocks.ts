import type { TrackedConnection } from '../../tcp/connection.ts'
import { estimate } from '../../time/clocks.ts'
import { estimateLogClock, type LogClock } from '../../time/log-clock.ts'
import type { Capture } from '../captures/read-capture.ts'
import type { EvidenceLog } from './read-evidence-log.ts'

/** Connections that are held for the comparison with one log; those that no record of it names are not. */
const MOST_CONNECTIONS = 20_000

/** The clock of each log against each capture, where it can be told; a stated `clockOffset` settles it. */
export function clocksAgainst(capture: Capture, logs: readonly EvidenceLog[]): Map<number, LogClock> {
  const clocks = new Map<number, LogClock>()
  for (const log of logs) {
    const given = log.file.options.clockOffset
    const found = estimateLogClock(log.events, namedBy(log, capture))
    if (given !== undefined) clocks.set(log.input, { ...estimate(given, given, 1, true), matches: found?.matches ?? [] })
    else if (found) clocks.set(log.input, found)
  }
  return clocks
}

function namedBy(log: EvidenceLog, capture: Capture): TrackedConnection[] {
  const peers = new Set(log.events.map(({ peer }) => peer?.ip).filter((ip) => ip !== undefined))
  const named: TrackedConnection[] = []
  for (const connection of capture.connections) {
    if (peers.has(connection.responder.ip) || peers.has(connection.originator.ip)) named.push(connection)
    if (named.length >= MOST_CONNECTIONS) break
  }
  return named
}
