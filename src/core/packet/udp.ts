import type { Packet } from './packet.ts'
import { setPayload } from './tcp.ts'
import { decodeUdpTunnel, isTunnelPort } from './tunnels.ts'

const HEADER = 8

/** UDP header (RFC 768); the tunnels it carries are told by their registered ports. */
export function decodeUdp(packet: Packet, offset: number, length: number): boolean {
  if (!packet.has(offset, HEADER)) return packet.stop('truncated UDP header')
  const { view } = packet
  packet.sourcePort = view.getUint16(offset)
  packet.destinationPort = view.getUint16(offset + 2)
  const said = view.getUint16(offset + 4)
  packet.kind = 'udp'
  packet.headerLength = HEADER
  // In a first fragment, and in a jumbogram (0), the header speaks of more than this datagram holds.
  const whole = said < HEADER || said > length ? length : said
  setPayload(packet, offset + HEADER, Math.max(0, whole - HEADER))
  return isTunnelPort(packet.destinationPort) ? decodeUdpTunnel(packet) : true
}
