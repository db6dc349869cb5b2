import type { RfcState } from '../tcp/connection.ts'
import { otherRole, type Role, type Segment, SYN } from '../tcp/segment.ts'
import type { Trace } from '../tcp/trace.ts'
import type { TraceSide } from '../tcp/trace-side.ts'
import type { Capture } from './captures/read-capture.ts'
import type { DigestBaseline } from './facts/digest.ts'
import { finOf } from './facts/fins.ts'
import { keepAliveOf } from './facts/keep-alive.ts'
import { ladderOf } from './facts/ladder.ts'
import type { LogTies } from './facts/log-ties.ts'
import type { Outage } from './facts/outage.ts'
import type { PairFacts } from './facts/pair.ts'
import type { Quality } from './facts/quality.ts'
import { resetsIn } from './facts/resets.ts'
import { lossBySize, openHole } from './facts/sizes.ts'
import { type IcmpError, isTooBig, isUnreachable, type NeighborMessage } from './facts/surroundings.ts'
import { usualOf } from './facts/ttl.ts'
import { zeroWindowsOf } from './facts/zero-window.ts'
import type { Facts, Vantage } from './facts.ts'

export interface SubjectEnds {
  readonly host: { readonly ip: string; readonly port: number }
  readonly peer: { readonly ip: string; readonly port: number }
}

export interface AssembleInput extends SubjectEnds {
  readonly trace: Trace
  readonly capture: Capture
  readonly vantage: Vantage
  readonly incident: Facts['incident']
  readonly outage: Outage | undefined
  readonly pair: PairFacts | undefined
  readonly peerTtlElsewhere: readonly number[]
  readonly states: Readonly<Record<Role, RfcState>>
  readonly digest: DigestBaseline | undefined
  readonly checksumOffload: boolean
  /** Segments that were acknowledged but are not in the capture, as the tracker counts holes. */
  readonly ackedUnseen: number
  readonly ties: LogTies
}

/** Gathers all facts about one connection as one capture saw it. */
export function assemble(input: AssembleInput): Facts {
  const { trace, capture, host, peer } = input
  const { segments } = trace
  const hostLadder = ladderOf(segments, 'host')
  return {
    host,
    peer,
    protocol: 'tcp',
    trace,
    vantage: input.vantage,
    from: capture.from,
    until: capture.until,
    incident: input.incident,
    established: isEstablished(segments),
    sawSyn: trace.host.sawSyn || trace.peer.sawSyn,
    fins: { host: finOf(segments, 'host'), peer: finOf(segments, 'peer') },
    resets: resetsIn(segments),
    ladders: { host: hostLadder, peer: ladderOf(segments, 'peer') },
    keepAlives: { host: keepAliveOf(segments, 'host'), peer: keepAliveOf(segments, 'peer') },
    zeroWindows: { host: zeroWindowsOf(segments, 'host'), peer: zeroWindowsOf(segments, 'peer') },
    sizes: hostLadder && lossBySize(segments, 'host', hostLadder),
    hole: openHole(segments, 'host'),
    unreachable: icmpAbout(input, isUnreachable),
    tooBig: icmpAbout(input, isTooBig),
    unansweredRequests: unanswered(input),
    peerBindings: bindings(input),
    outage: input.outage,
    pair: input.pair,
    quality: qualityOf(input),
    digest: input.digest,
    peerTtlElsewhere: input.peerTtlElsewhere,
    states: input.states,
    ...input.ties,
  }
}

/** Something beyond the handshake was said by the side that opened it, or by both without a SYN in sight. */
const isEstablished = (segments: readonly Segment[]): boolean => {
  const plain = (role: Role) => segments.some((s) => s.from === role && !(s.flags & SYN) && s.kind !== 'rst')
  return plain('host') || plain('peer')
}

