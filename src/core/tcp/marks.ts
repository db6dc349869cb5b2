/** What a segment turned out to be, as bits. The meanings are those of TShark's `tcp.analysis.*`, but for CAPTURE_DUPLICATE, which it has not. */
export const RETRANSMISSION = 1
/** With RETRANSMISSION: sent again after duplicate acknowledgements asked for it. */
export const FAST_RETRANSMISSION = 2
/** With RETRANSMISSION: its bytes were acknowledged before. */
export const SPURIOUS_RETRANSMISSION = 4
export const OUT_OF_ORDER = 8
/** The same packet captured twice: two mirror ports, or both sides of a router. */
export const CAPTURE_DUPLICATE = 16
export const KEEP_ALIVE = 32
export const KEEP_ALIVE_ACK = 64
export const ZERO_WINDOW = 128
export const ZERO_WINDOW_PROBE = 256
export const ZERO_WINDOW_PROBE_ACK = 512
/** Fills the receiver's window to the last byte. */
export const WINDOW_FULL = 1024
export const DUPLICATE_ACK = 2048
/** Acknowledges bytes that the capture does not hold. */
export const ACKED_UNSEEN = 4096
/** Bytes before this segment are missing from the capture, so far. */
export const LOST_SEGMENT = 8192
export const WINDOW_UPDATE = 16384
/** Its TCP or UDP checksum is wrong, and not for offload's sake. */
export const BAD_CHECKSUM = 32768
