/** No window scale offered or known. */
export const NO_SCALE = -1
/** Duplicates are looked for among this many of a side's latest packets: key, path and microseconds of each. */
export const RECENT_PACKETS = 8
export const RECENT_WORDS = 3
/** Latest round trips, microseconds. */
export const RTT_SAMPLES = 15
/** Words of a kept segment: frame, seq, ack, flags, payload, window, TTL, IP-ID. Its time is a double of the side. */
export const SEGMENT_WORDS = 8

/** float64 fields of a side, in the order of their place. */
const DOUBLES = [
  'bytes',
  'lastAt',
  'nextSeqAt',
  'sent',
  'lastAckAt',
  'acked',
  'timedAt',
  'lastDataAt',
  'lastPureAckAt',
  'firstAt',
  'rttMin',
] as const
/** int32 fields that every packet touches: behind the doubles, and before all else, so that they share cache lines. */
const HOT_INTS = [
  'flags',
  'nextSeq',
  'lastAck',
  'window',
  'windowScale',
  'lastMarks',
  'openHoles',
  'timedEnd',
  'packets',
  'dupAckRun',
  'ttl',
  'ttlCount',
  'ipId',
  'ipIdStep',
  'ipIdSmallSteps',
  'macHigh',
  'macLow',
  'recentNext',
] as const
const COLD_INTS = [
  'base',
  'macCount',
  'goodChecksums',
  'finEnd',
  'lastRstSeq',
  'lastSynSeq',
  'stateBeforeReset',
  'rttCount',
  'retransmissions',
  'fastRetransmissions',
  'spuriousRetransmissions',
  'outOfOrder',
  'captureDuplicates',
  'keepAlives',
  'keepAliveAcks',
  'zeroWindows',
  'zeroWindowProbes',
  'zeroWindowProbeAcks',
  'windowFull',
  'duplicateAcks',
  'ackedUnseen',
  'lostSegments',
  'badChecksums',
  'offloadedChecksums',
  'syns',
  'fins',
  'resets',
  'rewrites',
  'zeroWindowLetters',
  'ipIdZeros',
  'ipIdEqual',
  'ipIdJumps',
  'synOptions',
] as const
/** Bits of `flags`, in this order. */
const BOOLEANS = ['hasBase', 'hasSeq', 'hasAck', 'timing', 'hasSyn', 'hasFin', 'finAnswersFin'] as const

const HOT_AT = 2 * DOUBLES.length
export const LAST_DATA_AT = HOT_AT + HOT_INTS.length
export const LAST_PURE_ACK_AT = LAST_DATA_AT + SEGMENT_WORDS
export const RECENT_AT = LAST_PURE_ACK_AT + SEGMENT_WORDS
const COLD_AT = RECENT_AT + RECENT_PACKETS * RECENT_WORDS
export const RTT_AT = COLD_AT + COLD_INTS.length
/** Source MACs seen, two words each. */
export const MACS_AT = RTT_AT + RTT_SAMPLES
export const MAX_MACS = 4
/** Words of one side, even so that doubles stay aligned. */
export const LIVE_SIDE_WORDS = (MACS_AT + 2 * MAX_MACS + 1) & ~1

/** What only some connections have. */
export interface RareFacts {
  /** TTLs beside the usual candidate, as [ttl, count, …]. */
  otherTtls: number[] | undefined
  /** Sequence ranges below `nextSeq` that were not captured (yet), as [start, end, …]. */
  holes: number[] | undefined
}

/**
 * One side of a connection that is followed in full: a view of its words in the pool, pointed at one connection after the other.
 * Sequence numbers are int32 (see `sequence.ts`), times seconds. 70 numbers of a side lie in 500 bytes that way; as an object
 * with boxed doubles they took five times the space and made a packet four times as slow.
 */
export class LiveSide {
  words = new Int32Array(0)
  doubles = new Float64Array(0)
  /** First word, and first double, of this side. */
  at = 0
  doubleAt = 0
  /** What only some connections have, by connection. */
  rareFacts: (RareFacts | undefined)[] = []
  index = 0

  get rare(): RareFacts {
    return this.rareFacts[this.index] ?? this.#addRare()
  }

