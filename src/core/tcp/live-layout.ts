/**
 * Where what is in a connection that is followed in full: a header, then the words of side A (who sent first), then those of B. A
 * side is known by its first word. Doubles are counted in float64: that of a side stands at `(side >> 1) + PLACE`, as its float64 and
 * int32 share one buffer.
 *
 * Numbers, not sums of others: bundlers write them into the code, and nothing on the way of a packet reads them from memory.
 */

/** Header, int32. Three words of key and this, as in a record of the connection table; above `KIND_MASK` a bit for each role of which a decisive packet is kept. */
export const LIVE_KIND = 3
export const ROLES_SHIFT = 5
export const LETTER_COUNT = 4
/** Packed history letters: eleven words. */
export const LETTERS = 5
export const A_SIDE = 16
/** Header, float64: both halves of the handshake, Wireshark's first round trip; seconds, 0 while unknown. */
export const FIRST_RTT = 76
/** Header, int32. Of the last segment that needed the whole analysis; plain ones leave theirs in the side. */
export const LAST_FRAME = 154
/** Packed endpoint states, side A first. */
export const STATES = 155
/** Bits of the history letters written. */
export const SEEN_LETTERS = 156
/** Its record in the connection table. */
export const ID = 157
/** The latest and the first of its decisive packets; 0: none. */
export const DECISIVE = 158
export const DECISIVE_FIRST = 159
export const B_SIDE = 160
/** From side A to side B. */
export const SIDE_STEP = 144
export const ICMP_ERRORS = 296
export const LIVE_WORDS = 304

/** First word of the other side of a connection. */
export const otherSide = (connection: number, side: number): number => 2 * connection + A_SIDE + B_SIDE - side

/** Side, int32. What both sides' packets look at shares a cache line; first the `HAS_…` bits. */
export const FLAGS = 0
/** One past the highest sequence number sent. */
export const NEXT_SEQ = 1
/** Highest acknowledgement number sent by this side (of the other's data). */
export const LAST_ACK = 2
export const WINDOW = 3
/** `NO_SCALE` where none was offered. */
export const WINDOW_SCALE = 4
/** Marks of this side's last segment. */
export const LAST_MARKS = 5
/** Ranges that are missing: see `holes.ts`. */
export const OPEN_HOLES = 6
/** One past the end of the segment that is being timed. */
export const TIMED_END = 7
/** Side, float64. `NEXT_SEQ` relative to `BASE`, not wrapped. */
export const SENT = 4
/** Highest relative sequence number of this side that the other acknowledged. */
export const ACKED = 5
export const TIMED_AT = 6
export const RTT_MIN = 7

/** Side, int32. What this side's packets alone look at. */
export const PACKETS = 16
/** Candidate for the usual TTL with its count. */
export const TTL = 17
export const TTL_COUNT = 18
/** IPv4 identification of the last packet; how many steps to the next were small. */
export const IP_ID = 19
export const IP_ID_SMALL_STEPS = 20
/** Source MAC of the last frame as two words. */
export const MAC_HIGH = 21
export const MAC_LOW = 22
/** Duplicate acknowledgements in a row: 0 whenever `LAST_MARKS` is. */
export const DUP_ACK_RUN = 23
/** Side, float64. Payload bytes. */
export const BYTES = 12
export const LAST_AT = 13
/** When `NEXT_SEQ` was reached. */
export const NEXT_SEQ_AT = 14
export const LAST_DATA_AT = 15

/** Side, int32. The last segment with payload, and the last bare acknowledgement: frame, seq, ack, flags, payload, window, TTL, IP-ID. */
export const LAST_DATA = 32
export const LAST_PURE_ACK = 40
/** Side, float64. */
export const LAST_PURE_ACK_AT = 24
/** Side, int32. Duplicates are looked for among this many of a side's latest packets: key, path and microseconds of each. */
export const RECENT = 50
export const RECENT_PACKETS = 8
export const RECENT_WORDS = 3
/** Round trips seen; the latest of them, microseconds. */
export const RTT_COUNT = 74
export const RTTS = 75
export const RTT_SAMPLES = 15

/** Side, float64. */
export const FIRST_AT = 45
/** When this side acknowledged last; plain segments leave it, as it is asked for after duplicate acknowledgements only. */
export const LAST_ACK_AT = 46

/** Side, int32. The ISN, or one before the first sequence number seen. */
export const BASE = 94
export const MAC_COUNT = 95
export const GOOD_CHECKSUMS = 96
/** One past the FIN. */
export const FIN_END = 97
export const LAST_RST_SEQ = 98
export const LAST_SYN_SEQ = 99
/** Code of the RFC 9293 state inferred just before the first reset; −1 while there was none. */
export const STATE_BEFORE_RESET = 100
export const RETRANSMISSIONS = 101
export const FAST_RETRANSMISSIONS = 102
export const SPURIOUS_RETRANSMISSIONS = 103
export const OUT_OF_ORDERS = 104
export const CAPTURE_DUPLICATES = 105
export const KEEP_ALIVES = 106
export const KEEP_ALIVE_ACKS = 107
export const ZERO_WINDOWS = 108
export const ZERO_WINDOW_PROBES = 109
export const WINDOW_FULLS = 110
export const DUPLICATE_ACKS = 111
export const ACKED_UNSEENS = 112
export const LOST_SEGMENTS = 113
export const BAD_CHECKSUMS = 114
export const OFFLOADED_CHECKSUMS = 115
export const SYNS = 116
export const FINS = 117
export const RESETS = 118
/** Events behind Zeek's logarithmic history letters. */
export const REWRITES = 119
export const ZERO_WINDOW_LETTERS = 120
/** IP-IDs that were zero; steps that were zero, or neither that nor small; the last step modulo 2^16 (0: unknown). */
export const IP_ID_ZEROS = 121
export const IP_ID_EQUAL = 122
export const IP_ID_JUMPS = 123
export const IP_ID_STEP = 124
/** As `syn-options.ts` packs them; 0 where no SYN was seen. */
export const SYN_OPTIONS = 125
/** Source MACs seen, two words each. */
export const MACS = 126
export const MAX_MACS = 4

/** Bits of `FLAGS`. `BASE` is known: from this side's first packet, or from what the other side acknowledged first. */
export const HAS_BASE = 1
export const HAS_SEQ = 2
export const HAS_ACK = 4
/** A segment is being timed. */
export const TIMING = 8
export const HAS_SYN = 16
export const HAS_FIN = 32
/** The FIN acknowledged the other side's FIN. */
export const FIN_ANSWERS_FIN = 64
/** The history has this side's letters of data, and of a bare acknowledgement. */
export const WROTE_DATA = 128
export const WROTE_ACK = 256
/** It sent something again, and whether that was needed is not known yet: see `spurious.ts`. */
export const RESENT = 512

/** No window scale offered or known. */
export const NO_SCALE = -1
