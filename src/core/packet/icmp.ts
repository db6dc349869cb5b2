import { decodeNeighborDiscovery } from './arp.ts'
import { ABSENT, type Packet } from './packet.ts'

/** ICMP (RFC 792, RFC 1191). Errors quote the header and at least 8 bytes of the packet they are about. */
export function decodeIcmp(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated ICMP')
  const { view } = packet
  const type = view.getUint8(offset)
  packet.kind = 'icmp'
  packet.icmpType = type
  packet.icmpCode = view.getUint8(offset + 1)
  packet.icmpMtu = 0
  const isError = type === 3 || type === 4 || type === 5 || type === 11 || type === 12
  if (!isError || !packet.has(offset, 8)) return true
  if (type === 3 && packet.icmpCode === 4) packet.icmpMtu = view.getUint16(offset + 6)
  quote(packet, offset + 8)
  return true
}

/** ICMPv6 (RFC 4443): types below 128 are errors; 135 and 136 are neighbour discovery. */
export function decodeIcmpv6(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated ICMPv6')
  const { view } = packet
  const type = view.getUint8(offset)
  packet.kind = 'icmp'
  packet.icmpType = type
  packet.icmpCode = view.getUint8(offset + 1)
  packet.icmpMtu = 0
  if (type === 135 || type === 136) return decodeNeighborDiscovery(packet, offset, type)
  if (type >= 128 || !packet.has(offset, 8)) return true
  if (type === 2) packet.icmpMtu = view.getUint32(offset + 4)
  quote(packet, offset + 8)
  return true
}

/** The quoted packet's addresses, ports and sequence number, as far as the quote goes. */
function quote(packet: Packet, offset: number): void {
  const { view } = packet
  if (!packet.has(offset, 20)) return
  const version = view.getUint8(offset) >> 4
  let transport: number
  if (version === 4) {
    packet.quotedIpVersion = 4
    packet.quotedProtocol = view.getUint8(offset + 9)
    packet.quotedSource = offset + 12
    packet.quotedDestination = offset + 16
    transport = offset + ((view.getUint8(offset) & 15) << 2)
  } else if (version === 6 && packet.has(offset, 40)) {
    packet.quotedIpVersion = 6
    packet.quotedProtocol = view.getUint8(offset + 6)
    packet.quotedSource = offset + 8
    packet.quotedDestination = offset + 24
    transport = offset + 40
  } else return
  const hasPorts = (packet.quotedProtocol === 6 || packet.quotedProtocol === 17) && packet.has(transport, 4)
  packet.quotedSourcePort = hasPorts ? view.getUint16(transport) : ABSENT
  packet.quotedDestinationPort = hasPorts ? view.getUint16(transport + 2) : ABSENT
  packet.quotedSeq = packet.quotedProtocol === 6 && packet.has(transport, 8) ? view.getUint32(transport + 4) : ABSENT
}
