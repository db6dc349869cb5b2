import { ABSENT, FIN, type Packet } from '../packet/packet.ts'
import { type AddressTable, addressWord } from './address-table.ts'
import {
  type ConnectionTable,
  BYTES as RECORD_BYTES,
  NEXT_SEQ as RECORD_NEXT_SEQ,
  SIDE_START,
  SIDE_WORDS,
  STREAM,
} from './connection-table.ts'
import type { LiveConnections } from './live-connections.ts'
import { A_SIDE, BYTES, FIN_END, FLAGS, LIVE_WORDS, NEXT_SEQ, NEXT_SEQ_AT, SENT, SIDE_STEP, TIMED_END, TIMING } from './live-layout.ts'

/** Datagrams whose fragments are under way, at most; of more the oldest are forgotten. */
const MOST = 64

/** A TCP segment of which the first fragment was tracked: where it ends so far, and what it belongs to. */
interface Begun {
  readonly id: number
  /** Its number among the streams: the record may have gone to another connection since. */
  readonly stream: number
  readonly turned: number
  /** Absolute sequence number after the first fragment's payload. */
  readonly end: number
  /** Bytes of the IP datagram's payload that the first fragment brought. */
  readonly brought: number
  readonly hasFin: boolean
}

/**
 * TCP segments in several IP fragments. The first brings the header and is followed as a segment of its own length; the last one's
 * offset tells how long the segment is, and what is between counts as sent: bytes that travelled in other fragments are not missing.
 * Nothing is put together.
 */
export class Fragments {
  readonly #table: ConnectionTable
  readonly #live: LiveConnections
  readonly #addresses: AddressTable
  readonly #begun = new Map<string, Begun>()
  /** The datagram's length, where the last fragment came first. */
  readonly #lengths = new Map<string, number>()

  constructor(table: ConnectionTable, live: LiveConnections, addresses: AddressTable) {
    this.#table = table
    this.#live = live
    this.#addresses = addresses
  }

  /** A first fragment, followed already as a segment of connection `id`. */
  begin(packet: Packet, id: number, turned: number): void {
    const key = this.#keyOf(packet)
    const brought = lengthOf(packet)
    const end = (packet.seq + packet.payloadLength) | 0
    const begun = { id, stream: this.#streamOf(id), turned, end, brought, hasFin: (packet.flags & FIN) !== 0 }
    const length = this.#lengths.get(key)
    if (length === undefined) keep(this.#begun, key, begun)
    else {
      this.#lengths.delete(key)
      this.#extend(begun, length - brought, packet.at)
    }
  }

  /** A fragment after the first one. */
  follow(packet: Packet): void {
    if (packet.moreFragments) return
    const key = this.#keyOf(packet)
    const length = packet.fragmentOffset + lengthOf(packet)
    const begun = this.#begun.get(key)
    if (begun === undefined) keep(this.#lengths, key, length)
    else {
      this.#begun.delete(key)
      this.#extend(begun, length - begun.brought, packet.at)
    }
  }

  /** Source, destination and identification tell datagrams apart (RFC 791 §3.2, RFC 8200 §4.5). */
  #keyOf(packet: Packet): string {
    const id = packet.ipId === ABSENT ? packet.fragmentId : packet.ipId
    const source = addressWord(this.#addresses, packet, packet.source)
    return `${packet.ipVersion} ${source} ${addressWord(this.#addresses, packet, packet.destination)} ${id}`
  }

  #streamOf(id: number): number {
    return this.#table.page(id).words[this.#table.base(id) + STREAM] as number
  }

  /** The segment goes on for `bytes` beyond its first fragment. */
  #extend(begun: Begun, bytes: number, at: number): void {
    if (bytes <= 0 || begun.stream !== this.#streamOf(begun.id)) return
    const detail = this.#table.details[begun.id] as number
    if (detail > 0) this.#extendLive((detail - 1) * LIVE_WORDS + A_SIDE + begun.turned * SIDE_STEP, begun, bytes, at)
    else this.#extendRecord(begun, bytes)
  }

  #extendLive(side: number, { end, hasFin }: Begun, bytes: number, at: number): void {
    const { words, doubles } = this.#live
    const d = side >> 1
    doubles[d + BYTES] = (doubles[d + BYTES] as number) + bytes
    const next = words[side + NEXT_SEQ] as number
    // Sent again, or others came in between: nothing new.
    if (next !== ((end + (hasFin ? 1 : 0)) | 0)) return
    const longer = (next + bytes) | 0
    words[side + NEXT_SEQ] = longer
    doubles[d + SENT] = (doubles[d + SENT] as number) + bytes
    doubles[d + NEXT_SEQ_AT] = at
    if (hasFin) words[side + FIN_END] = longer
    if ((words[side + FLAGS] as number) & TIMING && words[side + TIMED_END] === next) words[side + TIMED_END] = longer
  }

  #extendRecord({ id, turned, end, hasFin }: Begun, bytes: number): void {
    const { words, doubles } = this.#table.page(id)
    const side = this.#table.base(id) + SIDE_START + turned * SIDE_WORDS
    doubles[(side >> 1) + RECORD_BYTES] = (doubles[(side >> 1) + RECORD_BYTES] as number) + bytes
    if (words[side + RECORD_NEXT_SEQ] === ((end + (hasFin ? 1 : 0)) | 0))
      words[side + RECORD_NEXT_SEQ] = ((words[side + RECORD_NEXT_SEQ] as number) + bytes) | 0
  }
}

/** Bytes of the IP datagram's payload in this packet. */
const lengthOf = (packet: Packet): number => packet.datagramLength - packet.networkHeaderLength

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  const [oldest] = map.size < MOST ? [] : map.keys()
  if (oldest !== undefined) map.delete(oldest)
  map.set(key, value)
}
