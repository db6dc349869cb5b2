import type { DecisivePacket, SideFacts, TrackedConnection } from '../tcp/connection.ts'
import { type Agreement, agreements, type ClockEstimate, estimate, estimateOffset, type OffsetBound } from './clocks.ts'
import type { LogEvent } from './log-events.ts'

/** A log's clock against a capture's, and which connection each error of the log ended. */
export interface LogClock extends ClockEstimate {
  /** Error events with the connection they belong to, best first. */
  readonly matches: readonly LogMatch[]
}

export interface LogMatch {
  readonly event: LogEvent
  readonly connection: TrackedConnection
}

/** Seconds that a program may spend between writing its line and calling `connect`, and the other way round. */
const BEFORE_SYN = 0.25
const AFTER_SYN = 0.05
/** SYNs that waited for ARP or were lost before the capture point. */
const LATE_SYN = 3.5
const MAX_ATTEMPT = 3 * 3600 // seconds between opening a connection and its error
const MAX_MENTIONS = 6 // that an error looks back for

/**
 * Aligns a log with the connections of a capture. An error with the line that opened its connection is two anchors: the opening must fall
 * on a SYN, and the error on something that ends that connection. Without such a pair, openings alone are aligned, then the error alone
 * (never with confidence). Undefined where nothing fits, or what fits contradicts itself.
 */
export function estimateLogClock(events: readonly LogEvent[], connections: Iterable<TrackedConnection>): LogClock | undefined {
  const peers = new Set(events.map((event) => event.peer?.ip).filter((ip) => ip !== undefined))
  const candidates = [...connections].filter((c) => c.protocol === 'tcp' && (peers.has(c.responder.ip) || peers.has(c.originator.ip)))
  const attempts = events.filter((event) => event.kind === 'error').flatMap((error) => attemptsOf(error, events))
  const pairings = attempts.flatMap((attempt) => candidates.flatMap((connection) => pair(attempt, connection) ?? []))
  return fromPairings(pairings, events, candidates) ?? fromOpenings(events, candidates) ?? fromErrors(events, candidates)
}

/** One error and one line that may have opened its connection. */
interface Attempt {
  readonly error: LogEvent
  readonly opening: LogEvent
}

function attemptsOf(error: LogEvent, events: readonly LogEvent[]): Attempt[] {
  const attempts: Attempt[] = []
  const at = events.indexOf(error)
  for (let i = at - 1; i >= 0 && attempts.length < MAX_MENTIONS; i--) {
    const opening = events[i]
    if (!opening || error.at - opening.at > MAX_ATTEMPT) break
    if (opening.kind === 'error' || !opening.peer || opening.peer.by !== undefined) continue
    if (error.peer && opening.peer.ip !== error.peer.ip) continue
    const sameJob = opening.jobs.some((job) => error.jobs.includes(job))
    if (sameJob) return [{ error, opening }]
    if (error.jobs.length > 0 && opening.jobs.length > 0) continue
    if (error.peer && opening.kind !== 'mention') attempts.push({ error, opening })
  }
  return attempts
}

interface Pairing extends Attempt, OffsetBound {
  readonly connection: TrackedConnection
  /** How narrowly the error was expected: seconds. */
  readonly endWidth: number
}

/** The offset under which `opening` falls on the connection's SYN and `error` on its end; undefined where no offset does both. */
function pair({ error, opening }: Attempt, connection: TrackedConnection): Pairing | undefined {
  const { host, peer } = sidesOf(connection, opening.peer?.ip)
  if (!host || !peer || (opening.peer?.port !== undefined && opening.peer.port !== peer.port)) return undefined
  if (connection.originatorBy !== 'syn') return undefined
  for (const late of [0, LATE_SYN]) {
    const bound = openingBound(opening, connection, late)
    for (const end of endsOf(connection, host, peer)) {
      // The end only has to be possible: programs notice it late, so it does not narrow the offset.
      const fits = error.at - end.hi <= bound.hi && error.at + error.resolution - end.lo >= bound.lo
      if (fits) return { error, opening, connection, ...bound, ...namesOf(error, connection), endWidth: end.hi - end.lo + late }
    }
  }
  return undefined
}

