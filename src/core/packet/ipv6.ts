import { ABSENT, type Packet } from './packet.ts'
import { decodeTransport } from './transport.ts'

const HEADER = 40
/** A chain of extension headers longer than this is an attack or damage. */
const MAX_EXTENSIONS = 64

/** IPv6 with its extension headers (RFC 8200 §3, §4). */
export function decodeIpv6(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, HEADER)) return packet.stop('truncated IPv6 header')
  const { view } = packet
  if (view.getUint8(offset) >> 4 !== 6) return packet.stop('not an IPv6 header')
  packet.ipVersion = 6
  packet.networkStart = offset
  packet.source = offset + 8
  packet.destination = offset + 24
  packet.ttl = view.getUint8(offset + 7)
  packet.ipId = ABSENT
  packet.dontFragment = true
  packet.moreFragments = false
  packet.fragmentOffset = 0
  const payload = view.getUint16(offset + 4)
  // 0 is a jumbogram (RFC 2675) or BIG TCP: the frame's own length counts.
  if (payload > 0) packet.limit(offset + HEADER + payload)
  const length = packet.wireEnd - offset
  packet.datagramLength = length
  const protocol = view.getUint8(offset + 6)
  if (isExtension(protocol)) return decodeExtensions(packet, protocol, offset, length)
  packet.protocol = protocol
  packet.networkHeaderLength = HEADER
  return decodeTransport(packet, protocol, offset + HEADER, length - HEADER)
}

/** Hop-by-hop, routing, fragment, AH, destination options, mobility, HIP, shim6 (RFC 8200 §4, IANA). */
function isExtension(next: number): boolean {
  return next === 0 || next === 43 || next === 44 || next === 51 || next === 60 || next === 135 || next === 139 || next === 140
}

function decodeExtensions(packet: Packet, first: number, offset: number, length: number): boolean {
  const { view } = packet
  let next = first
  let at = offset + HEADER
  for (let count = 0; isExtension(next); count++) {
    if (count === MAX_EXTENSIONS) return packet.stop('too many IPv6 extension headers')
    if (!packet.has(at, 8)) return packet.stop('truncated IPv6 extension header')
    const size = view.getUint8(at + 1)
    if (next === 44) {
      const fragment = view.getUint16(at + 2)
      packet.fragmentOffset = fragment & 0xfff8
      packet.moreFragments = (fragment & 1) !== 0
      packet.fragmentId = view.getUint32(at + 4)
      packet.dontFragment = false
    }
    const step = next === 44 ? 8 : next === 51 ? (size + 2) << 2 : (size + 1) << 3
    next = view.getUint8(at)
    at += step
    if (packet.fragmentOffset > 0) break
  }
  packet.protocol = next
  packet.networkHeaderLength = at - offset
  if (length < at - offset) return packet.stop('IPv6 payload shorter than its extension headers')
  return decodeTransport(packet, next, at, length - (at - offset))
}
