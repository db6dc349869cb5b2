import type { Packet } from './packet.ts'

const MIN_HEADER = 20
/** Ports, sequence numbers and flags: all that a snapshot length of 68 leaves of a segment in IPv6. */
const LEAST_CAPTURED = 14

/**
 * TCP header (RFC 9293 §3.1). Needs its first 14 bytes; a window that was cut off reads as 65,535, which is neither closed nor full, and
 * options may be cut off.
 */
export function decodeTcp(packet: Packet, offset: number, length: number): boolean {
  if (!packet.has(offset, LEAST_CAPTURED)) return packet.stop('truncated TCP header')
  const { view } = packet
  const ports = view.getUint32(offset)
  packet.sourcePort = ports >>> 16
  packet.destinationPort = ports & 0xffff
  packet.seq = view.getUint32(offset + 4)
  packet.ack = view.getUint32(offset + 8)
  const offsetAndFlags = view.getUint16(offset + 12)
  const headerLength = (offsetAndFlags >> 12) << 2
  if (headerLength < MIN_HEADER || headerLength > length) return packet.stop('impossible TCP header length')
  packet.headerLength = headerLength
  packet.flags = offsetAndFlags & 0xff
  packet.window = packet.has(offset + 14, 2) ? view.getUint16(offset + 14) : 0xffff
  packet.kind = 'tcp'
  setPayload(packet, offset + headerLength, length - headerLength)
  return true
}

/** The payload at `offset`, `length` bytes on the wire, as far as it was captured. */
export function setPayload(packet: Packet, offset: number, length: number): void {
  packet.payloadStart = offset
  packet.payloadLength = length
  const captured = packet.end - offset
  packet.payloadCaptured = Math.max(0, Math.min(captured, length))
}
