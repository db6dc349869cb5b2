import type { Packet } from './packet.ts'
import { decodeTransport } from './transport.ts'

const MIN_HEADER = 20

/** IPv4 (RFC 791 §3.1). A total length of 0 is a segmentation-offload frame: the frame's own length counts. */
export function decodeIpv4(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, MIN_HEADER)) return packet.stop('truncated IPv4 header')
  const { view } = packet
  const first = view.getUint8(offset)
  const headerLength = (first & 15) << 2
  if (first >> 4 !== 4 || headerLength < MIN_HEADER) return packet.stop('not an IPv4 header')
  packet.ipVersion = 4
  packet.networkStart = offset
  packet.networkHeaderLength = headerLength
  packet.source = offset + 12
  packet.destination = offset + 16
  packet.ttl = view.getUint8(offset + 8)
  packet.ipId = view.getUint16(offset + 4)
  const fragment = view.getUint16(offset + 6)
  packet.dontFragment = (fragment & 0x4000) !== 0
  packet.moreFragments = (fragment & 0x2000) !== 0
  packet.fragmentOffset = (fragment & 0x1fff) << 3
  const total = view.getUint16(offset + 2)
  if (total > 0) packet.limit(offset + total)
  const length = packet.wireEnd - offset
  packet.datagramLength = length
  if (length < headerLength) return packet.stop('IPv4 total length shorter than its header')
  const protocol = view.getUint8(offset + 9)
  packet.protocol = protocol
  return decodeTransport(packet, protocol, offset + headerLength, length - headerLength)
}
