import { MAX_TUNNELS } from './decoder.ts'
import { decodeEthernet, decodeEtherType } from './ethernet.ts'
import { decodeIp } from './ip.ts'
import { Packet } from './packet.ts'
import { decodePpp } from './ppp.ts'
import { decodeTransport } from './transport.ts'
import { decodeWifi } from './wireless.ts'

const VXLAN = 4789
const VXLAN_LINUX = 8472
const VXLAN_GPE = 4790
const GENEVE = 6081

export function isTunnelPort(port: number): boolean {
  return port === VXLAN || port === GENEVE || port === VXLAN_LINUX || port === VXLAN_GPE
}

function enter(packet: Packet): boolean {
  packet.passedNetworks[packet.tunnels] = packet.networkStart
  packet.passedMacs[packet.tunnels] = packet.sourceMac
  if (++packet.tunnels <= MAX_TUNNELS) return true
  return packet.stop('too many tunnels')
}

/** IPv4 or IPv6 in either (RFC 2003, RFC 4213). */
export function decodeIpInIp(packet: Packet, offset: number): boolean {
  return enter(packet) && decodeIp(packet, offset)
}

/** EtherIP: 2 bytes, then a frame (RFC 3378). */
export function decodeEtherIp(packet: Packet, offset: number): boolean {
  return enter(packet) && decodeEthernet(packet, offset + 2)
}

/** Authentication header (RFC 4302 §2): what it protects is in clear. */
export function decodeAuthenticated(packet: Packet, offset: number, length: number): boolean {
  if (!packet.has(offset, 12)) return packet.stop('truncated AH')
  const header = (packet.view.getUint8(offset + 1) + 2) << 2
  if (header > length) return packet.stop('AH longer than its datagram')
  packet.protocol = packet.view.getUint8(offset)
  return enter(packet) && decodeTransport(packet, packet.protocol, offset + header, length - header)
}

/** GRE versions 0 (RFC 2784, RFC 2890) and 1 (PPTP, RFC 2637), with what Cisco ERSPAN and Aruba carry in them. */
export function decodeGre(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated GRE header')
  if (!enter(packet)) return false
  const flags = packet.view.getUint16(offset)
  const type = packet.view.getUint16(offset + 2)
  const version = flags & 7
  let length = 4
  if (flags & 0x8000 || flags & 0x4000) length += 4 // checksum and offset
  if (flags & 0x2000) length += 4 // key
  const hasSequence = (flags & 0x1000) !== 0
  if (hasSequence) length += 4
  if (version === 1 && flags & 0x0080) length += 4 // acknowledgement
  const inner = offset + length
  if (type === 0x880b) return decodePpp(packet, inner)
  // ERSPAN: type I has no sequence number and no header of its own, type II 8 bytes, type III 12 and perhaps 8 more (draft-foschiano-erspan).
  if (type === 0x88be) return decodeEthernet(packet, hasSequence ? inner + 8 : inner)
  if (type === 0x22eb) return decodeErspan3(packet, inner)
  // Aruba's access points send 802.11 frames to their controller under types of their own.
  if ((type & 0xff00) === 0x8200 || type === 0x9000) return decodeWifi(packet, inner)
  if (type === 0 && packet.has(inner, 1)) return decodeIp(packet, inner)
  return decodeEtherType(packet, type, inner)
}

function decodeErspan3(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 12)) return packet.stop('truncated ERSPAN header')
  const hasPlatformHeader = (packet.view.getUint8(offset + 11) & 1) !== 0
  return decodeEthernet(packet, offset + (hasPlatformHeader ? 20 : 12))
}

/** VXLAN (RFC 7348, and its GPE with a next protocol) or Geneve (RFC 8926) in the UDP datagram just decoded, which stays in `outers`. What is neither stays UDP. */
export function decodeUdpTunnel(packet: Packet): boolean {
  const at = packet.payloadStart
  if (packet.moreFragments || !packet.has(at, 8)) return true
  const { view } = packet
  const port = packet.destinationPort
  const isGeneve = port === GENEVE
  if (isGeneve ? view.getUint8(at) >> 6 !== 0 : (view.getUint8(at) & 8) === 0 || view.getUint8(at + 7) !== 0) return true
  const outer = keepOuter(packet)
  if (!enter(packet)) return false
  const isUnderstood = isGeneve
    ? decodeEtherType(packet, view.getUint16(at + 2), at + 8 + ((view.getUint8(at) & 63) << 2))
    : port === VXLAN_GPE && view.getUint8(at) & 4 && view.getUint8(at + 3) < 3
      ? decodeIp(packet, at + 8)
      : decodeEthernet(packet, at + 8)
  if (!isUnderstood) restore(packet, outer)
  return true
}

/** Copies the datagram decoded so far into the list of outer ones. */
function keepOuter(packet: Packet): Packet {
  let outer = packet.outers[packet.outerCount]
  if (outer === undefined) {
    outer = new Packet()
    packet.outers.push(outer)
  }
  copyFlow(packet, outer)
  packet.outerCount++
  return outer
}

/** The inside was not understood: the frame counts as the outer datagram. */
function restore(packet: Packet, outer: Packet): void {
  copyFlow(outer, packet)
  packet.outerCount--
}

function copyFlow(from: Packet, to: Packet): void {
  to.kind = from.kind
  to.buffer = from.buffer
  to.view = from.view
  to.end = from.end
  to.wireEnd = from.wireEnd
  to.frameNumber = from.frameNumber
  to.seconds = from.seconds
  to.nanoseconds = from.nanoseconds
  to.interfaceIndex = from.interfaceIndex
  to.linkType = from.linkType
  to.originalLength = from.originalLength
  to.capturedLength = from.capturedLength
  to.unknown = from.unknown
  to.sourceMac = from.sourceMac
  to.destinationMac = from.destinationMac
  to.vlan = from.vlan
  to.innerVlan = from.innerVlan
  to.ipVersion = from.ipVersion
  to.networkStart = from.networkStart
  to.networkHeaderLength = from.networkHeaderLength
  to.source = from.source
  to.destination = from.destination
  to.protocol = from.protocol
  to.ttl = from.ttl
  to.ipId = from.ipId
  to.dontFragment = from.dontFragment
  to.moreFragments = from.moreFragments
  to.fragmentOffset = from.fragmentOffset
  to.datagramLength = from.datagramLength
  to.transportStart = from.transportStart
  to.sourcePort = from.sourcePort
  to.destinationPort = from.destinationPort
  to.payloadStart = from.payloadStart
  to.payloadLength = from.payloadLength
  to.payloadCaptured = from.payloadCaptured
  to.headerLength = from.headerLength
}
