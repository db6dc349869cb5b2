import type { Packet } from '../packet/packet.ts'
import { noteIpId, noteMac, noteTtl } from './baselines.ts'
import { HISTORY } from './history.ts'
import { bump, type LiveConnections } from './live-connections.ts'
import { A_SIDE, B_SIDE, BYTES, FIRST_AT, LAST_AT, LAST_FRAME, PACKETS } from './live-layout.ts'

/** Follows one UDP datagram of a flow in its rich form. */
export function followDatagram(live: LiveConnections, connection: number, fromB: boolean, packet: Packet, at: number): void {
  const { words, doubles } = live
  const own = connection + (fromB ? B_SIDE : A_SIDE)
  const ownDoubles = own >> 1
  if (words[own + PACKETS] === 0) {
    doubles[ownDoubles + FIRST_AT] = at
    live.addLetter(connection, HISTORY.data, fromB, false)
  }
  bump(words, own + PACKETS)
  doubles[ownDoubles + BYTES] = (doubles[ownDoubles + BYTES] as number) + packet.payloadLength
  doubles[ownDoubles + LAST_AT] = at
  words[connection + LAST_FRAME] = packet.frameNumber
  noteTtl(live, own, packet.ttl)
  noteIpId(words, own, packet.ipId)
  noteMac(words, own, packet)
}
