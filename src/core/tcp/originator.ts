import { ACK, type Packet, SYN } from '../packet/packet.ts'
import { serviceSide } from './service-ports.ts'

/** How the originator is chosen (index of ORIGINATOR_BY), and whether it is the receiver of this first packet. */
export function originatorOf(packet: Packet): readonly [number, boolean] {
  if (packet.kind === 'tcp' && packet.flags & SYN) return [0, (packet.flags & ACK) !== 0]
  // What is sent to many has no other side that could have begun.
  if (packet.kind === 'udp' && isToMany(packet)) return [2, false]
  const owner = serviceSide(packet.sourcePort, packet.destinationPort)
  return owner === 'neither' ? [2, false] : [1, owner === 'first']
}

/** Multicast, or the limited broadcast address. */
function isToMany(packet: Packet): boolean {
  const first = packet.view.getUint8(packet.destination)
  return packet.ipVersion === 6 ? first === 0xff : first >= 224 && (first < 240 || packet.view.getUint32(packet.destination) === 0xffffffff)
}
