import type { Frame } from '../capture/frame.ts'
import { isAddress, parseIp } from '../packet/address.ts'
import { decode, decodeNext } from '../packet/decode.ts'
import { ABSENT, Packet } from '../packet/packet.ts'

/**
 * `scope: peers`: packets to or from the peer's address (in any tunnel that is listed), its ARP and neighbour discovery, ICMP errors
 * that it sends or that quote its packets. Undefined where `peer` is no IP address.
 */
export function peerScope(peer: string): ((frame: Frame) => boolean) | undefined {
  const address = parseIp(peer)
  if (address === undefined) return undefined
  const version = address.length === 4 ? 4 : 6
  const packet = new Packet()
  const isAbout = (): boolean => {
    if (concerns(packet, address, version)) return true
    for (let index = 0; index < packet.outerCount; index++) {
      const outer = packet.outers[index]
      if (outer !== undefined && concerns(outer, address, version)) return true
    }
    return false
  }
  return (frame) => {
    if (decode(frame, packet) && isAbout()) return true
    while (packet.nextSubframe !== ABSENT) if (decodeNext(frame, packet) && isAbout()) return true
    return false
  }
}

function concerns(packet: Packet, address: Uint8Array, version: 4 | 6): boolean {
  const { buffer, kind } = packet
  const is = (offset: number): boolean => offset !== ABSENT && isAddress(buffer, offset, address)
  if (kind === 'arp') return version === 4 && (is(packet.neighborSender) || is(packet.neighborTarget))
  if (packet.ipVersion === version && (is(packet.source) || is(packet.destination))) return true
  if (kind === 'nd') return version === 6 && (is(packet.neighborSender) || is(packet.neighborTarget))
  return kind === 'icmp' && packet.quotedIpVersion === version && (is(packet.quotedSource) || is(packet.quotedDestination))
}
