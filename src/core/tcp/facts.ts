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
import { type End, LiveSideFacts, NOTHING } from './side-facts.ts'

/**
 * The facts of one connection, from its record and, where it is followed in full, from that; read when they are asked for, as
 * nobody asks for all of a million connections'.
 */
export class ConnectionFacts implements TrackedConnection {
  readonly #table: ConnectionTable
  readonly #addresses: AddressTable
  readonly #id: number
  readonly #live: LiveConnections
  /** First word among the connections followed in full; below 0 where it is none of them. */
  readonly #at: number
  readonly #kind: number
  /** Side A, who sent first, and B. */
  readonly #a: SideFacts
  readonly #b: SideFacts
  #decisive: readonly DecisivePacket[] | undefined

  constructor(table: ConnectionTable, addresses: AddressTable, id: number, live: LiveConnections) {
    this.#table = table
    this.#addresses = addresses
    this.#id = id
    this.#live = live
    this.#at = ((table.details[id] as number) - 1) * LIVE_WORDS
    this.#kind = this.#word(KIND)
    this.#a = this.#side(false)
    this.#b = this.#side(true)
  }

  #word(place: number): number {
    return this.#table.page(this.#id).words[this.#table.base(this.#id) + place] as number
  }

  #side(isB: boolean): SideFacts {
    const ip = addressText(this.#addresses, this.#word(isB ? B_ADDRESS : A_ADDRESS), this.#kind)
    const port = isB ? this.#word(PORTS) & 0xffff : this.#word(PORTS) >>> 16
    const end = { ip, port, state: endpointStateName(isB ? peerState(this.#states) : ownState(this.#states)) }
    if (!this.detailed) return plainSideFacts(this.#table, this.#id, isB, end)
    const own = this.#at + (isB ? B_SIDE : A_SIDE)
    return new LiveSideFacts(this.#live, own, otherSide(this.#at, own), (this.#kind & KIND_UDP) !== 0, end)
  }

  /** Packed endpoint states, side A first. */
  get #states(): number {
    return this.detailed ? (this.#live.words[this.#at + STATES] as number) : this.#kind >>> KIND_STATES_SHIFT
  }
  get #originatorIsA(): boolean {
    return (this.#kind & KIND_TURNED) === 0
  }

  get protocol(): 'tcp' | 'udp' {
    return this.#kind & KIND_UDP ? 'udp' : 'tcp'
  }
  get streamIndex(): number {
    return this.#word(STREAM)
  }
  get originator(): SideFacts {
    return this.#originatorIsA ? this.#a : this.#b
  }
  get responder(): SideFacts {
    return this.#originatorIsA ? this.#b : this.#a
  }
  get originatorBy(): TrackedConnection['originatorBy'] {
    return ORIGINATOR_BY[(this.#kind >> KIND_BY_SHIFT) & 3] ?? 'first-packet'
  }
  get connState(): ConnState {
    const { originator, responder } = this
    if (this.#kind & KIND_UDP) return udpConnState(originator.packets > 0, responder.packets > 0)
    const states = this.#originatorIsA ? this.#states : turned(this.#states)
    return tcpConnState(ownState(states), peerState(states), this)
  }
  get history(): string {
    const { words } = this.#table.page(this.#id)
    const codes = this.detailed ? this.#live.historyCodes(this.#at) : liteHistory(words, this.#table.base(this.#id))
    return historyText(codes, this.#originatorIsA)
  }
  get startedAt(): number {
    return this.#table.page(this.#id).doubles[(this.#table.base(this.#id) >> 1) + STARTED_AT] as number
  }
  get endedAt(): number {
    return Math.max(this.startedAt, this.#a.lastAt, this.#b.lastAt)
  }
  get firstFrame(): number {
    return this.#word(FIRST_FRAME)
  }
  get lastFrame(): number {
    return this.detailed ? this.#live.lastFrame(this.#at) : this.#word(LAST_FRAME)
  }
  get vlan(): number | undefined {
    const vlan = (this.#kind >>> KIND_VLAN_SHIFT) & KIND_VLAN_MASK
    return vlan === 0 ? undefined : vlan - 1
  }
  get icmpErrors(): number {
    return this.detailed ? (this.#live.words[this.#at + ICMP_ERRORS] as number) : 0
  }
  get detailed(): boolean {
    return this.#at >= 0
  }
  get decisive(): readonly DecisivePacket[] {
    this.#decisive ??= this.detailed ? decisivePackets(this.#live, this.#at) : []
    return this.#decisive
  }
}

const scratch = new DataView(new ArrayBuffer(16))
const scratchBytes = new Uint8Array(scratch.buffer)

function addressText(addresses: AddressTable, word: number, kind: number): string {
  if (!(kind & KIND_IPV6)) return `${word >>> 24}.${(word >> 16) & 255}.${(word >> 8) & 255}.${word & 255}`
  addresses.write(word, scratch)
  return ipText(scratchBytes, 0, 6)
}

/** What a record alone knows of a side. */
function plainSideFacts(table: ConnectionTable, id: number, isB: boolean, end: End): SideFacts {
  const { words, doubles } = table.page(id)
  const base = table.base(id)
  const side = base + SIDE_START + (isB ? SIDE_WORDS : 0)
  const bytes = doubles[(side >> 1) + BYTES] as number
  return {
    ...NOTHING,
    ...end,
    packets: words[side + PACKETS] as number,
    bytes,
    uniqueBytes: bytes,
    firstAt: isB ? 0 : (doubles[(base >> 1) + STARTED_AT] as number),
    lastAt: doubles[(side >> 1) + LAST_AT] as number,
    retransmissions: words[side + RETRANSMISSIONS] as number,
  }
}