/** The sides as the log sees them; the peer is the side whose address the log names. */
function sidesOf(connection: TrackedConnection, peerIp: string | undefined): { host?: SideFacts; peer?: SideFacts } {
  if (connection.responder.ip === peerIp) return { host: connection.originator, peer: connection.responder }
  if (connection.originator.ip === peerIp) return { host: connection.responder, peer: connection.originator }
  return {}
}

function openingBound(opening: LogEvent, connection: TrackedConnection, late: number): { lo: number; hi: number } {
  const syn = connection.startedAt
  const synAck = connection.decisive.find((packet) => packet.role === 'syn-ack')?.at ?? syn
  const rtt = Math.max(connection.responder.rtt?.median ?? 0, connection.originator.rtt?.median ?? 0)
  const { at, resolution } = opening
  if (opening.kind === 'connected') return { lo: at - synAck - rtt - BEFORE_SYN, hi: at + resolution - synAck + AFTER_SYN }
  if (opening.kind === 'connecting') return { lo: at - syn - AFTER_SYN, hi: at + resolution - syn + BEFORE_SYN + late }
  return { lo: at - synAck - rtt - 1, hi: at + resolution - syn + 1 + late }
}

interface Span {
  readonly lo: number
  readonly hi: number
}

/** When a program would have seen its error, on the capture's clock: the narrow answers first. */
function endsOf(connection: TrackedConnection, host: SideFacts, peer: SideFacts): Span[] {
  const hostSide = host === connection.originator ? 'originator' : 'responder'
  const spans: Span[] = []
  const rtt = Math.max(host.rtt?.median ?? 0, peer.rtt?.median ?? 0, 0.05)
  for (const packet of connection.decisive) {
    if (packet.role === 'rst')
      spans.push(packet.from === hostSide ? { lo: packet.at - 0.5, hi: packet.at + 1 } : { lo: packet.at - rtt, hi: packet.at + rtt + 1 })
    if (packet.role === 'icmp') spans.push({ lo: packet.at - rtt, hi: packet.at + rtt + 1 })
    // A FIN that answers the host's own surprises nobody.
    if (packet.role === 'fin' && packet.from !== hostSide && !isAnswer(connection, packet))
      spans.push({ lo: packet.at - rtt, hi: packet.at + rtt + 1 })
  }
  const repeats = connection.decisive.filter(
    (packet) =>
      packet.from === hostSide &&
      (packet.role === 'retransmission' || packet.role === 'syn' || packet.role === 'keep-alive' || packet.role === 'zero-window-probe'),
  )
  const [previous, last] = repeats.slice(-2)
  const gap = previous && last ? last.at - previous.at : undefined
  // A stack that gives up waits about twice as long after its last repetition as before it.
  if (gap !== undefined && last && host.lastAt <= last.at + gap) spans.push({ lo: last.at - rtt, hi: last.at + 2.5 * gap + 1 })
  if (isAbnormal(connection)) spans.push({ lo: host.lastAt - rtt, hi: Math.max(host.lastAt, connection.endedAt) + 330 })
  return spans
}

const isAnswer = ({ decisive }: TrackedConnection, fin: DecisivePacket): boolean =>
  decisive.some(({ role, from, at }) => role === 'fin' && from !== fin.from && at <= fin.at)

const isAbnormal = (connection: TrackedConnection): boolean =>
  connection.connState !== 'SF' || connection.originator.resets + connection.responder.resets + connection.icmpErrors > 0

const NARROW = 30 // seconds: an end expected no wider than this is worth an anchor of its own

function fromPairings(
  pairings: readonly Pairing[],
  events: readonly LogEvent[],
  connections: readonly TrackedConnection[],
): LogClock | undefined {
  const groups = agreements(pairings).sort(byWeight)
  const [best] = groups
  if (!best) return undefined
  // Connections opened within seconds of each other cannot be told apart: the interval spans them all.
  const near = groups.filter((group) => group.lo - best.hi < INSEPARABLE && best.lo - group.hi < INSEPARABLE)
  const rivals = groups.filter((group) => !near.includes(group) && group.bounds.length === best.bounds.length)
  if (rivals.length > 0 && !isZero(best)) return undefined
  const lo = Math.min(...near.map((group) => group.lo))
  const hi = Math.max(...near.map((group) => group.hi))
  const narrow = best.bounds.some((pairing) => pairing.endWidth <= NARROW)
  const support = supporting({ ...best, lo, hi }, events, connections)
  const confident = (narrow || support > 0) && rivals.length === 0 && hi - lo < INSEPARABLE
  return {
    ...estimate(lo, hi, 2 * best.bounds.length + support, confident),
    matches: best.bounds.map(({ error, connection }) => ({ event: error, connection })),
  }
}

