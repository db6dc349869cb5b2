import { decodeEtherType, decodeMpls } from './ethernet.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import type { Packet } from './packet.ts'

/** PPP, with or without HDLC's address and control bytes, and with a compressed protocol field (RFC 1661 §2, §6.5, RFC 1662 §3.1). */
export function decodePpp(packet: Packet, offset: number): boolean {
  let at = offset
  if (packet.has(at, 2) && packet.view.getUint16(at) === 0xff03) at += 2
  if (!packet.has(at, 2)) return packet.stop('truncated PPP header')
  const first = packet.view.getUint8(at)
  const compressed = (first & 1) === 1
  const protocol = compressed ? first : packet.view.getUint16(at)
  at += compressed ? 1 : 2
  if (protocol === 0x0021) return decodeIpv4(packet, at)
  if (protocol === 0x0057) return decodeIpv6(packet, at)
  if (protocol === 0x0281 || protocol === 0x0283) return decodeMpls(packet, at)
  return packet.stop(`PPP protocol 0x${protocol.toString(16).padStart(4, '0')}`)
}

/** LINKTYPE_PPP_ETHER: a PPPoE header without Ethernet in front. */
export function decodePppEther(packet: Packet, offset: number): boolean {
  return decodePpp(packet, offset + 6)
}

/** LINKTYPE_PPP_WITH_DIR: one byte of direction in front. */
export function decodePppWithDirection(packet: Packet, offset: number): boolean {
  return decodePpp(packet, offset + 1)
}

/** Cisco HDLC: address, control, EtherType. Link type 50 files may hold it too, but those start with 0xff03. */
export function decodeCiscoHdlc(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 4)) return packet.stop('truncated HDLC header')
  return decodeEtherType(packet, packet.view.getUint16(offset + 2), offset + 4)
}