const icmpAbout = ({ capture, host, peer }: AssembleInput, wanted: (error: IcmpError) => boolean): IcmpError[] =>
  capture.surroundings.icmp.filter(
    (error) =>
      wanted(error) &&
      error.quoted.sourceIp === host.ip &&
      error.quoted.destinationIp === peer.ip &&
      error.quoted.sourcePort === host.port &&
      error.quoted.destinationPort === peer.port,
  )

/** Requests for the peer after which nobody answered, and the peer said nothing more. */
function unanswered({ capture, peer, trace }: AssembleInput): NeighborMessage[] {
  const messages = capture.surroundings.neighbors.filter((message) => message.ip === peer.ip)
  const lastReply = messages.findLast((message) => message.kind !== 'request')?.at ?? Number.NEGATIVE_INFINITY
  const lastHeard = Number.isNaN(trace.peer.lastAt) ? Number.NEGATIVE_INFINITY : trace.peer.lastAt
  return messages.filter((message) => message.kind === 'request' && message.at > Math.max(lastReply, lastHeard))
}

const bindings = ({ capture, peer }: AssembleInput): NeighborMessage[] =>
  capture.surroundings.neighbors.flatMap((message) => {
    if (message.kind !== 'request' && message.ip === peer.ip) return [message]
    // A request tells the asker's own address and link address too (RFC 826).
    return message.kind === 'request' && message.sender === peer.ip ? [{ ...message, ip: peer.ip }] : []
  })

/** Fewer stamps may be whole seconds by chance. */
const LEAST_STAMPS = 3

function qualityOf(input: AssembleInput): Quality {
  const { trace, capture, incident } = input
  const { host, peer } = trace
  const unseen = Math.max(host.unseen + peer.unseen, input.ackedUnseen)
  const data = host.dataPackets + peer.dataPackets
  const oneSided = host.packets === 0 ? 'peer' : peer.packets === 0 ? 'host' : undefined
  return {
    oneSided,
    startsMidStream: !host.sawSyn && !peer.sawSyn && !input.digest?.host.sawSyn,
    unseen,
    unseenShare: unseen / Math.max(1, data + unseen),
    endsBefore: incident !== undefined && incident.at - incident.before > capture.until,
    copies: host.copies + peer.copies,
    headersCut: trace.segments.some(({ window }) => window < 0),
    coarseClock: trace.segments.length >= LEAST_STAMPS && trace.segments.every(({ at }) => Number.isInteger(at)),
    truncated: capture.members.some(({ summary }) => summary.slicedFrames > 0),
    checksumOffload: input.checksumOffload,
    superFrames: trace.segments.some((segment) => segment.length > 9_000),
  }
}

/** Where the capture was taken, from how the round trip is split, the hops left, and marks of the capturing machine itself. */
export function vantageOf(trace: Trace, given: Vantage | undefined): Vantage {
  if (given && given !== 'unknown') return given
  const superFrames = (role: Role) => trace.segments.some((s) => s.from === role && s.length > 3_000)
  if (superFrames('host') && !superFrames('peer')) return 'host'
  const toPeer = rtt(trace.host)
  const toHost = rtt(trace.peer) ?? handshakeBack(trace)
  if (toPeer !== undefined && toHost !== undefined && toPeer + toHost > 0) {
    const share = toPeer / (toPeer + toHost)
    if (share > 0.9) return 'host'
    if (share < 0.1) return 'peer'
    return 'middle'
  }
  return 'unknown'
}

const rtt = (side: TraceSide): number | undefined => (side.rttSamples >= 1 ? side.rttMin : undefined)

/** From the SYN-ACK to the ACK that answers it: the way to the host and back. */
const handshakeBack = (trace: Trace): number | undefined => {
  const synAck = trace.segments.find((segment) => segment.kind === 'syn-ack')
  if (!synAck) return undefined
  const ack = trace.segments.find((s) => s.from === otherRole(synAck.from) && s.at > synAck.at && s.kind !== 'syn')
  return ack && ack.at - synAck.at
}

export const usualTtl = (side: TraceSide): number | undefined => usualOf(side.ttls)?.value
