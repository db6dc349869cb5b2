import type { SynOptions } from './connection.ts'
import { DecisiveLog } from './decisive.ts'

/** The last segment of a sort, overwritten by the next. */
export class LastSegment {
  frame = 0
  at = 0
  seq = 0
  ack = 0
  flags = 0
  payloadLength = 0
  window = 0
  ttl = 0
  ipId = 0
}

/** No window scale offered or known. */
export const NO_SCALE = -1

/** Duplicates are looked for among this many of a side's latest packets. */
export const RECENT_PACKETS = 16

/** What is followed of one side of a connection, packet by packet. Sequence numbers are int32 (see `sequence.ts`), times seconds. */
export class LiveSide {
  packets = 0
  bytes = 0
  firstAt = 0
  lastAt = 0
  lastDataAt = 0

  /** `base` is known: from this side's first packet, or from what the other side acknowledged first. */
  hasBase = false
  /** The ISN, or one before the first sequence number seen. */
  base = 0
  hasSeq = false
  /** One past the highest sequence number sent, and when that was reached. */
  nextSeq = 0
  nextSeqAt = 0
  /** The same, relative to `base` and not wrapped. */
  sent = 0
  /** Sequence ranges below `nextSeq` that were not captured (yet), as [start, end, …]. */
  holes: number[] | undefined = undefined
  hasAck = false
  /** Highest acknowledgement number sent by this side (of the other's data), and when. */
  lastAck = 0
  lastAckAt = 0
  /** Highest relative sequence number of this side that the other acknowledged. */
  acked = 0
  window = 0
  windowScale = NO_SCALE
  /** Marks of this side's last segment. */
  lastMarks = 0
  /** Duplicate acknowledgements in a row. */
  dupAckRun = 0

  hasSyn = false
  hasFin = false
  /** One past the FIN. */
  finEnd = 0
  /** The FIN acknowledged the other side's FIN. */
  finAnswersFin = false
  lastRstSeq = 0
  lastSynSeq = 0

  retransmissions = 0
  fastRetransmissions = 0
  spuriousRetransmissions = 0
  outOfOrder = 0
  captureDuplicates = 0
  keepAlives = 0
  keepAliveAcks = 0
  zeroWindows = 0
  zeroWindowProbes = 0
  zeroWindowProbeAcks = 0
  windowFull = 0
  duplicateAcks = 0
  ackedUnseen = 0
  lostSegments = 0
  badChecksums = 0
  offloadedChecksums = 0
  goodChecksums = 0
  syns = 0
  fins = 0
  resets = 0
  /** Events behind Zeek's logarithmic history letters. */
  rewrites = 0
  zeroWindowLetters = 0

  synOptions: SynOptions | undefined = undefined

  /** Candidate for the usual TTL with its count; other values as [ttl, count, …]. */
  ttl = 0
  ttlCount = 0
  otherTtls: number[] | undefined = undefined

  /** IPv4 identification of the last packet, and how many steps were small, zero, equal or something else. */
  ipId = -1
  /** Step from the packet before to this one, modulo 2^16; 0 where unknown. */
  ipIdStep = 0
  ipIdSmallSteps = 0
  ipIdZeros = 0
  ipIdEqual = 0
  ipIdJumps = 0

  /** Source MAC of the last frame as two words. */
  macHigh = -1
  macLow = 0
  macs: string[] | undefined = undefined

  /** The segment being timed: one past its end, and when it was sent. */
  timing = false
  timedEnd = 0
  timedAt = 0
  rttMin = 0
  rttCount = 0
  rttSamples: number[] | undefined = undefined

  /** Fingerprints of the latest packets: what identifies the packet, which way it came, and when. */
  readonly recentKeys: number[] = []
  readonly recentPaths: number[] = []
  readonly recentTimes: number[] = []
  recentNext = 0

  readonly lastData = new LastSegment()
  readonly lastPureAck = new LastSegment()
  /** Inferred RFC 9293 state just before the first reset; −1 while there was none. */
  stateBeforeReset = -1
}

/** The rich form of a connection: everything that is followed while there is room for it. */
export class LiveConnection {
  readonly id: number
  readonly a = new LiveSide()
  readonly b = new LiveSide()
  readonly decisive = new DecisiveLog()
  /** Packed endpoint states, side A first. */
  states = 0
  /** Letters beyond what the record has room for. */
  historyCodes: number[] = []
  seenLetters = 0
  firstAt = 0
  lastAt = 0
  lastFrame = 0
  isUdp: boolean
  /** A, who sent first, is the originator. */
  originatorIsA: boolean
  /** Seconds from a SYN to its SYN-ACK's acknowledgement or the like: Wireshark's first RTT; 0 while unknown. */
  firstRtt = 0
  icmpErrors = 0
  payloadOnSyn = false

  constructor(id: number, isUdp: boolean, originatorIsA: boolean) {
    this.id = id
    this.isUdp = isUdp
    this.originatorIsA = originatorIsA
  }
}
