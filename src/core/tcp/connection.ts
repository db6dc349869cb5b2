/** What the tracker says about one connection: facts, no judgement. All times are seconds since the Unix epoch (float64, sub-µs). */

export type Side = 'originator' | 'responder'

/** What an observer has seen one side do: Zeek's endpoint states. */
export type EndpointState = 'inactive' | 'syn-sent' | 'syn-ack-sent' | 'partial' | 'established' | 'closed' | 'reset'

/** RFC 9293 §3.3.2, inferred from the wire; `unknown` where a capture cannot tell. */
export type RfcState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN_SENT'
  | 'SYN_RECEIVED'
  | 'ESTABLISHED'
  | 'FIN_WAIT_1'
  | 'FIN_WAIT_2'
  | 'CLOSE_WAIT'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'TIME_WAIT'
  | 'unknown'

/** Zeek's `conn_state`. */
export type ConnState = 'S0' | 'S1' | 'SF' | 'REJ' | 'S2' | 'S3' | 'RSTO' | 'RSTR' | 'RSTOS0' | 'RSTRH' | 'SH' | 'SHR' | 'OTH'

/** One side's numbers. Sequence numbers are relative to that side's ISN (or to the first one seen, where the SYN is missing). */
export interface SideFacts {
  readonly ip: string
  readonly port: number
  readonly state: EndpointState
  readonly rfcState: RfcState
  readonly packets: number
  /** Payload bytes on the wire, retransmissions included. */
  readonly bytes: number
  /** Payload bytes as the sequence space counts them: each byte once. */
  readonly uniqueBytes: number
  readonly firstAt: number
  readonly lastAt: number
  readonly lastDataAt: number | undefined
  /** Highest relative sequence number sent (payload, SYN and FIN counted) and highest of it the other side acknowledged. */
  readonly sentSeq: number
  readonly ackedSeq: number
  readonly retransmissions: number
  readonly fastRetransmissions: number
  /** Of bytes that the other side had: it had acknowledged them, or said so afterwards (D-SACK, echoed timestamp). */
  readonly spuriousRetransmissions: number
  readonly outOfOrder: number
  /** The same packet seen twice (two mirror ports), not sent twice. */
  readonly captureDuplicates: number
  readonly keepAlives: number
  readonly keepAliveAcks: number
  readonly zeroWindows: number
  readonly zeroWindowProbes: number
  readonly windowFull: number
  readonly duplicateAcks: number
  /** Segments of this side that the other acknowledged but the capture does not hold. */
  readonly ackedUnseen: number
  readonly lostSegments: number
  readonly badChecksums: number
  /** Wrong checksums that a network card was left to finish: this side was captured on its own machine. */
  readonly offloadedChecksums: number
  readonly syns: number
  readonly fins: number
  readonly resets: number
  readonly synOptions: SynOptions | undefined
  /** TTL or hop limit: the most frequent value of this side's packets without RST, and how many had it; every value seen (≤ 8). */
  readonly ttl: { readonly usual: number; readonly share: number; readonly seen: readonly number[] } | undefined
  readonly ipId: 'incrementing' | 'zero' | 'constant' | 'random' | 'absent' | 'unknown'
  /** Source MACs of this side's frames (≤ 4), lower case with colons. */
  readonly macs: readonly string[]
  /** Seconds between a data or SYN segment of this side and its acknowledgement, as seen from the capture point. */
  readonly rtt: { readonly min: number; readonly median: number; readonly samples: number } | undefined
}

export interface SynOptions {
  readonly mss: number | undefined
  readonly windowScale: number | undefined
  readonly sackPermitted: boolean
  readonly timestamps: boolean
}

export interface TrackedConnection {
  readonly protocol: 'tcp' | 'udp'
  /** 0-based, as Wireshark's tcp.stream / udp.stream. */
  readonly streamIndex: number
  readonly originator: SideFacts
  readonly responder: SideFacts
  /** How the originator was chosen: its SYN was seen, the other owns the service port, or it sent first. */
  readonly originatorBy: 'syn' | 'service-port' | 'first-packet'
  readonly connState: ConnState
  readonly history: string
  readonly startedAt: number
  readonly endedAt: number
  readonly firstFrame: number
  readonly lastFrame: number
  readonly vlan: number | undefined
  /** ICMP errors that quote a packet of this connection. */
  readonly icmpErrors: number
  /** False for connections beyond the tracker's limit: addresses, times, packets, bytes, retransmissions, states and history only. */
  readonly detailed: boolean
  /** The packets that decide how it ended, in file order, bounded (see the tracker's limits). */
  readonly decisive: readonly DecisivePacket[]
}

/** Why a packet was kept. */
export type DecisiveRole =
  | 'syn'
  | 'syn-ack'
  | 'fin'
  | 'rst'
  | 'last-data'
  | 'last-ack'
  | 'retransmission'
  | 'keep-alive'
  | 'zero-window'
  | 'zero-window-probe'
  | 'icmp'
  | 'bad-checksum'

export interface DecisivePacket {
  readonly role: DecisiveRole
  readonly frame: number
  readonly at: number
  /** Who sent it; of an ICMP error, whose packet it quotes. */
  readonly from: Side
  /** TCP flags byte: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32. */
  readonly flags: number
  /** Relative sequence and acknowledgement numbers. */
  readonly seq: number
  readonly ack: number
  readonly payloadLength: number
  readonly window: number
  readonly ttl: number
  /** −1 in IPv6. */
  readonly ipId: number
  /** Of an ICMP error only. */
  readonly icmp?: { readonly type: number; readonly code: number; readonly sender: string }
}
