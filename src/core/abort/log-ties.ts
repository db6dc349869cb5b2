import type { LogTies } from './facts/log-ties.ts'
import type { Facts } from './facts.ts'
import type { LoggedError } from './logs/read-evidence-log.ts'
import type { Studied, View } from './study.ts'
import type { LogPeer, Sought } from './subject.ts'

/** What is sought, as one capture's clock has it. */
export interface Wanted {
  readonly sought: Sought
  readonly incident: Facts['incident']
  readonly error: LoggedError | undefined
  /** The error is what was reported, and not just the nearest that the log has. */
  readonly isReported: boolean
  /** The error lies no further from the incident than that may be off. */
  readonly isNear: boolean
  /** The question names the peer, or no incident. */
  readonly isPinned: boolean
  /** A log speaks of the incident's time. */
  readonly isLogged: boolean
}

/** What the logs say of one connection. */
export const tiesOf = (wanted: Wanted, view: View): LogTies => ({
  loggedError: bearsOn(wanted, view),
  logMatched: isMatched(view, wanted.sought),
  namesAnother: wanted.isNear && wanted.sought.logPeers.some((named) => isAnother(named, view)),
  isPinned: wanted.isPinned || wanted.isLogged,
  isLogged: wanted.isLogged,
})

/** The error names neither end, or another port of the peer. Port 0 is not known. */
const isAnother = ({ ip, port }: LogPeer, { host, peer }: View): boolean =>
  ip === peer.ip ? port !== undefined && peer.port !== 0 && port !== peer.port : ip !== host.ip

/** The log's clock leads to this connection, or the log names its peer and port. */
const isMatched = ({ connection, peer }: View, { logMatch, logPeers }: Sought): boolean =>
  logMatch?.streamIndex === connection.streamIndex ||
  logPeers.some(({ ip, port, isSure }) => isSure && ip === peer.ip && port === peer.port)

/** An error that names another peer is not about this connection; one at another time is only where it names this peer. */
function bearsOn({ error, isReported: isNear, sought }: Wanted, view: View): boolean {
  if (!error) return false
  const named = sought.logPeers[0]?.ip
  if (named === undefined) return isNear
  return named === view.peer.ip || named === view.host.ip
}

/** An end that is proper is no answer to an error that was logged for another peer, or at another time. */
const BESIDE_SECONDS = 10

/** The error names this peer, and another port of it: a NAT may change both, but hardly the port alone. Port 0 is not known. */
const isOtherService = ({ ip, port, isSure }: LogPeer, { peer }: View): boolean =>
  isSure && ip === peer.ip && port !== undefined && peer.port !== 0 && port !== peer.port

/**
 * It was opened after the incident, or the capture begins after it: how it ended says nothing of what came before. A log that speaks of that
 * time and shows no error leaves it at a time that was stated too early.
 */
const isAfterwards = ({ capture, connection }: View, { sought: { incident }, isNear, isLogged }: Wanted): boolean =>
  incident !== undefined && (isNear || !isLogged) && Math.max(capture.from, connection.startedAt) > incident.to + 1

/** The end that was found is no answer to what is asked. */
export function isBesidePoint({ judgement, view, facts }: Studied, wanted: Wanted): boolean {
  const { sought } = wanted
  const isElsewhere = wanted.isReported && sought.logPeers.some((named) => isOtherService(named, view))
  // An outage takes all services of a peer with it.
  if (judgement.cause !== 'normal-close') return isElsewhere && judgement.cause !== 'network-outage'
  const isOtherPort = sought.peer?.port !== undefined && sought.peer.port !== view.peer.port
  if (isElsewhere || isOtherPort || isAfterwards(view, wanted)) return true
  if (!wanted.isReported || !facts.incident) return false
  const { at, before, after } = facts.incident
  const end = view.connection.endedAt
  const isThen = end >= at - before - BESIDE_SECONDS && end <= at + after + BESIDE_SECONDS
  const [named] = sought.logPeers
  const isOther = named !== undefined && (named.ip !== view.peer.ip || (named.port !== undefined && named.port !== view.peer.port))
  return !isThen || isOther
}
