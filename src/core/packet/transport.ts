import { decodeIcmp, decodeIcmpv6 } from './icmp.ts'
import type { Packet } from './packet.ts'
import { decodeTcp } from './tcp.ts'
import { decodeAuthenticated, decodeEtherIp, decodeGre, decodeIpInIp } from './tunnels.ts'
import { decodeUdp } from './udp.ts'

/**
 * What an IP datagram carries, by protocol number.
 *
 * @param length bytes of it on the wire
 */
export function decodeTransport(packet: Packet, protocol: number, offset: number, length: number): boolean {
  packet.transportStart = offset
  if (packet.fragmentOffset > 0) {
    packet.kind = 'fragment'
    return true
  }
  switch (protocol) {
    case 6:
      return decodeTcp(packet, offset, length)
    case 17:
      return decodeUdp(packet, offset, length)
    case 1:
      return decodeIcmp(packet, offset)
    case 58:
      return decodeIcmpv6(packet, offset)
    case 4:
    case 41:
      return decodeIpInIp(packet, offset)
    case 47:
      return decodeGre(packet, offset)
    case 51:
      return decodeAuthenticated(packet, offset, length)
    case 97:
      return decodeEtherIp(packet, offset)
    default:
      packet.kind = 'other'
      return true
  }
}
