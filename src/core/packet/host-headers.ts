import { decodeEthernet, decodeEtherType, decodeLlc } from './ethernet.ts'
import { decodeIp } from './ip.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import type { Packet } from './packet.ts'

/** Address families of BSD loopback headers: IPv4 is 2 everywhere, IPv6 is 24 (NetBSD, OpenBSD), 28 (FreeBSD), 30 (macOS), 10 (Linux). */
const IPV6_FAMILIES = new Set([10, 24, 28, 30])

/** BSD loopback (LINKTYPE_NULL): four bytes of address family in the writer's byte order; LINKTYPE_LOOP the same in network order. */
export function decodeLoopback(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated loopback header')
  const little = packet.view.getUint32(offset, true)
  const family = little > 0xffff ? packet.view.getUint32(offset) : little
  // Some systems write an EtherType in the lower half instead.
  if (family > 0xffff) return decodeEtherType(packet, family & 0xffff, offset + 4)
  return decodeFamily(packet, family, offset + 4)
}

function decodeFamily(packet: Packet, family: number, offset: number): boolean {
  if (family === 2) return decodeIpv4(packet, offset)
  if (IPV6_FAMILIES.has(family)) return decodeIpv6(packet, offset)
  return packet.stop(`address family ${family}`)
}

/** NFLOG (LINKTYPE_NFLOG): family, then TLVs in the host's byte order; type 9 is the packet. */
export function decodeNflog(packet: Packet, offset: number): boolean {
  let at = offset + 4
  while (packet.has(at, 4)) {
    const length = packet.view.getUint16(at, true)
    if (length < 4) return packet.stop('damaged NFLOG attribute')
    if ((packet.view.getUint16(at + 2, true) & 0x7fff) === 9) return decodeIp(packet, at + 4)
    at += (length + 3) & ~3
  }
  return packet.stop('NFLOG without a packet')
}

/** Apple's PKTAP (LINKTYPE_PKTAP): header length, record type, then the link type of the frame behind it, little-endian. */
export function decodePktap(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 12)) return packet.stop('truncated PKTAP header')
  const length = packet.view.getUint32(offset, true)
  const linkType = packet.view.getUint32(offset + 8, true)
  if (length < 12 || !packet.has(offset, length)) return packet.stop('damaged PKTAP header')
  if (linkType === 1) return decodeEthernet(packet, offset + length)
  if (linkType === 0 || linkType === 108) return decodeLoopback(packet, offset + length)
  if (linkType === 12 || linkType === 14 || linkType === 101) return decodeIp(packet, offset + length)
  return packet.stop(`PKTAP with link type ${linkType}`)
}

/** OpenBSD's pf log (LINKTYPE_PFLOG): header length at byte 0 (padded to 4), address family at byte 1. */
export function decodePflog(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated pflog header')
  const length = (packet.view.getUint8(offset) + 3) & ~3
  return decodeFamily(packet, packet.view.getUint8(offset + 1), offset + length)
}

/** OpenBSD's enc(4) (LINKTYPE_ENC): family, SPI and flags, twelve bytes. */
export function decodeEnc(packet: Packet, offset: number): boolean {
  return packet.has(offset, 12) ? decodeIp(packet, offset + 12) : packet.stop('truncated enc header')
}

/** FDDI: frame control and two addresses, then LLC. */
export function decodeFddi(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 13)) return packet.stop('truncated FDDI header')
  packet.destinationMac = offset + 1
  packet.sourceMac = offset + 7
  return decodeLlc(packet, offset + 13)
}

/** Token Ring: access and frame control, two addresses, source routing when the source address's top bit is set, then LLC. */
export function decodeTokenRing(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 16)) return packet.stop('truncated Token Ring header')
  const isRouted = (packet.view.getUint8(offset + 8) & 0x80) !== 0
  const routing = isRouted ? packet.view.getUint8(offset + 14) & 31 : 0
  return decodeLlc(packet, offset + 14 + routing)
}

/** Solaris ipnet (LINKTYPE_IPNET): 24 bytes, family at byte 1 (2 or 26). */
export function decodeIpnet(packet: Packet, offset: number): boolean {
  return packet.has(offset, 24) ? decodeIp(packet, offset + 24) : packet.stop('truncated ipnet header')
}

/** Frame relay with an EtherType-less header (RFC 2427): two address bytes, control 3, then an NLPID; 0xcc is IPv4, 0x8e IPv6. */
export function decodeFrameRelay(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated frame relay header')
  const nlpid = packet.view.getUint8(offset + 3)
  if (packet.view.getUint8(offset + 2) !== 3) return decodeEtherType(packet, packet.view.getUint16(offset + 2), offset + 4)
  if (nlpid === 0xcc) return decodeIpv4(packet, offset + 4)
  return nlpid === 0x8e ? decodeIpv6(packet, offset + 4) : packet.stop(`frame relay NLPID ${nlpid}`)
}

/** Classical IP over ATM, as Linux writes it (LINKTYPE_ATM_CLIP and RFC 1483): LLC/SNAP, or raw IP. */
export function decodeLlcOrIp(packet: Packet, offset: number): boolean {
  if (packet.has(offset, 8) && packet.view.getUint16(offset) === 0xaaaa) return decodeLlc(packet, offset)
  return decodeIp(packet, offset)
}

/** Marvell's switch tag (LINKTYPE_DSA_TAG_DSA, …_EDSA) between the addresses and the EtherType: 4 or 8 bytes. */
export function decodeTagged(tagBytes: number): (packet: Packet, offset: number) => boolean {
  return (packet, offset) => {
    if (!packet.has(offset, 14 + tagBytes)) return packet.stop('truncated switch tag')
    packet.destinationMac = offset
    packet.sourceMac = offset + 6
    return decodeEtherType(packet, packet.view.getUint16(offset + 12 + tagBytes), offset + 14 + tagBytes)
  }
}
