import type { Facts } from '../facts.ts'
import type { EvidenceLog, LoggedError } from './read-evidence-log.ts'

type Incident = NonNullable<Facts['incident']>

/** Seconds between an error's stamp (which holds for as long as its last digit) and the incident as it was stated. */
const distance = (error: LoggedError, incident: Incident): number =>
  Math.max(0, error.at - (incident.at + incident.after), incident.at - incident.before - (error.at + error.resolution))

/** An error further away than this is not the one that was reported, whatever the log's clock; seconds. */
const FARTHEST = 2 * 3600

/** How much a matching peer weighs against distance: so many doublings of it. */
const PEER_MATCH = 4

/**
 * The logged error that the case is about: the nearest to the incident, a match of the peer counting more than some seconds. Without an
 * incident, the latest.
 */
export function chooseError(
  logs: readonly EvidenceLog[],
  incident: Facts['incident'],
  peerIp: string | undefined,
  offsetOf: (input: number) => number,
): LoggedError | undefined {
  const ranked = logs.flatMap((log) =>
    log.errors.map((error) => {
      const corrected = { ...error, at: error.at - offsetOf(error.input) }
      // People read the time of an incident off the log: the stamp as it stands counts like the corrected one.
      const away = incident ? Math.min(distance(error, incident), distance(corrected, incident)) : 0
      const match = peerIp !== undefined && error.peer?.ip === peerIp ? PEER_MATCH : peerIp !== undefined && error.peer ? -1 : 0
      return { error, away, rank: match - Math.log2(1 + away) + error.at / 1e13 }
    }),
  )
  return ranked.filter(({ away }) => away <= FARTHEST).sort((a, b) => b.rank - a.rank)[0]?.error
}

/** Without a stated incident: the latest error that a capture covers, and the moment it names. */
export function latestCovered(
  logs: readonly EvidenceLog[],
  captures: readonly { readonly from: number; readonly until: number }[],
): LoggedError | undefined {
  const covered = logs
    .flatMap(({ errors }) => errors)
    .filter(({ at }) => captures.some(({ from, until }) => at >= from - 1 && at <= until + 1))
  return covered.sort((a, b) => b.at - a.at)[0]
}
