import { ipIdFacts, macFacts, rttFacts, ttlFacts } from './baselines.ts'
import type { EndpointState, RfcState, SideFacts } from './connection.ts'
import type { LiveConnections } from './live-connections.ts'
import {
  ACKED,
  ACKED_UNSEENS,
  BAD_CHECKSUMS,
  BYTES,
  CAPTURE_DUPLICATES,
  DUPLICATE_ACKS,
  FAST_RETRANSMISSIONS,
  FINS,
  FIRST_AT,
  FLAGS,
  GOOD_CHECKSUMS,
  HAS_FIN,
  KEEP_ALIVE_ACKS,
  KEEP_ALIVES,
  LAST_AT,
  LAST_DATA,
  LAST_DATA_AT,
  LOST_SEGMENTS,
  OFFLOADED_CHECKSUMS,
  OUT_OF_ORDERS,
  PACKETS,
  RESETS,
  RETRANSMISSIONS,
  SENT,
  SPURIOUS_RETRANSMISSIONS,
  SYN_OPTIONS,
  SYNS,
  WINDOW_FULLS,
  ZERO_WINDOW_PROBES,
  ZERO_WINDOWS,
} from './live-layout.ts'
import { rfcState } from './rfc-state.ts'
import { synOptionsOf } from './syn-options.ts'

/** What is known of a side whichever form its connection has. */
export interface End {
  readonly ip: string
  readonly port: number
  readonly state: EndpointState
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

/** The facts of one side of a connection that is followed in full, read from its words when they are asked for. */
export class LiveSideFacts implements SideFacts {
  readonly ip: string
  readonly port: number
  readonly state: EndpointState
  readonly #live: LiveConnections
  readonly #own: number
  readonly #other: number
  readonly #isUdp: boolean

  /** @param own first word of the side, `other` of its peer */
  constructor(live: LiveConnections, own: number, other: number, isUdp: boolean, end: End) {
    this.ip = end.ip
    this.port = end.port
    this.state = end.state
    this.#live = live
    this.#own = own
    this.#other = other
    this.#isUdp = isUdp
  }

  #count(place: number): number {
    return this.#live.words[this.#own + place] as number
  }
  #number(place: number): number {
    return this.#live.doubles[(this.#own >> 1) + place] as number
  }

  get rfcState(): RfcState {
    return this.#isUdp ? 'unknown' : rfcState(this.#live.words, this.#own, this.#other)
  }
  get packets(): number {
    return this.#count(PACKETS)
  }
  get bytes(): number {
    return this.#number(BYTES)
  }
  get uniqueBytes(): number {
    if (this.#isUdp) return this.bytes
    const hasFin = (this.#count(FLAGS) & HAS_FIN) !== 0
    return Math.max(0, Math.max(this.#number(SENT), this.#number(ACKED)) - (hasFin ? 2 : 1))
  }
  get firstAt(): number {
    return this.#number(FIRST_AT)
  }
  get lastAt(): number {
    return this.#number(LAST_AT)
  }
  get lastDataAt(): number | undefined {
    return this.#count(LAST_DATA) === 0 ? undefined : this.#number(LAST_DATA_AT)
  }
  get sentSeq(): number {
    return Math.max(0, this.#number(SENT))
  }
  get ackedSeq(): number {
    return Math.max(0, this.#number(ACKED))
  }
  get retransmissions(): number {
    return this.#count(RETRANSMISSIONS)
  }
  get fastRetransmissions(): number {
    return this.#count(FAST_RETRANSMISSIONS)
  }
  get spuriousRetransmissions(): number {
    return this.#count(SPURIOUS_RETRANSMISSIONS)
  }
  get outOfOrder(): number {
    return this.#count(OUT_OF_ORDERS)
  }
  get captureDuplicates(): number {
    return this.#count(CAPTURE_DUPLICATES)
  }
  get keepAlives(): number {
    return this.#count(KEEP_ALIVES)
  }
  get keepAliveAcks(): number {
    return this.#count(KEEP_ALIVE_ACKS)
  }
  get zeroWindows(): number {
    return this.#count(ZERO_WINDOWS)
  }
  get zeroWindowProbes(): number {
    return this.#count(ZERO_WINDOW_PROBES)
  }
  get windowFull(): number {
    return this.#count(WINDOW_FULLS)
  }
  get duplicateAcks(): number {
    return this.#count(DUPLICATE_ACKS)
  }
  get ackedUnseen(): number {
    return this.#count(ACKED_UNSEENS)
  }
  get lostSegments(): number {
    return this.#count(LOST_SEGMENTS)
  }
  get badChecksums(): number {
    return this.#count(GOOD_CHECKSUMS) > 0 ? this.#count(BAD_CHECKSUMS) : 0
  }
  get offloadedChecksums(): number {
    return this.#count(OFFLOADED_CHECKSUMS) + (this.#count(GOOD_CHECKSUMS) > 0 ? 0 : this.#count(BAD_CHECKSUMS))
  }
  get syns(): number {
    return this.#count(SYNS)
  }
  get fins(): number {
    return this.#count(FINS)
  }
  get resets(): number {
    return this.#count(RESETS)
  }
  get synOptions(): SideFacts['synOptions'] {
    return synOptionsOf(this.#count(SYN_OPTIONS))
  }
  get ttl(): SideFacts['ttl'] {
    return ttlFacts(this.#live, this.#own)
  }
  get ipId(): SideFacts['ipId'] {
    return ipIdFacts(this.#live.words, this.#own)
  }
  get macs(): readonly string[] {
    return macFacts(this.#live.words, this.#own)
  }
  get rtt(): SideFacts['rtt'] {
    return rttFacts(this.#live, this.#own)
  }
}
