import { ipText } from '../packet/address.ts'
import type { AddressTable } from './address-table.ts'
import { ipIdFacts, macFacts, rttFacts, ttlFacts } from './baselines.ts'
import { tcpConnState, udpConnState } from './conn-state.ts'
import type { ConnState, DecisivePacket, SideFacts, TrackedConnection } from './connection.ts'
import {
  A_ADDRESS,
  B_ADDRESS,
  BYTES,
  type ConnectionTable,
  FIRST_FRAME,
  KIND,
  KIND_BY_SHIFT,
  KIND_IPV6,
  KIND_STATES_SHIFT,
  KIND_TURNED,
  KIND_UDP,
  LAST_AT,
  LAST_FRAME,
  ORIGINATOR_BY,
  PACKETS,
  PORTS,
  RETRANSMISSIONS,
  SIDE_START,
  SIDE_WORDS,
  STARTED_AT,
  STREAM,
  VLAN,
} from './connection-table.ts'
import { type KeptPacket, sideOf } from './decisive.ts'
import { endpointStateName, ownState, peerState } from './endpoint-state.ts'
import { historyText } from './history.ts'
import { liteHistory } from './lite.ts'
import type { LiveConnection } from './live-connection.ts'
import { LAST_DATA_AT, LAST_PURE_ACK_AT, type LiveSide } from './live-side.ts'
import { inferRfcState, RFC_STATES } from './rfc-state.ts'
import { seqDelta } from './sequence.ts'
import { synOptionsOf } from './syn-options.ts'

/** The facts of one connection, from its record and, where there is one, its rich form. */
export function factsOf(table: ConnectionTable, addresses: AddressTable, id: number, live: LiveConnection | undefined): TrackedConnection {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const kind = words[base + KIND] ?? 0
  const originatorIsA = (kind & KIND_TURNED) === 0
  const states = live === undefined ? kind >>> KIND_STATES_SHIFT : live.states
  const a = sideFacts(table, addresses, id, live, false, ownState(states))
  const b = sideFacts(table, addresses, id, live, true, peerState(states))
  const originator = originatorIsA ? a : b
  const responder = originatorIsA ? b : a
  const history = historyText(live === undefined ? liteHistory(words, base) : live.historyCodes, originatorIsA)
  const startedAt = doubles[(base >> 1) + STARTED_AT] ?? 0
  return {
    protocol: kind & KIND_UDP ? 'udp' : 'tcp',
    streamIndex: words[base + STREAM] ?? 0,
    originator,
    responder,
    originatorBy: ORIGINATOR_BY[(kind >> KIND_BY_SHIFT) & 3] ?? 'first-packet',
    connState: connStateOf(kind, originator, responder, originatorIsA ? states : turn(states), history),
    history,
    startedAt,
    endedAt: Math.max(startedAt, a.lastAt, b.lastAt),
    firstFrame: words[base + FIRST_FRAME] ?? 0,
    lastFrame: live?.lastFrame ?? words[base + LAST_FRAME] ?? 0,
    vlan: (words[base + VLAN] ?? -1) < 0 ? undefined : words[base + VLAN],
    icmpErrors: live?.icmpErrors ?? 0,
    detailed: live !== undefined,
    decisive: live === undefined ? [] : decisivePackets(live, originatorIsA),
  }
}

const turn = (states: number): number => (states >> 8) | ((states & 0xff) << 8)

function connStateOf(kind: number, originator: SideFacts, responder: SideFacts, states: number, history: string): ConnState {
  if (kind & KIND_UDP) return udpConnState(originator.packets > 0, responder.packets > 0)
  const noPayload = originator.uniqueBytes === 0 && responder.uniqueBytes === 0
  return tcpConnState(ownState(states), peerState(states), history, noPayload)
}

const scratch = new DataView(new ArrayBuffer(16))
const scratchBytes = new Uint8Array(scratch.buffer)

function addressText(addresses: AddressTable, word: number, isIpv6: boolean): string {
  if (!isIpv6) return `${word >>> 24}.${(word >> 16) & 255}.${(word >> 8) & 255}.${word & 255}`
  addresses.write(word, scratch)
  return ipText(scratchBytes, 0, 6)
}

function sideFacts(
  table: ConnectionTable,
  addresses: AddressTable,
  id: number,
  live: LiveConnection | undefined,
  isB: boolean,
  state: number,
): SideFacts {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const ports = words[base + PORTS] ?? 0
  const ip = addressText(addresses, words[base + (isB ? B_ADDRESS : A_ADDRESS)] ?? 0, ((words[base + KIND] ?? 0) & KIND_IPV6) !== 0)
  const port = isB ? ports & 0xffff : ports >>> 16
  if (live !== undefined) return liveSideFacts(ip, port, live, isB ? live.b : live.a, isB ? live.a : live.b, state)
  const side = base + SIDE_START + (isB ? SIDE_WORDS : 0)
  const bytes = doubles[(side >> 1) + BYTES] ?? 0
  return {
    ...NOTHING,
    ip,
    port,
    state: endpointStateName(state),
    packets: words[side + PACKETS] ?? 0,
    bytes,
    uniqueBytes: bytes,
    firstAt: isB ? 0 : (doubles[(base >> 1) + STARTED_AT] ?? 0),
    lastAt: doubles[(side >> 1) + LAST_AT] ?? 0,
    retransmissions: words[side + RETRANSMISSIONS] ?? 0,
  }
}

