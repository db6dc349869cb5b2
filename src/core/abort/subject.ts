import type { DecisivePacket, SideFacts, TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'

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

/** How a connection ended, as far as the tracker can tell. */
export type Ending = 'refused' | 'no-answer' | 'reset' | 'stuck' | 'half-closed' | 'stalled' | 'closed' | 'alive'

export interface Candidate {
  readonly connection: TrackedConnection
  readonly host: SideFacts
  readonly peer: SideFacts
  readonly ending: Ending
  /** When the program may have noticed, given how it ended. */
  readonly noticed: { readonly from: number; readonly to: number }
  readonly score: number
}

const RST = 4
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

function endingOf(connection: TrackedConnection, host: SideFacts, peer: SideFacts): Ending {
  const synOnly = host.syns > 0 && host.packets <= host.syns + host.resets
  if (synOnly) return peer.resets > 0 ? 'refused' : 'no-answer'
  if (peer.packets === 0 || host.packets === 0) return host.fins + peer.fins > 0 ? 'closed' : 'stuck'
  const closed = host.fins > 0 && peer.fins > 0
  const firstReset = firstEndingReset(connection)
  const bothFinBefore = connection.decisive.filter((p) => p.flags & 1 && (!firstReset || p.at <= firstReset.at))
  const finsFrom = new Set(bothFinBefore.map((packet) => packet.from))
  if (firstReset && isLateAnswerRefused(connection, firstReset)) return 'half-closed'
  if (firstReset && isLettingGo(connection, firstReset)) return 'closed'
  const hadReset = host.resets > 0 || peer.resets > 0
  if (hadReset && !(closed && finsFrom.size === 2) && (firstReset || !connection.decisive.some(isReset))) return 'reset'
  const unacked = host.sentSeq > host.ackedSeq
  // A FIN that the peer repeats and the host never acknowledges closes nothing.
  if (closed && peer.sentSeq > peer.ackedSeq && peer.retransmissions >= 2 && peer.lastAt > host.lastAt) return 'half-closed'
  if (closed && (!unacked || host.retransmissions < 3)) return 'closed'
  if (unacked && host.lastAt > peer.lastAt && host.retransmissions > 0) return 'stuck'
  if (host.fins > 0 && host.retransmissions >= 2 && host.lastAt > peer.lastAt) return 'stuck'
  if (host.fins > 0 || peer.fins > 0) return 'half-closed'
  if (host.retransmissions >= 3 && host.lastAt >= (host.lastDataAt ?? 0) && lastIsRepeated(connection)) return 'stuck'
  if (host.keepAlives > peer.keepAliveAcks && host.lastAt > peer.lastAt) return 'stuck'
  if (peer.zeroWindows > 0 && lastWindowIsZero(connection)) return 'stalled'
  return 'alive'
}

const isReset = (packet: DecisivePacket): boolean => (packet.flags & RST) !== 0

/** The first RST that may have ended it: one before the SYN-ACK clears what an old connection had left behind (RFC 9293 §3.5.1). */
const firstEndingReset = ({ decisive }: TrackedConnection): DecisivePacket | undefined => {
  const answered = decisive.find(({ role }) => role === 'syn-ack')
  return decisive.find((packet) => isReset(packet) && !(answered && packet.at < answered.at))
}

/**
 * The RST of a side that had nothing to say any more: a monitor that opens a port and lets go without a byte, or a program that resets in
 * place of its FIN after the other side has closed and everything was acknowledged.
 */
function isLettingGo(connection: TrackedConnection, reset: DecisivePacket): boolean {
  const [own, other] = [connection[reset.from], connection[reset.from === 'originator' ? 'responder' : 'originator']]
  if (own.fins > 0 || other.resets > 0) return false
  const isProbe =
    reset.from === 'originator' && own.bytes + other.bytes === 0 && other.syns > 0 && connection.endedAt - connection.startedAt < 5
  const closed = connection.decisive.find(({ role, from }) => role === 'fin' && from !== reset.from)
  const isAllSaid = closed !== undefined && closed.at <= reset.at && own.ackedSeq >= own.sentSeq && (own.lastDataAt ?? 0) <= closed.at
  return isProbe || isAllSaid
}

/** An RST that answers what the other side sent long after this side's FIN had been acknowledged: the connection had been given up before. */
function isLateAnswerRefused(connection: TrackedConnection, reset: DecisivePacket): boolean {
  const fin = connection.decisive.find((packet) => packet.role === 'fin')
  return fin !== undefined && fin.from === reset.from && reset.at - fin.at > 5 && !(reset.flags & 16)
}

const lastIsRepeated = (connection: TrackedConnection): boolean => connection.decisive.at(-1)?.role === 'retransmission'

const lastWindowIsZero = (connection: TrackedConnection): boolean => {
  const zero = connection.decisive.findLast((packet) => packet.role === 'zero-window' || packet.role === 'zero-window-probe')
  const data = connection.decisive.findLast((packet) => packet.role === 'last-data')
  return zero !== undefined && (data === undefined || zero.at >= data.at)
}

/** The stack or the program notices at the RST, or some time after the last vain attempt. */
function noticedAt(
  connection: TrackedConnection,
  ending: Ending,
  capture: Capture,
  host: SideFacts,
  peer: SideFacts,
): { from: number; to: number } {
  const last = connection.endedAt
  if (ending === 'reset' || ending === 'refused') {
    const reset = firstEndingReset(connection) ?? connection.decisive.find(isReset)
    const at = reset?.at ?? last
    return { from: at, to: at + 2 }
  }
  if (ending === 'closed' || ending === 'alive') return { from: last, to: ending === 'alive' ? Math.max(last, capture.until) : last }
  if (ending === 'half-closed') {
    const fin = connection.decisive.find((packet) => packet.role === 'fin')
    return { from: fin?.at ?? last, to: Math.max(last, (fin?.at ?? last) + 700) }
  }
  const tries = Math.max(1, host.lastAt - Math.max(peer.lastAt || 0, host.firstAt))
  const patience = ending === 'stalled' ? 900 : Math.max(3, 1.5 * tries)
  return { from: host.lastAt, to: Math.max(last, host.lastAt) + patience }
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