const INSEPARABLE = 10 // seconds

type Group = Agreement<Pairing>

const isZero = (span: Span): boolean => span.lo <= 0 && span.hi >= 0

/** The largest group first, one that holds zero before others. */
const byWeight = (a: Group, b: Group): number =>
  b.bounds.length - a.bounds.length || Number(isZero(b)) - Number(isZero(a)) || narrowest(a) - narrowest(b)

const narrowest = (group: Group): number => Math.min(...group.bounds.map((pairing) => pairing.endWidth))

const namesOf = (event: LogEvent, connection: TrackedConnection): Pick<OffsetBound, 'event' | 'reference'> => ({
  event: `line ${event.line}`,
  reference: `stream ${connection.streamIndex}`,
})

/** Openings of other connections that fall on a SYN under the same offset. */
function supporting(group: Group, events: readonly LogEvent[], connections: readonly TrackedConnection[]): number {
  const openings = new Set(group.bounds.map((pairing) => pairing.opening))
  const used = new Set(group.bounds.map((pairing) => pairing.connection))
  return openingBounds(
    events.filter((event) => !openings.has(event)),
    connections.filter((connection) => !used.has(connection)),
  ).filter((bound) => bound.lo <= group.hi && bound.hi >= group.lo).length
}

function openingBounds(events: readonly LogEvent[], connections: readonly TrackedConnection[]): OffsetBound[] {
  const bounds: OffsetBound[] = []
  for (const event of events) {
    if ((event.kind !== 'connecting' && event.kind !== 'connected') || event.peer?.by !== undefined) continue
    for (const connection of connections) {
      const { peer } = sidesOf(connection, event.peer?.ip)
      if (!peer || connection.originatorBy !== 'syn' || (event.peer?.port !== undefined && event.peer.port !== peer.port)) continue
      bounds.push({ ...openingBound(event, connection, 0), ...namesOf(event, connection) })
    }
  }
  return bounds
}

const MIN_OPENINGS = 3

/** Openings alone: three or more that agree, clearly more than on any other offset. */
function fromOpenings(events: readonly LogEvent[], connections: readonly TrackedConnection[]): LogClock | undefined {
  const found = estimateOffset(openingBounds(events, connections))
  return found && found.anchors >= MIN_OPENINGS && found.confident ? { ...found, matches: [] } : undefined
}

/** One error whose peer has one connection that a reset or an ICMP error ended, and no other error for that peer: a single anchor. */
function fromErrors(events: readonly LogEvent[], connections: readonly TrackedConnection[]): LogClock | undefined {
  const errors = events.filter((event) => event.kind === 'error' && event.peer !== undefined)
  const singles = errors.flatMap((event) => {
    if (errors.some((other) => other !== event && other.peer?.ip === event.peer?.ip)) return []
    const ended = connections.filter((c) => isAbnormal(c) && sidesOf(c, event.peer?.ip).peer !== undefined)
    const [connection] = ended
    // With the line that opened it and the SYN there, they would have made a pair: that they did not speaks against it.
    const contradicts = connection?.originatorBy === 'syn' && attemptsOf(event, events).length > 0
    return ended.length === 1 && connection && !contradicts ? [{ event, connection }] : []
  })
  const [single] = singles
  if (!single || singles.length > 1) return undefined
  const end = killerOf(single.connection, single.event.peer?.ip)
  if (!end) return undefined
  const { at, resolution } = single.event
  return { ...estimate(at - end.hi, at + resolution - end.lo, 1, false), matches: [single] }
}

/** When the host saw the peer's reset or an ICMP error, at the earliest, and when a busy program would have noticed. */
function killerOf(connection: TrackedConnection, peerIp: string | undefined): Span | undefined {
  const hostSide = connection.responder.ip === peerIp ? 'originator' : 'responder'
  const killer = connection.decisive.find((packet) => packet.role === 'icmp' || (packet.role === 'rst' && packet.from !== hostSide))
  return killer && { lo: killer.at - 0.05, hi: killer.at + 5 }
}
