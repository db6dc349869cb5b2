import { decodeArp } from './arp.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import { ABSENT, type Packet } from './packet.ts'
import { decodePpp } from './ppp.ts'

const HEADER = 14
/** More tags, or FabricPath headers, are an attack or damage. */
const MAX_TAGS = 8
/** Below this the field is an IEEE 802.3 length, above an EtherType (IEEE 802.3 §3.2.6). */
const FIRST_ETHERTYPE = 0x600

/** Ethernet II or 802.3 from its destination address on. */
export function decodeEthernet(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, HEADER)) return packet.stop('truncated Ethernet header')
  packet.destinationMac = offset
  packet.sourceMac = offset + 6
  const type = packet.view.getUint16(offset + 12)
  return type === 0x0800 ? decodeIpv4(packet, offset + HEADER) : decodeEtherType(packet, type, offset + HEADER)
}

/** What stands behind an EtherType; `offset` is the first byte after the type. */
export function decodeEtherType(packet: Packet, type: number, offset: number): boolean {
  switch (type) {
    case 0x0800:
      return decodeIpv4(packet, offset)
    case 0x86dd:
      return decodeIpv6(packet, offset)
    case 0x0806:
      return decodeArp(packet, offset)
    case 0x8100: // 802.1Q
    case 0x88a8: // 802.1ad
    case 0x9100: // QinQ before 802.1ad
    case 0x9200:
      return decodeVlan(packet, offset)
    case 0x8847:
    case 0x8848:
      return decodeMpls(packet, offset)
    case 0x8864:
      return decodePppoe(packet, offset)
    case 0x8903:
      return decodeFabricPath(packet, offset)
    case 0x6558: // transparent Ethernet bridging
      return decodeEthernet(packet, offset)
    default:
      if (type < FIRST_ETHERTYPE) return decodeLlc(packet, offset)
      return packet.stop(`ethertype 0x${type.toString(16).padStart(4, '0')}`)
  }
}

/** VLAN tag: 12 bits of id, then the next EtherType (IEEE 802.1Q §9.6). */
function decodeVlan(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated VLAN tag')
  const id = packet.view.getUint16(offset) & 0xfff
  if (packet.vlan === ABSENT) packet.vlan = id
  else packet.innerVlan = id
  if (++packet.tags > MAX_TAGS) return packet.stop('too many VLAN tags')
  return decodeEtherType(packet, packet.view.getUint16(offset + 2), offset + 4)
}

/** MPLS label stack (RFC 3032 §2.1). What it carries is not named: the first nibble tells IPv4, IPv6, or a pseudo-wire (RFC 4928). */
export function decodeMpls(packet: Packet, offset: number): boolean {
  let at = offset
  for (;;) {
    if (!packet.has(at, 4)) return packet.stop('truncated MPLS label')
    const bottom = packet.view.getUint8(at + 2) & 1
    at += 4
    if (bottom) break
  }
  if (!packet.has(at, 1)) return packet.stop('truncated MPLS payload')
  const nibble = packet.view.getUint8(at) >> 4
  if (nibble === 4) return decodeIpv4(packet, at)
  if (nibble === 6) return decodeIpv6(packet, at)
  // An Ethernet pseudo-wire, with a control word (first nibble 0, RFC 4385) or without.
  return decodeEthernet(packet, nibble === 0 ? at + 4 : at)
}

/** PPPoE session header, then PPP's protocol field (RFC 2516 §4). */
function decodePppoe(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 8)) return packet.stop('truncated PPPoE header')
  packet.limit(offset + 6 + packet.view.getUint16(offset + 4))
  return decodePpp(packet, offset + 6)
}

/** Cisco FabricPath: 16 bytes of outer header in front of the whole Ethernet frame; its tag (type 0x8903) ends them. */
function decodeFabricPath(packet: Packet, offset: number): boolean {
  if (++packet.tags > MAX_TAGS) return packet.stop('too many FabricPath headers')
  return decodeEthernet(packet, offset + 2)
}

/** LLC/SNAP (IEEE 802.2): SNAP carries an EtherType; everything else is not IP. */
export function decodeLlc(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 8)) return packet.stop('truncated LLC header')
  if (packet.view.getUint16(offset) !== 0xaaaa) return packet.stop('LLC without SNAP')
  return decodeEtherType(packet, packet.view.getUint16(offset + 6), offset + 8)
}
