import type { Packet } from './packet.ts'

/** ARP over Ethernet for IPv4 (RFC 826). */
export function decodeArp(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 28)) return packet.stop('truncated ARP')
  const { view } = packet
  // Hardware type is not looked at: Ethernet, 802 and loopback write the same layout when addresses are 6 bytes.
  if (view.getUint16(offset + 2) !== 0x0800 || view.getUint16(offset + 4) !== 0x0604) return packet.stop('ARP of another protocol')
  packet.kind = 'arp'
  packet.neighborOperation = view.getUint16(offset + 6)
  packet.neighborMac = offset + 8
  packet.neighborSender = offset + 14
  packet.neighborTarget = offset + 24
  return true
}

/** Neighbour solicitation and advertisement (RFC 4861 §4.3, §4.4) behind the ICMPv6 header at `offset`. */
export function decodeNeighborDiscovery(packet: Packet, offset: number, type: number): boolean {
  if (!packet.has(offset, 24)) return packet.stop('truncated neighbour discovery')
  packet.kind = 'nd'
  packet.neighborOperation = type === 135 ? 1 : 2
  packet.neighborSender = packet.source
  packet.neighborTarget = offset + 8
  // Option 1 is the source's link address (solicitation), 2 the target's (advertisement); without one the frame's own.
  const wanted = type === 135 ? 1 : 2
  packet.neighborMac = packet.sourceMac
  for (let at = offset + 24; packet.has(at, 8); ) {
    const units = packet.view.getUint8(at + 1)
    if (packet.view.getUint8(at) === wanted && units === 1) packet.neighborMac = at + 2
    if (units === 0) break
    at += units << 3
  }
  return true
}
