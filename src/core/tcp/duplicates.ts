import { ABSENT, FIN, type Packet, SYN } from '../packet/packet.ts'
import { CAPTURE_DUPLICATES, IP_ID_EQUAL, PACKETS, RECENT, RECENT_PACKETS, RECENT_WORDS } from './live-layout.ts'

/**
 * How long after a packet a second copy of it may still be the capture's doing, in microseconds. A retransmission carries a new IP-ID
 * on most stacks, and comes a round trip or 200 ms later at the earliest (RFC 6298 §2.4 and practice); a mirror port's copy
 * comes when the other port forwards it.
 */
const SAME_ID = 200_000
const OTHER_PATH = 50_000
const SAME_PATH = 500

/** A number that equal packets share: TCP's checksum stands for header, options and payload; IP-ID tells retransmissions apart. */
export function fingerprint(packet: Packet): number {
  const { view, transportStart } = packet
  const checksum = transportStart + 18 <= packet.end ? view.getUint16(transportStart + 16) : 0
  let h = Math.imul(view.getInt32(transportStart + 4), 0x9e3779b1) ^ Math.imul(view.getInt32(transportStart + 8), 0x85ebca6b)
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

/** Microseconds modulo 2^32, for differences of moments that are near each other. */
// 0.001 is a little above a thousandth, and nanoseconds stay below 2^30: no product falls below the whole number it should reach.
export const wrappedMicros = (packet: Packet): number => (Math.imul(packet.seconds, 1_000_000) + ((packet.nanoseconds * 0.001) | 0)) | 0

/** Puts a packet, which was counted already, among the side's latest ones. */
export function remember(words: Int32Array, side: number, key: number, path: number, micros: number): void {
  const ordinal = (words[side + PACKETS] as number) - 1
  const at = side + RECENT + (ordinal & (RECENT_PACKETS - 1)) * RECENT_WORDS
  words[at] = key
  words[at + 1] = path
  words[at + 2] = micros
}

/**
 * Whether the packet is a second copy of one of the side's latest. Ask before `remember`. Where no IP-ID tells copies from packets
 * sent again, and they came the same way, equal acknowledgements and resets in a row are normal: those count as copies only where
 * a third of what the side sent was copied.
 */
export function isCaptureDuplicate(words: Int32Array, side: number, packet: Packet, key: number, path: number, micros: number): boolean {
  const copied = words[side + CAPTURE_DUPLICATES] as number
  const packets = words[side + PACKETS] as number
  const tellingId = packet.ipId > 0 && (words[side + IP_ID_EQUAL] as number) <= copied + 1
  const isRepeatable = packet.payloadLength === 0 && (packet.flags & (SYN | FIN)) === 0
  const start = side + RECENT
  const end = start + Math.min(packets - 1, RECENT_PACKETS) * RECENT_WORDS
  for (let at = start; at < end; at += RECENT_WORDS) {
    if (words[at] !== key) continue
    const samePath = words[at + 1] === path
    if (isRepeatable && samePath && !tellingId && 3 * copied < packets) continue
    const apart = (micros - (words[at + 2] as number)) | 0
    const limit = tellingId ? SAME_ID : samePath ? SAME_PATH : OTHER_PATH
    if (apart >= 0 && apart <= limit) return true
  }
  return false
}
