import type { Frame } from '../capture/frame.ts'

/**
 * What a frame carries, decoded down to the innermost datagram that was understood.
 *
 * - `tcp`, `udp`: ports and payload are filled in
 * - `icmp`: ICMP or ICMPv6; the quoted packet, where there is one, in the `quoted…` fields
 * - `arp`, `nd`: address resolution; the `neighbor…` fields
 * - `fragment`: a fragment after the first one: addresses only
 * - `other`: an IP datagram of another transport
 * - `none`: nothing this decoder knows; `unknown` says where it stopped
 */
export type PacketKind = 'tcp' | 'udp' | 'icmp' | 'arp' | 'nd' | 'fragment' | 'other' | 'none'

/** TCP flag bits (RFC 9293 §3.1). */
export const FIN = 1
export const SYN = 2
export const RST = 4
export const PSH = 8
export const ACK = 16
export const URG = 32

/** A field that a frame does not have: offsets, ids, ports. */
export const ABSENT = -1

/**
 * One decoded frame. One object is reused for every frame: what it says, and the bytes that its offsets point into, are valid
 * until the next `decode`. Offsets are positions in `buffer`; ABSENT (−1) where the frame has no such field. Sequence numbers
 * are unsigned. Numbers of a transport are meaningful only for the `kind` that has them.
 */
export class Packet {
  kind: PacketKind = 'none'
  buffer: Uint8Array = new Uint8Array(0)
  view: DataView = new DataView(new ArrayBuffer(0))
  /** One past the last captured byte that belongs to the innermost datagram (link padding and trailers excluded). */
  end = 0
  /** One past the last byte on the wire of the layer at hand, in positions of `buffer`: beyond `end` when the capture cut the frame. */
  wireEnd = 0
  /** Of the frame: see `Frame`. */
  frameNumber = 0
  seconds = 0
  nanoseconds = 0
  interfaceIndex = 0
  linkType = 0
  /** Bytes of the whole frame on the wire, and in the file. */
  originalLength = 0
  capturedLength = 0
  /** Where decoding stopped, for `kind: 'none'`: `link type 147`, `ethertype 0x88cc`, `truncated IPv4 header` … */
  unknown = ''

  /** Link addresses, 6 bytes each. */
  sourceMac = ABSENT
  destinationMac = ABSENT
  /** VLAN ids, outermost first; ABSENT where untagged. Of more than two tags the outermost and the innermost. */
  vlan = ABSENT
  innerVlan = ABSENT
  /** VLAN tags and FabricPath headers passed. */
  tags = 0

  /** 0 where there is no IP header. */
  ipVersion: 0 | 4 | 6 = 0
  /** The IP header, and its length in bytes up to the transport (IPv6 extension headers included). */
  networkStart = ABSENT
  networkHeaderLength = 0
  /** Address bytes: 4 or 16 of them. */
  source = ABSENT
  destination = ABSENT
  /** Protocol number of the transport (IPv6: the last next-header). */
  protocol = 0
  /** TTL or hop limit. */
  ttl = 0
  /** IPv4 identification; ABSENT in IPv6. */
  ipId = ABSENT
  dontFragment = false
  moreFragments = false
  /** Bytes; above 0 only for `kind: 'fragment'`. */
  fragmentOffset = 0
  /** Identification in an IPv6 fragment header; that of IPv4 is `ipId`. */
  fragmentId = 0
  /** Bytes of the IP datagram on the wire (header included), as its header says; by the frame's length where it says 0 (TSO, BIG TCP). */
  datagramLength = 0

  transportStart = ABSENT
  sourcePort = 0
  destinationPort = 0
  /** Payload of TCP or UDP: where it starts, its bytes on the wire, and how many of them were captured. */
  payloadStart = ABSENT
  payloadLength = 0
  payloadCaptured = 0

  seq = 0
  ack = 0
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  flags = 0
  /** As in the header: not scaled. */
  window = 0
  /** TCP header length in bytes; options lie between `transportStart + 20` and `payloadStart`. */
  headerLength = 0

