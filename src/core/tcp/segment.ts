/** The two ends of a conversation as support sees them: the host logs the error, the peer is what it talked to. */
export type Role = 'host' | 'peer'

export const otherRole = (role: Role): Role => (role === 'host' ? 'peer' : 'host')

export const FIN = 1
export const SYN = 2
export const RST = 4
export const PSH = 8
export const ACK = 16

/** What a segment is in its flow, seen from the capture point. */
export type SegmentKind =
  | 'syn'
  | 'syn-ack'
  | 'data'
  | 'retransmission'
  | 'keep-alive'
  | 'zero-window-probe'
  | 'ack'
  | 'duplicate-ack'
  | 'fin'
  | 'rst'

/** One segment of a traced connection: numbers, and the first bytes of what the peer said. Times are seconds since the epoch. */
export interface Segment {
  /** Index of the capture among the evidence files of the question. */
  readonly capture: number
  /** 1-based in that capture's file. */
  readonly frame: number
  readonly at: number
  readonly from: Role
  readonly flags: number
  /** Relative to the sender's ISN (to its first sequence number seen, where the SYN is missing). */
  readonly seq: number
  /** Relative to the other side's; 0 without the ACK flag. */
  readonly ack: number
  /** Payload bytes on the wire. */
  readonly length: number
  /** Bytes of the frame on the wire. */
  readonly wireLength: number
  /** As in the header, unscaled; −1 where the capture cut it off. */
  readonly window: number
  readonly ttl: number
  /** -1 where there is none (IPv6). */
  readonly ipId: number
  readonly mac: string
  readonly timestampValue: number | undefined
  readonly timestampEcho: number | undefined
  readonly kind: SegmentKind
  /** The TCP checksum is wrong, and the whole segment was captured. */
  readonly damaged: boolean
  /** The same packet was seen just before (a second mirror port), not sent twice. */
  readonly copy: boolean
  /** Payload, ≤ 512 bytes, of the peer's data only. */
  readonly payload: Uint8Array | undefined
  /** When the other side acknowledged (or selectively acknowledged) all of it, as seen here. */
  deliveredAt: number | undefined
  /** The same bytes were sent again later. */
  superseded: boolean
}

export const isData = (segment: Segment): boolean =>
  segment.length > 0 && segment.kind !== 'keep-alive' && segment.kind !== 'zero-window-probe' && segment.kind !== 'rst'

/** The first sequence number after the segment (SYN and FIN count one each: RFC 9293 §3.4). */
export const endOf = (segment: Segment): number =>
  segment.seq + segment.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0)
