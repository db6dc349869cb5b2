import { ipText } from '../packet/address.ts'
import type { AddressTable } from './address-table.ts'
import { tcpConnState, udpConnState } from './conn-state.ts'
import type { ConnState, SideFacts, TrackedConnection } from './connection.ts'
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
  KIND_VLAN_MASK,
  KIND_VLAN_SHIFT,
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
} from './connection-table.ts'
import { decisivePackets } from './decisive-facts.ts'
import { endpointStateName, ownState, peerState, turned } from './endpoint-state.ts'
import { historyText } from './history.ts'
import { liteHistory } from './lite.ts'
import type { LiveConnections } from './live-connections.ts'
import { A_SIDE, B_SIDE, ICMP_ERRORS, LIVE_WORDS, STATES } from './live-layout.ts'
import { NOTHING, sideFacts } from './side-facts.ts'

/** The facts of one connection, from its record and, where it is followed in full, from that. */
export function factsOf(table: ConnectionTable, addresses: AddressTable, id: number, live: LiveConnections): TrackedConnection {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const word = (place: number): number => words[base + place] as number
  const kind = word(KIND)
  const detail = table.details[id] as number
  const isDetailed = detail > 0
  const at = (detail - 1) * LIVE_WORDS
  const originatorIsA = (kind & KIND_TURNED) === 0
  const states = isDetailed ? (live.words[at + STATES] as number) : kind >>> KIND_STATES_SHIFT
  const ipA = addressText(addresses, word(A_ADDRESS), kind)
  const ipB = addressText(addresses, word(B_ADDRESS), kind)
  const portA = word(PORTS) >>> 16
  const portB = word(PORTS) & 0xffff
  const isUdp = (kind & KIND_UDP) !== 0
  const a = isDetailed
    ? sideFacts(live, at + A_SIDE, at + B_SIDE, isUdp, ipA, portA, ownState(states))
    : plainSideFacts(table, id, false, ipA, portA, ownState(states))
  const b = isDetailed
    ? sideFacts(live, at + B_SIDE, at + A_SIDE, isUdp, ipB, portB, peerState(states))
    : plainSideFacts(table, id, true, ipB, portB, peerState(states))
  const originator = originatorIsA ? a : b
  const responder = originatorIsA ? b : a
  const history = historyText(isDetailed ? live.historyCodes(at) : liteHistory(words, base), originatorIsA)
  const vlan = (kind >>> KIND_VLAN_SHIFT) & KIND_VLAN_MASK
  const startedAt = doubles[(base >> 1) + STARTED_AT] as number
  return {
    protocol: isUdp ? 'udp' : 'tcp',
    streamIndex: word(STREAM),
    originator,
    responder,
    originatorBy: ORIGINATOR_BY[(kind >> KIND_BY_SHIFT) & 3] ?? 'first-packet',
    connState: connStateOf(kind, originator, responder, originatorIsA ? states : turned(states), history),
    history,
    startedAt,
    endedAt: Math.max(startedAt, a.lastAt, b.lastAt),
    firstFrame: word(FIRST_FRAME),
    lastFrame: isDetailed ? live.lastFrame(at) : word(LAST_FRAME),
    vlan: vlan === 0 ? undefined : vlan - 1,
    icmpErrors: isDetailed ? (live.words[at + ICMP_ERRORS] as number) : 0,
    detailed: isDetailed,
    decisive: isDetailed ? decisivePackets(live, at, originatorIsA) : [],
  }
}

function connStateOf(kind: number, originator: SideFacts, responder: SideFacts, states: number, history: string): ConnState {
  if (kind & KIND_UDP) return udpConnState(originator.packets > 0, responder.packets > 0)
  const noPayload = originator.uniqueBytes === 0 && responder.uniqueBytes === 0
  return tcpConnState(ownState(states), peerState(states), history, noPayload)
}

const scratch = new DataView(new ArrayBuffer(16))
const scratchBytes = new Uint8Array(scratch.buffer)

function addressText(addresses: AddressTable, word: number, kind: number): string {
  if (!(kind & KIND_IPV6)) return `${word >>> 24}.${(word >> 16) & 255}.${(word >> 8) & 255}.${word & 255}`
  addresses.write(word, scratch)
  return ipText(scratchBytes, 0, 6)
}

/** What a record alone knows of a side. */
function plainSideFacts(table: ConnectionTable, id: number, isB: boolean, ip: string, port: number, state: number): SideFacts {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const side = base + SIDE_START + (isB ? SIDE_WORDS : 0)
  const bytes = doubles[(side >> 1) + BYTES] as number
  return {
    ...NOTHING,
    ip,
    port,
    state: endpointStateName(state),
    packets: words[side + PACKETS] as number,
    bytes,
    uniqueBytes: bytes,
    firstAt: isB ? 0 : (doubles[(base >> 1) + STARTED_AT] as number),
    lastAt: doubles[(side >> 1) + LAST_AT] as number,
    retransmissions: words[side + RETRANSMISSIONS] as number,
  }
}
