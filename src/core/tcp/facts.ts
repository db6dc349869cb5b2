import { ipText } from '../packet/address.ts'
import type { AddressTable } from './address-table.ts'
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
import { A_SIDE, B_SIDE, ICMP_ERRORS, LIVE_WORDS, otherSide, STATES } from './live-layout.ts'
import { NOTHING, sideFacts } from './side-facts.ts'

/** The facts of one connection, from its record and, where it is followed in full, from that. */
export class ConnectionFacts implements TrackedConnection {
  readonly protocol: 'tcp' | 'udp'
  readonly streamIndex: number
  readonly originator: SideFacts
  readonly responder: SideFacts
  readonly originatorBy: TrackedConnection['originatorBy']
  readonly connState: ConnState
  readonly history: string
  readonly startedAt: number
  readonly endedAt: number
  readonly firstFrame: number
  readonly lastFrame: number
  readonly vlan: number | undefined
  readonly icmpErrors: number
  readonly detailed: boolean
  readonly #live: LiveConnections
  /** First word among the connections followed in full; below 0 where it is none of them. */
  readonly #at: number
  #decisive: readonly DecisivePacket[] | undefined

  constructor(table: ConnectionTable, addresses: AddressTable, id: number, live: LiveConnections) {
    const { words, doubles } = table.page(id)
    const base = table.base(id)
    const word = (place: number): number => words[base + place] as number
    const kind = word(KIND)
    const at = ((table.details[id] as number) - 1) * LIVE_WORDS
    const vlan = (kind >>> KIND_VLAN_SHIFT) & KIND_VLAN_MASK
    const originatorIsA = (kind & KIND_TURNED) === 0
    this.#live = live
    this.#at = at
    this.detailed = at >= 0
    const states = this.detailed ? (live.words[at + STATES] as number) : kind >>> KIND_STATES_SHIFT
    const ends = { table, addresses, id, live, at }
    const a = sideOf(ends, false, ownState(states))
    const b = sideOf(ends, true, peerState(states))
    this.protocol = kind & KIND_UDP ? 'udp' : 'tcp'
    this.streamIndex = word(STREAM)
    this.originator = originatorIsA ? a : b
    this.responder = originatorIsA ? b : a
    this.originatorBy = ORIGINATOR_BY[(kind >> KIND_BY_SHIFT) & 3] ?? 'first-packet'
    this.history = historyText(this.detailed ? live.historyCodes(at) : liteHistory(words, base), originatorIsA)
    this.connState = connStateOf(kind, this.originator, this.responder, originatorIsA ? states : turned(states), this.history)
    this.startedAt = doubles[(base >> 1) + STARTED_AT] as number
    this.endedAt = Math.max(this.startedAt, a.lastAt, b.lastAt)
    this.firstFrame = word(FIRST_FRAME)
    this.lastFrame = this.detailed ? live.lastFrame(at) : word(LAST_FRAME)
    this.vlan = vlan === 0 ? undefined : vlan - 1
    this.icmpErrors = this.detailed ? (live.words[at + ICMP_ERRORS] as number) : 0
  }

  /** Made when they are asked for: most connections' never are, and they would be half of what facts cost. */
  get decisive(): readonly DecisivePacket[] {
    this.#decisive ??= this.detailed ? decisivePackets(this.#live, this.#at) : []
    return this.#decisive
  }
}

interface Ends {
  readonly table: ConnectionTable
  readonly addresses: AddressTable
  readonly id: number
  readonly live: LiveConnections
  readonly at: number
}

function sideOf({ table, addresses, id, live, at }: Ends, isB: boolean, state: number): SideFacts {
  const { words } = table.page(id)
  const base = table.base(id)
  const kind = words[base + KIND] as number
  const ports = words[base + PORTS] as number
  const ip = addressText(addresses, words[base + (isB ? B_ADDRESS : A_ADDRESS)] as number, kind)
  const port = isB ? ports & 0xffff : ports >>> 16
  if (at < 0) return plainSideFacts(table, id, isB, ip, port, state)
  const own = at + (isB ? B_SIDE : A_SIDE)
  return sideFacts(live, own, otherSide(at, own), (kind & KIND_UDP) !== 0, ip, port, state)
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
