import { ABSENT, FIN, type Packet, SYN } from '../packet/packet.ts'
import { type LiveSide, RECENT_PACKETS } from './live-connection.ts'

/**
 * How long after a packet a second copy of it may still be the capture's doing, in seconds. A retransmission carries a new IP-ID
 * on most stacks, and comes a round trip or 200 ms later at the earliest (RFC 6298 §2.4 and practice); a mirror port's copy
 * comes when the other port forwards it.
 */
const SAME_ID = 0.2
const OTHER_PATH = 0.05
const SAME_PATH = 0.0005

/** A number that equal packets share: TCP's checksum stands for header, options and payload; IP-ID tells retransmissions apart. */
export function fingerprint(packet: Packet): number {
  const checksumAt = packet.transportStart + 16
  const checksum = packet.has(checksumAt, 2) ? packet.view.getUint16(checksumAt) : 0
  let h = Math.imul(packet.seq, 0x9e3779b1) ^ Math.imul(packet.ack, 0x85ebca6b)
  h ^= Math.imul((checksum << 16) | (packet.ipId & 0xffff), 0xc2b2ae35)
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ (packet.payloadLength << 8) ^ packet.flags
}

/** A number for the way a packet came: TTL, link addresses, VLAN, interface. */
export function pathOf(packet: Packet): number {
  let h = (packet.ttl << 24) ^ (packet.vlan << 8) ^ (packet.innerVlan << 4) ^ packet.interfaceIndex
  if (packet.sourceMac !== ABSENT) h ^= Math.imul(packet.view.getInt32(packet.sourceMac + 2), 0x9e3779b1)
  if (packet.destinationMac !== ABSENT) h ^= Math.imul(packet.view.getInt32(packet.destinationMac + 2), 0x85ebca6b)
  return h | 0
}

/** Puts a packet among the side's latest ones. */
export function remember(side: LiveSide, key: number, path: number, at: number): void {
  const place = side.recentNext
  if (place === side.recentKeys.length) {
    side.recentKeys.push(key)
    side.recentPaths.push(path)
    side.recentTimes.push(at)
  } else {
    side.recentKeys[place] = key
    side.recentPaths[place] = path
    side.recentTimes[place] = at
  }
  side.recentNext = (place + 1) % RECENT_PACKETS
}

/**
 * Whether the packet is a second copy of one of the side's latest. Ask before `remember`. Where no IP-ID tells copies from packets
 * sent again, and they came the same way, equal acknowledgements and resets in a row are normal: those count as copies only where
 * a third of what the side sent was copied.
 */
export function isCaptureDuplicate(side: LiveSide, packet: Packet, key: number, path: number, at: number): boolean {
  const tellingId = packet.ipId > 0 && side.ipIdEqual <= side.captureDuplicates + 1
  const isRepeatable = packet.payloadLength === 0 && (packet.flags & (SYN | FIN)) === 0
  for (let i = 0; i < side.recentKeys.length; i++) {
    if (side.recentKeys[i] !== key) continue
    const samePath = side.recentPaths[i] === path
    if (isRepeatable && samePath && !tellingId && 3 * side.captureDuplicates < side.packets) continue
    const apart = at - (side.recentTimes[i] ?? 0)
    const limit = tellingId ? SAME_ID : samePath ? SAME_PATH : OTHER_PATH
    if (apart >= 0 && apart <= limit) return true
  }
  return false
}
