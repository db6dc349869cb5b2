import { ipIdFacts, macFacts, rttFacts, ttlFacts } from './baselines.ts'
import type { SideFacts } from './connection.ts'
import { endpointStateName } from './endpoint-state.ts'
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

/** The facts of one side of a connection that is followed in full. @param own first word of the side, `other` of its peer */
export function sideFacts(
  live: LiveConnections,
  own: number,
  other: number,
  isUdp: boolean,
  ip: string,
  port: number,
  state: number,
): SideFacts {
  const { words, doubles } = live
  const count = (place: number): number => words[own + place] as number
  const number = (place: number): number => doubles[(own >> 1) + place] as number
  const bytes = number(BYTES)
  const sent = number(SENT)
  const acked = number(ACKED)
  const isSummed = count(GOOD_CHECKSUMS) > 0
  const wrong = count(BAD_CHECKSUMS)
  return {
    ip,
    port,
    state: endpointStateName(state),
    rfcState: isUdp ? 'unknown' : rfcState(words, own, other),
    packets: count(PACKETS),
    bytes,
    uniqueBytes: isUdp ? bytes : Math.max(0, Math.max(sent, acked) - 1 - (count(FLAGS) & HAS_FIN ? 1 : 0)),
    firstAt: number(FIRST_AT),
    lastAt: number(LAST_AT),
    lastDataAt: count(LAST_DATA) !== 0 ? number(LAST_DATA_AT) : undefined,
    sentSeq: Math.max(0, sent),
    ackedSeq: Math.max(0, acked),
    retransmissions: count(RETRANSMISSIONS),
    fastRetransmissions: count(FAST_RETRANSMISSIONS),
    spuriousRetransmissions: count(SPURIOUS_RETRANSMISSIONS),
    outOfOrder: count(OUT_OF_ORDERS),
    captureDuplicates: count(CAPTURE_DUPLICATES),
    keepAlives: count(KEEP_ALIVES),
    keepAliveAcks: count(KEEP_ALIVE_ACKS),
    zeroWindows: count(ZERO_WINDOWS),
    zeroWindowProbes: count(ZERO_WINDOW_PROBES),
    windowFull: count(WINDOW_FULLS),
    duplicateAcks: count(DUPLICATE_ACKS),
    ackedUnseen: count(ACKED_UNSEENS),
    lostSegments: count(LOST_SEGMENTS),
    badChecksums: isSummed ? wrong : 0,
    offloadedChecksums: count(OFFLOADED_CHECKSUMS) + (isSummed ? 0 : wrong),
    syns: count(SYNS),
    fins: count(FINS),
    resets: count(RESETS),
    synOptions: synOptionsOf(count(SYN_OPTIONS)),
    ttl: ttlFacts(live, own),
    ipId: ipIdFacts(words, own),
    macs: macFacts(words, own),
    rtt: rttFacts(live, own),
  }
}
