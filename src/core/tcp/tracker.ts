import type { Frame, FrameVisitor } from '../capture/frame.ts'
import { sourceText } from '../packet/address.ts'
import { decode, decodeNext } from '../packet/decode.ts'
import { ABSENT, ACK, Packet, SYN } from '../packet/packet.ts'
import { AddressTable, addressWord } from './address-table.ts'
import type { TrackedConnection } from './connection.ts'
import {
  ConnectionTable,
  FIRST_FRAME,
  KIND,
  KIND_BY_SHIFT,
  KIND_IPV6,
  KIND_TURNED,
  KIND_UDP,
  KIND_VLAN_SHIFT,
  MOST_RECORDS,
  NEXT_SEQ,
  SIDE_START,
  SIDE_WORDS,
  STARTED_AT,
  STREAM,
} from './connection-table.ts'
import { isDamaged } from './damage.ts'
import { KEPT } from './decisive.ts'
import { ConnectionFacts } from './facts.ts'
import { Fragments } from './fragments.ts'
import { type Interest, interestIn } from './interest.ts'
import { followLite } from './lite.ts'
import { bump, LiveConnections } from './live-connections.ts'
import { followDatagram } from './live-datagram.ts'
import { A_SIDE, B_SIDE, BASE, FLAGS, HAS_BASE, ICMP_ERRORS, LIVE_WORDS, SIDE_STEP } from './live-layout.ts'
import { followSegment } from './live-segment.ts'
import { originatorOf } from './originator.ts'
import { followPlainSegment } from './plain-segment.ts'
import { Room } from './room.ts'

export interface TrackerLimits {
  /** Connections in the table. At the limit those that ended longest ago make room; `forgotten` counts them. 120 bytes each; never more than 4,194,302. */
  readonly connections: number
  /** Connections followed in full, 1.2 kB each and 56 bytes for each decisive packet. At the limit one that ended gives way to a new one; what cannot find room, and what gave way, keeps counters, states and times. */
  readonly detailed: number
}

/** For Node and the browser. */
export const DEFAULT_LIMITS: TrackerLimits = { connections: 2_000_000, detailed: 16_384 }
/** For an isolate that shares 128 MB: at most 4.8 MB of records and 10 MB of details. */
export const WORKER_LIMITS: TrackerLimits = { connections: 40_000, detailed: 4_000 }

export interface TrackerOptions {
  readonly limits?: TrackerLimits | undefined
  /** Of the connections between these ends none makes room for others, as long as there are any. */
  readonly interest?: Interest | undefined
  /**
   * `every`: each whole segment's checksum. `sampled`: of a side's first 32 segments, of one in 16 after that, and of every
   * segment that repeats, controls or follows trouble; three times quicker on large packets.
   */
  readonly checksums?: 'every' | 'sampled'
  /** Called for each TCP segment of a connection followed in full: `marks` are the bits of `marks.ts`. */
  readonly onSegment?: (packet: Packet, connectionId: number, fromFirstSender: boolean, marks: number) => void
}

/** What was seen beside connections. */
export interface TrackerCounts {
  frames: number
  tcp: number
  udp: number
  icmp: number
  arp: number
  nd: number
  fragments: number
  otherIp: number
  notDecoded: number
  /** Connections dropped from the table at its limit. */
  forgotten: number
}

const MAX_REASONS = 64
/** IP's protocol number. */
const TCP = 6

/** Follows every TCP connection and UDP flow of a capture, in one pass, in bounded memory. */
export class Tracker {
  readonly counts: TrackerCounts = {
    frames: 0,
    tcp: 0,
    udp: 0,
    icmp: 0,
    arp: 0,
    nd: 0,
    fragments: 0,
    otherIp: 0,
    notDecoded: 0,
    forgotten: 0,
  }
  /** Why frames were not decoded → how many. */
  readonly notDecoded = new Map<string, number>()
  readonly #sumsEvery: boolean
  readonly #onSegment: TrackerOptions['onSegment']
  readonly #limits: TrackerLimits
  readonly #packet = new Packet()
  readonly #table: ConnectionTable
  readonly #addresses = new AddressTable()
  readonly #live: LiveConnections
  readonly #room: Room
  readonly #fragments: Fragments
  #tcpStreams = 0
  #udpStreams = 0
  #lastSeconds = 0

