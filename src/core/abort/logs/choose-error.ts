import type { LogClock } from '../../time/log-clock.ts'
import type { Capture } from '../captures/read-capture.ts'
import type { Facts } from '../facts.ts'
import type { EvidenceLog, LoggedError } from './read-evidence-log.ts'

type Incident = NonNullable<Facts['incident']>

/** Each log's clock − the reference clock, by input; a log that is not in it agrees as far as is known. */
export type LogClocks = ReadonlyMap<number, LogClock>

export const offsetOf = (clocks: LogClocks, input: number): number => clocks.get(input)?.offsetSeconds ?? 0

/** Seconds between a stamp (which holds for as long as its last digit) and the incident as it was stated. */
const distance = (at: number, resolution: number, incident: Incident): number =>
  Math.max(0, at - (incident.at + incident.after), incident.at - incident.before - (at + resolution))

/** Seconds between an error and the incident, on whichever of its two readings is nearer: the stamp as it stands, or corrected. */
const awayFrom = ({ event, input }: LoggedError, incident: Incident, clocks: LogClocks): number =>
  Math.min(distance(event.at, event.resolution, incident), distance(event.at - offsetOf(clocks, input), event.resolution, incident))

/** People read the time of an incident off the error, or see it happen: an error further away is another one; seconds. */
const REPORTED_SECONDS = 10

/** Whether the error is what was reported, and not just the nearest that the log has: it lies `within` so many seconds of the incident. */
export const isReported = (error: LoggedError, stated: Facts['incident'], clocks: LogClocks, within = REPORTED_SECONDS): boolean =>
  stated === undefined || awayFrom(error, stated, clocks) <= within

/** An error further away than this is not the one that was reported, whatever the log's clock; seconds. */
const FARTHEST = 2 * 3600

/** How much it weighs that the capture holds the peer an error names, or does not: a log tells of many machines. */
const CAPTURED = 2

/** The same where the error writes both ends, and the capture has a connection between just these: hardly by chance. */
const CAPTURED_BOTH = 8

/** How much a matching peer weighs against distance: so many doublings of it. */
const PEER_MATCH = 4

/**
 * The logged error that the case is about: the nearest to the incident, a match of the peer counting more than some seconds. People read
 * the time of an incident off the log, so that the stamp as it stands counts like the corrected one. Of several in a stated minute the
 * first: what failed after it may be its consequence. Without an incident, the latest.
 */
export function chooseError(
  logs: readonly EvidenceLog[],
  incident: Facts['incident'],
  peerIp: string | undefined,
  clocks: LogClocks,
  captured?: ReadonlySet<string>,
): LoggedError | undefined {
  const ranked = logs.flatMap((log) =>
    log.errors.map((error) => {
      const { at, peer } = error.event
      const away = incident ? awayFrom(error, incident, clocks) : 0
      const match = peerIp !== undefined && peer?.ip === peerIp ? PEER_MATCH : peerIp !== undefined && peer ? -1 : 0
      const seen = captured && peer ? captureSays(peer, captured) : 0
      return { error, away, rank: match + seen - Math.log2(1 + away) + (incident ? -at : at) / 1e13 }
    }),
  )
  return ranked.filter(({ away }) => away <= FARTHEST).sort((a, b) => b.rank - a.rank)[0]?.error
}

type Named = NonNullable<LoggedError['event']['peer']>

const bothEnds = ({ ip, port, local }: Named): string | undefined => local && `${local.ip} ${local.port} ${ip} ${port}`

interface End {
  readonly ip: string
  readonly port: number
}

/** How an error may name a connection: by the address of one end, or by both ends. */
export const namesOf = (a: End, b: End): string[] => [
  a.ip,
  b.ip,
  `${a.ip} ${a.port} ${b.ip} ${b.port}`,
  `${b.ip} ${b.port} ${a.ip} ${a.port}`,
]

const captureSays = (peer: Named, captured: ReadonlySet<string>): number => {
  if (!captured.has(peer.ip)) return -CAPTURED
  return captured.has(bothEnds(peer) ?? '') ? CAPTURED_BOTH : CAPTURED
}

/** The addresses of the logs' errors that a capture has connections with, and the pairs of ends that it has a connection between. */
export function capturedPeers(logs: readonly EvidenceLog[], capture: Capture): ReadonlySet<string> {
  const peers = logs.flatMap(({ errors }) => errors.flatMap(({ event }) => event.peer ?? []))
  const named = new Set(peers.flatMap((peer) => [peer.ip, bothEnds(peer) ?? peer.ip]))
  const captured = new Set<string>()
  for (const { originator, responder } of capture.connections) {
    for (const name of namesOf(originator, responder)) if (named.has(name)) captured.add(name)
    if (captured.size === named.size) break
  }
  return captured
}

/** Without a stated incident: the latest error that a capture covers. */
export function latestCovered(logs: readonly EvidenceLog[], captures: readonly Capture[], clocks: LogClocks): LoggedError | undefined {
  const isCovered = ({ input, event }: LoggedError) => {
    const at = event.at - offsetOf(clocks, input)
    return captures.some(({ from, until }) => at >= from - 1 && at <= until + 1)
  }
  const covered = logs.flatMap(({ errors }) => errors).filter(isCovered)
  return covered.sort((a, b) => b.event.at - a.event.at)[0]
}

/** Half the width of what is not known of a log's clock; a second where nothing is. */
const doubtOf = (clock: LogClock | undefined): number => (clock ? Math.min(60, (clock.interval[1] - clock.interval[0]) / 2) : 1)

/**
 * When it happened, as sharply as can be said: the error's stamp on the reference clock where the log's clock is known, else what was
 * stated. A stated time that is the log's own stamp is read on the log's clock.
 */
export function sharpIncident(stated: Facts['incident'], error: LoggedError | undefined, clocks: LogClocks): Facts['incident'] {
  if (!error) return stated
  const { at, resolution } = error.event
  const clock = clocks.get(error.input)
  const doubt = doubtOf(clock)
  const own: Incident = { at: at - (clock?.offsetSeconds ?? 0), before: doubt, after: doubt + resolution }
  if (!stated) return own
  const isSharp = stated.after === 0 && stated.at >= own.at - own.before && stated.at <= own.at + own.after
  if (isSharp) return stated
  const isReadOffLog = distance(at, resolution, stated) <= 2
  const isMeant = distance(own.at, resolution, stated) <= 2 + doubt
  const isMatched = clock?.matches.some(({ event }) => event === error.event) === true && doubt < 2
  if (clock?.confident && (isReadOffLog || isMeant)) return own
  if (isMatched && isReadOffLog) return own
  // A minute is coarser than any stamp: the error's own is the better word, unless its clock is known to be off.
  if (!clock && stated.after > 1 && distance(at, resolution, stated) === 0) return own
  return stated
}
