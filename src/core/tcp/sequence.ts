/**
 * Sequence numbers are kept as int32: the bit pattern of the unsigned number on the wire. Differences modulo 2^32 then come out
 * signed, which is RFC 9293 §3.4's comparison.
 */

/** How far `a` lies after `b`: negative when before. */
export const seqDelta = (a: number, b: number): number => (a - b) | 0
