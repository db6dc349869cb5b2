import type { Packet } from '../packet/packet.ts'
import { noteIpId, noteMac, noteTtl } from './baselines.ts'
import { HISTORY } from './history.ts'
import type { LiveConnection } from './live-connection.ts'

/** Follows one UDP datagram of a flow in its rich form. */
export function followDatagram(live: LiveConnection, fromB: boolean, packet: Packet, at: number): void {
  const own = fromB ? live.b : live.a
  if (own.packets++ === 0) {
    own.firstAt = at
    live.addLetter(HISTORY.data + (fromB ? 1 : 0))
  }
  own.bytes += packet.payloadLength
  own.lastAt = at
  live.lastFrame = packet.frameNumber
  noteTtl(own, packet.ttl)
  noteIpId(own, packet.ipId)
  noteMac(own, packet)
}