  #addRare(): RareFacts {
    const rare: RareFacts = { otherTtls: undefined, holes: undefined }
    this.rareFacts[this.index] = rare
    return rare
  }

  /** The boolean fields, a bit each. */
  declare flags: number
  declare packets: number
  declare bytes: number
  declare firstAt: number
  declare lastAt: number
  declare lastDataAt: number
  declare lastPureAckAt: number
  /** `base` is known: from this side's first packet, or from what the other side acknowledged first. */
  declare hasBase: boolean
  /** The ISN, or one before the first sequence number seen. */
  declare base: number
  declare hasSeq: boolean
  /** One past the highest sequence number sent, and when that was reached. */
  declare nextSeq: number
  declare nextSeqAt: number
  /** The same, relative to `base` and not wrapped. */
  declare sent: number
  declare hasAck: boolean
  /** Highest acknowledgement number sent by this side (of the other's data), and when. */
  declare lastAck: number
  declare lastAckAt: number
  /** Highest relative sequence number of this side that the other acknowledged. */
  declare acked: number
  /** Ranges in `rare.holes`. */
  declare openHoles: number
  declare window: number
  declare windowScale: number
  /** Marks of this side's last segment. */
  declare lastMarks: number
  /** Duplicate acknowledgements in a row. */
  declare dupAckRun: number
  declare hasSyn: boolean
  declare hasFin: boolean
  /** One past the FIN. */
  declare finEnd: number
  /** The FIN acknowledged the other side's FIN. */
  declare finAnswersFin: boolean
  declare lastRstSeq: number
  declare lastSynSeq: number
  declare retransmissions: number
  declare fastRetransmissions: number
  declare spuriousRetransmissions: number
  declare outOfOrder: number
  declare captureDuplicates: number
  declare keepAlives: number
  declare keepAliveAcks: number
  declare zeroWindows: number
  declare zeroWindowProbes: number
  declare zeroWindowProbeAcks: number
  declare windowFull: number
  declare duplicateAcks: number
  declare ackedUnseen: number
  declare lostSegments: number
  declare badChecksums: number
  declare offloadedChecksums: number
  declare goodChecksums: number
  declare syns: number
  declare fins: number
  declare resets: number
  /** Events behind Zeek's logarithmic history letters. */
  declare rewrites: number
  declare zeroWindowLetters: number
  /** Candidate for the usual TTL with its count. */
  declare ttl: number
  declare ttlCount: number
  /** IPv4 identification of the last packet; the step to it modulo 2^16 (0: unknown); how many steps were small, zero, equal or something else. */
  declare ipId: number
  declare ipIdStep: number
  declare ipIdSmallSteps: number
  declare ipIdZeros: number
  declare ipIdEqual: number
  declare ipIdJumps: number
  /** Source MAC of the last frame as two words. */
  declare macHigh: number
  declare macLow: number
  declare macCount: number
  /** The segment being timed: one past its end, and when it was sent. */
  declare timing: boolean
  declare timedEnd: number
  declare timedAt: number
  declare rttMin: number
  declare rttCount: number
  declare recentNext: number
  /** As `syn-options.ts` packs them; 0 where no SYN was seen. */
  declare synOptions: number
  /** Code of the RFC 9293 state inferred just before the first reset; −1 while there was none. */
  declare stateBeforeReset: number

  /** Points the view at a connection's side. */
  point(index: number, at: number): void {
    this.index = index
    this.at = at
    this.doubleAt = at >> 1
  }

  /** Zeroes the side that the view points at. */
  clear(): void {
    this.words.fill(0, this.at, this.at + LIVE_SIDE_WORDS)
    this.rareFacts[this.index] = undefined
    this.windowScale = NO_SCALE
    this.ipId = -1
    this.macHigh = -1
    this.stateBeforeReset = -1
  }
}

/** Place of an int32 field that every packet touches among a side's words, for the path that is too hot for accessors. */
export const wordOf = (name: (typeof HOT_INTS)[number]): number => HOT_AT + HOT_INTS.indexOf(name)

/** Bit of a boolean field in the word `flags`. */
export const flagOf = (name: (typeof BOOLEANS)[number]): number => 1 << BOOLEANS.indexOf(name)

/** Place of a float64 field among a side's doubles. */
export const doubleOf = (name: (typeof DOUBLES)[number]): number => DOUBLES.indexOf(name)

DOUBLES.forEach((name, index) => {
  Object.defineProperty(LiveSide.prototype, name, {
    get(this: LiveSide): number {
      return this.doubles[this.doubleAt + index] as number
    },
    set(this: LiveSide, value: number) {
      this.doubles[this.doubleAt + index] = value
    },
  })
})

;[...HOT_INTS, ...COLD_INTS].forEach((name, index) => {
  const place = index < HOT_INTS.length ? HOT_AT + index : COLD_AT + index - HOT_INTS.length
  Object.defineProperty(LiveSide.prototype, name, {
    get(this: LiveSide): number {
      return this.words[this.at + place] as number
    },
    set(this: LiveSide, value: number) {
      this.words[this.at + place] = value
    },
  })
})

for (const name of BOOLEANS) {
  const bit = flagOf(name)
  Object.defineProperty(LiveSide.prototype, name, {
    get(this: LiveSide): boolean {
      return (this.flags & bit) !== 0
    },
    set(this: LiveSide, value: boolean) {
      this.flags = value ? this.flags | bit : this.flags & ~bit
    },
  })
}
