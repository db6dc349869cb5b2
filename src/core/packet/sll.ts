import { decodeEtherType } from './ethernet.ts'
import { ABSENT, type Packet } from './packet.ts'

/** Linux cooked capture v1 (LINKTYPE_LINUX_SLL): 16 bytes. It holds the sender's link address only. */
export function decodeSll(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 16)) return packet.stop('truncated cooked header')
  packet.sourceMac = packet.view.getUint16(offset + 4) === 6 ? offset + 6 : ABSENT
  return decodeEtherType(packet, packet.view.getUint16(offset + 14), offset + 16)
}

/** Linux cooked capture v2 (LINKTYPE_LINUX_SLL2): 20 bytes, protocol first. */
export function decodeSll2(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 20)) return packet.stop('truncated cooked header')
  packet.sourceMac = packet.view.getUint8(offset + 11) === 6 ? offset + 12 : ABSENT
  return decodeEtherType(packet, packet.view.getUint16(offset), offset + 20)
}
