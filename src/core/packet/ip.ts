import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import type { Packet } from './packet.ts'

/** An IP datagram whose version only its first nibble tells (raw IP link types, tunnels without a type field). */
export function decodeIp(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 1)) return packet.stop('empty IP datagram')
  const version = packet.view.getUint8(offset) >> 4
  if (version === 4) return decodeIpv4(packet, offset)
  if (version === 6) return decodeIpv6(packet, offset)
  return packet.stop(`IP version ${version}`)
}
