import type { SideFacts, TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import { type Ending, endingOf, noticedAt } from './tracked-ending.ts'

/** What is known about the connection that is sought. Times are seconds since the epoch on the capture's clock. */
export interface Sought {
  readonly incident: { readonly from: number; readonly to: number } | undefined
  /** How far off the incident may have been stated, seconds. */
  readonly tolerance: number
  readonly host: string | undefined
  readonly peer: { readonly ip: string; readonly port: number | undefined } | undefined
  /** Peers that the log names for its error: it may be wrong, or in another notation. */
  readonly logPeers: readonly LogPeer[]
  /** A log reports an error then, and names no peer for it. */
  readonly isNameless: boolean
  /** The connection that the log's error ended, as the clocks tell. */
  readonly logMatch: { readonly streamIndex: number; readonly isSure: boolean } | undefined
}

export interface LogPeer {
  readonly ip: string
  readonly port: number | undefined
  readonly isSure: boolean
  /** The host's port, where the log writes both ends: with it there is but one connection. */
  readonly hostPort: number | undefined
}

export interface Candidate {
  readonly connection: TrackedConnection
  readonly host: SideFacts
  readonly peer: SideFacts
  readonly ending: Ending
  /** When the program may have noticed, given how it ended. */
  readonly noticed: { readonly from: number; readonly to: number }
  readonly score: number
}

/** How many candidates are looked at closely before the subject is chosen. */
const MOST_CANDIDATES = 8

/** Which side is the host: the one that was named, else the one that the log does not call its peer, else the one that opened it. */
export function sidesOf(
  connection: TrackedConnection,
  sought: Pick<Sought, 'host' | 'peer'> & Partial<Pick<Sought, 'logPeers'>>,
): { host: SideFacts; peer: SideFacts } {
  const { originator, responder } = connection
  const isPeer = (side: SideFacts) =>
    sought.peer
      ? side.ip === sought.peer.ip
      : sought.host === undefined && sought.logPeers?.some(({ ip, isSure }) => isSure && ip === side.ip)
  const isHost = (side: SideFacts) => side.ip === sought.host
  const turned = (isHost(responder) && !isHost(originator)) || (isPeer(originator) && !isPeer(responder))
  return turned ? { host: responder, peer: originator } : { host: originator, peer: responder }
}

/** All connections that could be meant, the likeliest first. */
export function rankSubjects(capture: Capture, sought: Sought): { candidates: readonly Candidate[]; among: number } {
  const pools: Best[] = [new Best(), new Best(), new Best(), new Best()]
  let among = 0
  for (const connection of capture.connections) {
    if (connection.protocol !== 'tcp') continue
    among++
    const candidate = judge(connection, capture, sought)
    pools[narrowness(candidate, sought)]?.offer(candidate)
  }
  const pool = pools.findLast((one) => one.list.length > 0)
  const isForeign = sought.peer !== undefined && pool === pools[0]
  return { candidates: isForeign || !pool ? [] : pool.list, among }
}

/** The likeliest few, best first: all that is kept of however many there are. */
class Best {
  readonly list: Candidate[] = []

  offer(candidate: Candidate): void {
    const at = this.list.findIndex((one) => candidate.score > one.score)
    if (at >= 0) this.list.splice(at, 0, candidate)
    else if (this.list.length < MOST_CANDIDATES) this.list.push(candidate)
    if (this.list.length > MOST_CANDIDATES) this.list.pop()
  }
}

/** How much of what was named matches: 0 not the peer (or nothing was named), 1 its address, 2 its port too, 3 the host too. */
function narrowness({ host, peer }: Candidate, sought: Sought): number {
  const isHost = sought.host === undefined || host.ip === sought.host
  if (!sought.peer) return isHost && sought.host !== undefined ? 1 : 0
  if (peer.ip !== sought.peer.ip) return 0
  const isPort = sought.peer.port === undefined || peer.port === sought.peer.port
  return isPort ? (isHost ? 3 : 2) : 1
}

function judge(connection: TrackedConnection, capture: Capture, sought: Sought): Candidate {
  const { host, peer } = sidesOf(connection, sought)
  const ending = endingOf(connection, host, peer)
  const noticed = noticedAt(connection, ending, capture, host, peer)
  return { connection, host, peer, ending, noticed, score: scoreOf(connection, ending, noticed, host, peer, sought) }
}

const ABNORMAL: Readonly<Record<Ending, number>> = {
  reset: 6,
  refused: 6,
  'no-answer': 5.5,
  stuck: 6,
  'half-closed': 4.5,
  stalled: 5.5,
  alive: 0.5,
  closed: 0,
}

/** What a distance in time costs: people are off by some, rarely by more than they say. */
export const farness = (distance: number, tolerance: number): number =>
  0.8 * Math.log2(1 + distance) + 1.5 * Math.log2(1 + Math.max(0, distance - tolerance))

function scoreOf(
  connection: TrackedConnection,
  ending: Ending,
  noticed: { from: number; to: number },
  host: SideFacts,
  peer: SideFacts,
  sought: Sought,
): number {
  let score = ABNORMAL[ending]
  const named = sought.logPeers.find(({ ip }) => ip === peer.ip)
  if (sought.incident) {
    const { from, to } = sought.incident
    // The log's own connection may well outlive the error that it is said to have ended with.
    const isSpanned =
      named?.isSure === true && (ending === 'closed' || ending === 'alive') && connection.startedAt <= to && connection.endedAt >= from
    const distance = isSpanned ? 0 : Math.max(0, noticed.from - to, from - noticed.to)
    score -= farness(distance, sought.tolerance)
    // Of several ends of the same sort the nearest is meant; of several within a stated minute the last.
    if (from === to && (ending === 'reset' || ending === 'refused'))
      score -= Math.min(1, 0.5 * Math.log2(1 + Math.abs(from - noticed.from)))
    else score += Math.min(0.3, Math.max(0, (Math.min(noticed.from, to) - from) / 200))
    // Begun after the incident: it is not meant, as far as the stated time can be trusted.
    if (connection.startedAt > to + 1) score -= connection.startedAt > to + sought.tolerance ? 6 : 2.5
  } else score += connection.endedAt / 1e12
  if (named) score += named.isSure ? 3 + (named.port === peer.port ? 2.5 : 0) : 0.8 + portSays(named, peer)
  if (named?.hostPort !== undefined && named.hostPort === host.port) score += 4
  if (sought.logMatch?.streamIndex === connection.streamIndex) score += sought.logMatch.isSure ? 5 : 1.5
  return score + 0.15 * Math.log10(1 + host.bytes)
}

/** A queue's port as other records have it: it may have been changed since. */
const portSays = ({ port }: LogPeer, peer: SideFacts): number => (port === undefined ? 0 : port === peer.port ? 1.6 : -0.8)

/** In words, for the report. */
export function whyChosen(best: Candidate, sought: Sought, among: number): string {
  const what: Readonly<Record<Ending, string>> = {
    reset: 'ended with an RST',
    refused: 'was refused',
    'no-answer': 'got no answer',
    stuck: 'stopped being answered',
    'half-closed': 'was left half-closed',
    stalled: 'stood still with a closed window',
    alive: 'was open',
    closed: 'ended',
  }
  const hints = [
    sought.peer && `the peer ${sought.peer.ip} was named`,
    sought.host && `the host ${sought.host} was named`,
    !sought.peer && sought.logPeers.some((named) => named.ip === best.peer.ip) && `the log names ${best.peer.ip} for its error`,
  ].filter(Boolean)
  const when = sought.incident ? 'nearest to the incident' : 'latest'
  const chosen =
    among === 1
      ? `it is the only connection, and it ${what[best.ending]}`
      : `of ${among} connections it is the one that ${what[best.ending]} ${when}`
  return `${chosen}${hints.length > 0 ? `; ${hints.join(', ')}` : ''}`
}