/** A side about which nothing is known. */
export const NOTHING: SideFacts = {
  ip: '',
  port: 0,
  state: 'inactive',
  rfcState: 'unknown',
  packets: 0,
  bytes: 0,
  uniqueBytes: 0,
  firstAt: 0,
  lastAt: 0,
  lastDataAt: undefined,
  sentSeq: 0,
  ackedSeq: 0,
  retransmissions: 0,
  fastRetransmissions: 0,
  spuriousRetransmissions: 0,
  outOfOrder: 0,
  captureDuplicates: 0,
  keepAlives: 0,
  keepAliveAcks: 0,
  zeroWindows: 0,
  zeroWindowProbes: 0,
  windowFull: 0,
  duplicateAcks: 0,
  ackedUnseen: 0,
  lostSegments: 0,
  badChecksums: 0,
  offloadedChecksums: 0,
  syns: 0,
  fins: 0,
  resets: 0,
  synOptions: undefined,
  ttl: undefined,
  ipId: 'unknown',
  macs: [],
  rtt: undefined,
}

function liveSideFacts(ip: string, port: number, live: LiveConnection, own: LiveSide, other: LiveSide, state: number): SideFacts {
  const rfcState = own.stateBeforeReset >= 0 ? (RFC_STATES[own.stateBeforeReset] ?? 'unknown') : inferRfcState(own, other)
  const acked = Math.max(own.sent, own.acked)
  return {
    ip,
    port,
    state: endpointStateName(state),
    rfcState: live.isUdp ? 'unknown' : rfcState,
    packets: own.packets,
    bytes: own.bytes,
    uniqueBytes: live.isUdp ? own.bytes : Math.max(0, acked - 1 - (own.hasFin ? 1 : 0)),
    firstAt: own.firstAt,
    lastAt: own.lastAt,
    lastDataAt: hasLast(own, LAST_DATA_AT) ? own.lastDataAt : undefined,
    sentSeq: Math.max(0, own.sent),
    ackedSeq: Math.max(0, own.acked),
    retransmissions: own.retransmissions,
    fastRetransmissions: own.fastRetransmissions,
    spuriousRetransmissions: own.spuriousRetransmissions,
    outOfOrder: own.outOfOrder,
    captureDuplicates: own.captureDuplicates,
    keepAlives: own.keepAlives,
    keepAliveAcks: own.keepAliveAcks,
    zeroWindows: own.zeroWindows,
    zeroWindowProbes: own.zeroWindowProbes,
    windowFull: own.windowFull,
    duplicateAcks: own.duplicateAcks,
    ackedUnseen: own.ackedUnseen,
    lostSegments: own.lostSegments,
    badChecksums: own.goodChecksums > 0 ? own.badChecksums : 0,
    offloadedChecksums: own.offloadedChecksums + (own.goodChecksums > 0 ? 0 : own.badChecksums),
    syns: own.syns,
    fins: own.fins,
    resets: own.resets,
    synOptions: synOptionsOf(own.synOptions),
    ttl: ttlFacts(own),
    ipId: ipIdFacts(own),
    macs: macFacts(own),
    rtt: rttFacts(own),
  }
}

function decisivePackets(live: LiveConnection, originatorIsA: boolean): DecisivePacket[] {
  const kept = live.kept()
  for (const isB of [false, true]) {
    const side = isB ? live.b : live.a
    if (hasLast(side, LAST_DATA_AT)) insert(kept, lastOf('last-data', side, LAST_DATA_AT, side.lastDataAt, isB))
    if (hasLast(side, LAST_PURE_ACK_AT)) insert(kept, lastOf('last-ack', side, LAST_PURE_ACK_AT, side.lastPureAckAt, isB))
  }
  return kept.map((packet) => toDecisive(live, packet, originatorIsA))
}

/** Into its place by frame, behind what is kept of the same frame. */
function insert(kept: KeptPacket[], packet: KeptPacket): void {
  let place = kept.length
  while (place > 0 && (kept[place - 1] as KeptPacket).frame > packet.frame) place--
  kept.splice(place, 0, packet)
}

const hasLast = (side: LiveSide, place: number): boolean => side.words[side.at + place] !== 0

function lastOf(role: 'last-data' | 'last-ack', side: LiveSide, place: number, at: number, fromB: boolean): KeptPacket {
  const word = (index: number): number => side.words[side.at + place + index] as number
  return {
    role,
    frame: word(0),
    at,
    fromB,
    flags: word(3),
    seq: word(1),
    ack: word(2),
    payloadLength: word(4),
    window: word(5),
    ttl: word(6),
    ipId: word(7),
    icmpType: -1,
    icmpCode: -1,
    sender: '',
  }
}

function toDecisive(live: LiveConnection, kept: KeptPacket, originatorIsA: boolean): DecisivePacket {
  const { role, frame, at, flags, payloadLength, window, ttl, ipId, fromB } = kept
  const own = fromB ? live.b : live.a
  const other = fromB ? live.a : live.b
  const packet: DecisivePacket = {
    role,
    frame,
    at,
    from: sideOf(fromB, originatorIsA),
    flags,
    seq: relative(own, kept.seq),
    ack: flags & 16 ? relative(other, kept.ack) : 0,
    payloadLength,
    window,
    ttl,
    ipId,
  }
  return role === 'icmp' ? { ...packet, icmp: { type: kept.icmpType, code: kept.icmpCode, sender: kept.sender } } : packet
}

/** Relative to the side's ISN, over wraps. */
const relative = (side: LiveSide, seq: number): number => (side.hasSeq ? side.sent - seqDelta(side.nextSeq, seq) : seqDelta(seq, side.base))
