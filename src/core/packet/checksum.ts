import type { Packet } from './packet.ts'

/**
 * - `ok`, `bad`: computed over the whole segment
 * - `offloaded`: wrong, but what a stack leaves for its network card to finish: the pseudo-header's sum alone, or zero
 * - `absent`: UDP without a checksum
 * - `unknown`: bytes are missing (snapped or a fragment), or the transport has none
 */
export type ChecksumStatus = 'ok' | 'bad' | 'offloaded' | 'absent' | 'unknown'

/** Checksum of the innermost TCP or UDP segment (RFC 1071; RFC 8200 §8.1 for the IPv6 pseudo-header). */
export function transportChecksum(packet: Packet): ChecksumStatus {
  if (packet.kind !== 'tcp' && packet.kind !== 'udp') return 'unknown'
  const length = packet.datagramLength - (packet.transportStart - packet.networkStart)
  const isWhole = !packet.moreFragments && !isTrimmed(packet) && packet.transportStart + length <= packet.end
  const field = packet.transportStart + (packet.kind === 'tcp' ? 16 : 6)
  if (!isWhole || field + 2 > packet.end) return 'unknown'
  const stored = packet.view.getUint16(field)
  if (packet.kind === 'udp' && stored === 0) return 'absent'
  const pseudo = pseudoHeaderSum(packet, length)
  if (fold(pseudo + sum(packet, packet.transportStart, packet.transportStart + length)) === 0xffff) return 'ok'
  const isSeed = stored === fold(pseudo) || stored === (fold(pseudo) ^ 0xffff) || stored === 0
  return isSeed ? 'offloaded' : 'bad'
}

/** The IP header promises more than the layer below carried. */
function isTrimmed(packet: Packet): boolean {
  const at = packet.networkStart
  const said = packet.ipVersion === 4 ? packet.view.getUint16(at + 2) : 40 + packet.view.getUint16(at + 4)
  return said > packet.datagramLength
}

/** IPv4 header checksum: `unknown` for IPv6, which has none. */
export function headerChecksum(packet: Packet): 'ok' | 'bad' | 'offloaded' | 'unknown' {
  if (packet.ipVersion !== 4 || packet.networkStart + packet.networkHeaderLength > packet.end) return 'unknown'
  if (fold(sum(packet, packet.networkStart, packet.networkStart + packet.networkHeaderLength)) === 0xffff) return 'ok'
  return packet.view.getUint16(packet.networkStart + 10) === 0 ? 'offloaded' : 'bad'
}

function pseudoHeaderSum(packet: Packet, length: number): number {
  const addresses = packet.ipVersion === 4 ? ipv4Sum(packet) : sum(packet, packet.source, packet.source + 32)
  return addresses + packet.protocol + (length & 0xffff) + (length >>> 16)
}

/** Source and destination lie side by side. */
function ipv4Sum({ view, source }: Packet): number {
  return view.getUint16(source) + view.getUint16(source + 2) + view.getUint16(source + 4) + view.getUint16(source + 6)
}

function sum(packet: Packet, from: number, to: number): number {
  const { view } = packet
  let upper = 0
  let lower = 0
  let at = from
  // Four words a turn: a third of the time of one half-word after the other.
  for (; at + 16 <= to; at += 16) {
    const a = view.getInt32(at)
    const b = view.getInt32(at + 4)
    const c = view.getInt32(at + 8)
    const d = view.getInt32(at + 12)
    upper += (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)
    lower += (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff)
  }
  for (; at + 1 < to; at += 2) lower += view.getUint16(at)
  if (at < to) lower += view.getUint8(at) << 8
  return upper + lower
}

function fold(total: number): number {
  let folded = total
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