  icmpType = ABSENT
  icmpCode = ABSENT
  /** Next-hop MTU of "fragmentation needed" (3/4) and "packet too big"; 0 where the router gave none. */
  icmpMtu = 0
  /** The packet an ICMP error quotes: 0 where it quotes none. Its addresses are those of the packet that was lost. */
  quotedIpVersion: 0 | 4 | 6 = 0
  quotedProtocol = 0
  quotedSource = ABSENT
  quotedDestination = ABSENT
  /** ABSENT when the quote ends before the ports. */
  quotedSourcePort = ABSENT
  quotedDestinationPort = ABSENT
  /** TCP sequence number of the quoted segment; ABSENT where the quote ends before it. */
  quotedSeq = ABSENT

  /** ARP: 1 request, 2 reply. ND: 1 solicitation, 2 advertisement. A gratuitous or probing one has equal or zero addresses. */
  neighborOperation = 0
  /** 4 (ARP) or 16 (ND) bytes; ABSENT where not given. `neighborSender` is who speaks, `neighborTarget` whose address is asked or told. */
  neighborSender = ABSENT
  neighborTarget = ABSENT
  /** The link address that the message binds to sender (ARP, solicitation) or target (advertisement). */
  neighborMac = ABSENT

  /** Where the next frame of an A-MSDU begins, for `decodeNext`; ABSENT behind the last, and for every other frame. */
  nextSubframe = ABSENT

  /** Datagrams this one travelled in, outermost first: the first `outerCount` of `outers`. Only UDP tunnels are listed (VXLAN, Geneve). */
  outerCount = 0
  readonly outers: Packet[] = []
  /** Encapsulations passed, of any sort (GRE, IP-in-IP, VXLAN …). */
  tunnels = 0
  /** For each of them, outermost first: the IP header and the link source address in front of it (ABSENT where there is none). */
  readonly passedNetworks: number[] = []
  readonly passedMacs: number[] = []

  /** Seconds since the Unix epoch, float64 (good to about 0.2 µs); NaN where the record has no time. */
  get at(): number {
    return this.seconds + this.nanoseconds / 1e9
  }

  /** Forgets the last frame and points at the next one. */
  reset(frame: Frame): void {
    this.kind = 'none'
    // Written when they change only: a pointer's write costs as much as ten numbers.
    if (this.view !== frame.view) {
      this.buffer = frame.buffer
      this.view = frame.view
    }
    this.end = frame.start + frame.capturedLength
    this.wireEnd = frame.start + frame.originalLength
    this.frameNumber = frame.frameNumber
    this.seconds = frame.seconds
    this.nanoseconds = frame.nanoseconds
    this.interfaceIndex = frame.interfaceIndex
    this.linkType = frame.linkType
    this.originalLength = frame.originalLength
    this.capturedLength = frame.capturedLength
    this.unknown = ''
    this.sourceMac = ABSENT
    this.destinationMac = ABSENT
    this.vlan = ABSENT
    this.innerVlan = ABSENT
    this.ipVersion = 0
    this.moreFragments = false
    this.fragmentOffset = 0
    this.quotedIpVersion = 0
    this.neighborOperation = 0
    this.nextSubframe = ABSENT
    this.outerCount = 0
    this.tunnels = 0
    this.tags = 0
  }

  /** The layer at hand ends at `wireEnd`: what follows is padding or a trailer. */
  limit(wireEnd: number): void {
    if (wireEnd < this.wireEnd) this.wireEnd = wireEnd
    if (this.wireEnd < this.end) this.end = this.wireEnd
  }

  /** Bytes that the file holds from `offset` on. */
  has(offset: number, bytes: number): boolean {
    return offset + bytes <= this.end
  }

  /** Gives up on this frame: not an error, but counted. */
  stop(why: string): false {
    this.kind = 'none'
    this.unknown = why
    return false
  }
}