  constructor(options: TrackerOptions = {}) {
    this.#sumsEvery = options.checksums !== 'sampled'
    this.#onSegment = options.onSegment
    const { connections, detailed } = options.limits ?? DEFAULT_LIMITS
    this.#limits = { connections: Math.min(connections, MOST_RECORDS), detailed }
    this.#live = new LiveConnections(this.#limits.detailed)
    this.#table = new ConnectionTable(this.#live)
    this.#fragments = new Fragments(this.#table, this.#live, this.#addresses)
    this.#room = new Room(this.#table, this.#live, this.#limits.detailed, interestIn(this.#table, this.#addresses, options.interest))
  }

  /** Takes the next frame of the capture. Bound, so that it can be handed to the scanner. */
  readonly frame: FrameVisitor = (frame: Frame): void => {
    const packet = this.#packet
    this.counts.frames++
    this.#take(decode(frame, packet))
    while (packet.nextSubframe !== ABSENT) this.#take(decodeNext(frame, packet))
  }

  #take(isUnderstood: boolean): void {
    const packet = this.#packet
    if (!isUnderstood) {
      this.#countUndecoded(packet.unknown)
      return
    }
    if (Number.isNaN(packet.seconds)) this.#giveTime(packet)
    else this.#lastSeconds = packet.seconds
    for (let i = 0; i < packet.outerCount; i++) {
      const outer = packet.outers[i]
      if (outer !== undefined) this.#datagram(outer)
    }
    this.take(packet)
  }

  /** A frame without a stamp (pcapng simple packet block) is taken to be of the second of the dated one before it. */
  #giveTime(packet: Packet): void {
    packet.seconds = this.#lastSeconds
    for (let i = 0; i < packet.outerCount; i++) {
      const outer = packet.outers[i]
      if (outer !== undefined) outer.seconds = this.#lastSeconds
    }
  }

  /** Takes a frame that is decoded already. */
  take(packet: Packet): void {
    const { kind } = packet
    if (kind === 'tcp') this.#segment(packet)
    else if (kind === 'udp') this.#datagram(packet)
    else if (kind === 'icmp') this.#icmp(packet)
    else if (kind === 'arp') this.counts.arp++
    else if (kind === 'nd') this.counts.nd++
    else if (kind === 'fragment') this.#fragment(packet)
    else this.counts.otherIp++
  }

  /**
   * The connections, in the order of their first packets. May be called at any time; but `decisive` is read from the tracker's
   * memory when it is first asked for, so take it before the tracker goes on.
   */
  *finish(): Generator<TrackedConnection> {
    for (let id = 0; id < this.#table.size; id++) yield new ConnectionFacts(this.#table, this.#addresses, id, this.#live)
  }

  #countUndecoded(reason: string): void {
    this.counts.notDecoded++
    const known = this.notDecoded.get(reason)
    if (known !== undefined || this.notDecoded.size < MAX_REASONS) this.notDecoded.set(reason, (known ?? 0) + 1)
  }

  /** First word of a connection followed in full; −1 for the plain ones. */
  #liveOf(id: number): number {
    return ((this.#table.details[id] as number) - 1) * LIVE_WORDS
  }

  #fragment(packet: Packet): void {
    this.counts.fragments++
    if (packet.protocol === TCP) this.#fragments.follow(packet)
  }

  #segment(packet: Packet): void {
    this.counts.tcp++
    const table = this.#table
    const kind = packet.ipVersion === 6 ? KIND_IPV6 : 0
    const source = addressWord(this.#addresses, packet, packet.source)
    const destination = addressWord(this.#addresses, packet, packet.destination)
    const ports = (packet.sourcePort << 16) | packet.destinationPort
    const at = packet.seconds + packet.nanoseconds / 1e9
    let id = table.find(kind, source, destination, ports)
    let { turned } = table
    if (id < 0 || ((packet.flags & (SYN | ACK)) === SYN && this.#isReused(id, turned !== 0, packet))) {
      id = this.#add(kind, source, destination, ports, id, packet, at)
      turned = 0
    }
    const { detail } = table
    if (detail === 0) followLite(table, id, turned !== 0, packet, at)
    else this.#follow(detail, id, turned, packet, at)
    if (packet.moreFragments) this.#fragments.begin(packet, id, turned)
  }

  #follow(detail: number, id: number, turned: number, packet: Packet, at: number): void {
    const live = this.#live
    const connection = (detail - 1) * LIVE_WORDS
    const own = connection + A_SIDE + turned * SIDE_STEP
    const isBad = isDamaged(live.words, own, packet, this.#sumsEvery)
    const isPlain = !isBad && followPlainSegment(live, connection, own, packet, at)
    const marks = isPlain ? 0 : followSegment(live, connection, own, packet, at, isBad)
    if (this.#onSegment !== undefined) this.#onSegment(packet, id, turned === 0, marks)
  }

  /** A SYN in a known connection begins a new one, unless it is the old SYN again: a connect tried once more, even after a reset. As Wireshark numbers streams. */
  #isReused(id: number, fromB: boolean, packet: Packet): boolean {
    const live = this.#liveOf(id)
    if (live < 0) {
      const side = this.#table.base(id) + SIDE_START + (fromB ? SIDE_WORDS : 0)
      return this.#table.page(id).words[side + NEXT_SEQ] !== ((packet.seq + 1) | 0)
    }
    const { words } = this.#live
    const own = live + (fromB ? B_SIDE : A_SIDE)
    return ((words[own + FLAGS] as number) & HAS_BASE) !== 0 && (packet.seq | 0) !== words[own + BASE]
  }

  #datagram(packet: Packet): void {
    this.counts.udp++
    const kind = KIND_UDP | (packet.ipVersion === 6 ? KIND_IPV6 : 0)
    const source = addressWord(this.#addresses, packet, packet.source)
    const destination = addressWord(this.#addresses, packet, packet.destination)
    const ports = (packet.sourcePort << 16) | packet.destinationPort
    const at = packet.seconds + packet.nanoseconds / 1e9
    let id = this.#table.find(kind, source, destination, ports)
    const fromB = id >= 0 && this.#table.turned !== 0
    if (id < 0) id = this.#add(kind, source, destination, ports, id, packet, at)
    const live = this.#liveOf(id)
    if (live < 0) followLite(this.#table, id, fromB, packet, at)
    else followDatagram(this.#live, live, fromB, packet, at)
  }

  /** An ICMP error belongs to the connection whose packet it quotes. */
  #icmp(packet: Packet): void {
    this.counts.icmp++
    if (packet.quotedIpVersion === 0 || packet.quotedSourcePort === ABSENT) return
    const kind = (packet.quotedProtocol === 17 ? KIND_UDP : 0) | (packet.quotedIpVersion === 6 ? KIND_IPV6 : 0)
    const isIpv4 = packet.quotedIpVersion === 4
    const word = (offset: number): number => (isIpv4 ? packet.view.getInt32(offset) : this.#addresses.intern(packet.view, offset))
    const ports = (packet.quotedSourcePort << 16) | packet.quotedDestinationPort
    const id = this.#table.find(kind, word(packet.quotedSource), word(packet.quotedDestination), ports)
    const live = id < 0 ? -1 : this.#liveOf(id)
    if (live < 0) return
    bump(this.#live.words, live + ICMP_ERRORS)
    this.#live.keep(live, KEPT.icmp, packet, this.#table.turned !== 0, sourceText(packet))
  }

  /** @param older what `find` says of the ends */
  #add(kind: number, source: number, destination: number, ports: number, older: number, packet: Packet, at: number): number {
    const table = this.#table
    const isFull = table.size >= this.#limits.connections
    if (isFull) {
      this.#room.forgetOne()
      this.counts.forgotten++
    }
    const id = table.add(kind, source, destination, ports, isFull ? table.find(kind, source, destination, ports) : older)
    const { words, doubles } = table.page(id)
    const base = table.base(id)
    const [by, isTurned] = originatorOf(packet)
    words[base + KIND] = kind | (isTurned ? KIND_TURNED : 0) | (by << KIND_BY_SHIFT) | ((packet.vlan + 1) << KIND_VLAN_SHIFT)
    words[base + STREAM] = kind & KIND_UDP ? this.#udpStreams++ : this.#tcpStreams++
    words[base + FIRST_FRAME] = packet.frameNumber
    doubles[(base >> 1) + STARTED_AT] = at
    const hasRoom = !this.#live.isFull || this.#room.giveUpOne(id)
    table.detail = hasRoom ? this.#live.add(id, words, base) + 1 : 0
    table.details[id] = table.detail
    return id
  }
}
