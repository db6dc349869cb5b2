import { decodeEthernet, decodeLlc } from './ethernet.ts'
import { ABSENT, type Packet } from './packet.ts'

const DATA = 2
const SUBFRAME_HEADER = 14

/** IEEE 802.11 (LINKTYPE_IEEE802_11): data frames that are not encrypted carry LLC/SNAP, or an A-MSDU of several. */
export function decodeWifi(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 24)) return packet.stop('truncated 802.11 header')
  const control = packet.view.getUint16(offset)
  const type = (control >> 10) & 3
  const subtype = control >> 12
  // Bit 2 of the subtype: no data (null function).
  if (type !== DATA || subtype & 4) return packet.stop('802.11 frame without data')
  if (control & 0x40) return packet.stop('encrypted 802.11 frame')
  const toDs = (control & 1) !== 0
  const fromDs = (control & 2) !== 0
  const hasQos = (subtype & 8) !== 0
  let length = toDs && fromDs ? 30 : 24
  packet.destinationMac = toDs ? offset + 16 : offset + 4
  packet.sourceMac = fromDs ? offset + (toDs ? 24 : 16) : offset + 10
  let isAggregate = false
  if (hasQos) {
    if (!packet.has(offset + length, 2)) return packet.stop('truncated 802.11 header')
    isAggregate = (packet.view.getUint8(offset + length) & 0x80) !== 0
    // With the order bit an HT control field follows (IEEE 802.11 §9.2.4.1.10).
    length += control & 0x80 ? 6 : 2
  }
  return isAggregate ? decodeAggregate(packet, offset + length) : decodeLlc(packet, offset + length)
}

/** One frame of an A-MSDU (IEEE 802.11 §9.3.2.2): addresses, length, LLC; padded to a multiple of 4 where another follows. */
export function decodeAggregate(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, SUBFRAME_HEADER)) return packet.stop('truncated A-MSDU')
  const length = SUBFRAME_HEADER + packet.view.getUint16(offset + 12)
  const next = offset + ((length + 3) & ~3)
  // A frame check sequence behind the last frame is too short to be another.
  packet.nextSubframe = packet.has(next, SUBFRAME_HEADER) ? next : ABSENT
  packet.limit(offset + length)
  packet.destinationMac = offset
  packet.sourceMac = offset + 6
  return decodeLlc(packet, offset + SUBFRAME_HEADER)
}

/** Radiotap header in front of an 802.11 frame: its length stands at byte 2, little-endian (radiotap.org). */
export function decodeRadiotap(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 8)) return packet.stop('truncated radiotap header')
  const length = packet.view.getUint16(offset + 2, true)
  const present = packet.view.getUint32(offset + 4, true)
  const padded = isPadded(packet, offset, present)
  return padded ? decodePaddedWifi(packet, offset + length) : decodeWifi(packet, offset + length)
}

/** Flag 0x20 of the radiotap flags field: the 802.11 header is padded to 32 bits. The field comes after TSFT (8 bytes) where that is present. */
function isPadded(packet: Packet, offset: number, present: number): boolean {
  if (!(present & 2)) return false
  let words = 1
  while (packet.has(offset + 4 * words, 8) && packet.view.getUint32(offset + 4 * words, true) & 0x80000000) words++
  let at = offset + 4 + 4 * words
  if (present & 1) at = offset + ((at - offset + 7) & ~7) + 8
  return packet.has(at, 1) && (packet.view.getUint8(at) & 0x20) !== 0
}

/** Atheros pads the 802.11 header of QoS frames with two bytes: LLC then stands two bytes later. */
function decodePaddedWifi(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 26)) return packet.stop('truncated 802.11 header')
  const hasQos = (packet.view.getUint8(offset) & 0x8c) === 0x88
  if (!hasQos) return decodeWifi(packet, offset)
  const control = packet.view.getUint8(offset + 1)
  if (control & 0x40) return packet.stop('encrypted 802.11 frame')
  const length = (control & 3) === 3 ? 30 : 24
  return decodeLlc(packet, offset + length + 4)
}

/** Per-packet information header (LINKTYPE_PPI): its length at byte 2, the link type of what follows at byte 4, little-endian. */
export function decodePpi(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 8)) return packet.stop('truncated PPI header')
  const length = packet.view.getUint16(offset + 2, true)
  const linkType = packet.view.getUint32(offset + 4, true)
  if (linkType === 105) return decodeWifi(packet, offset + length)
  if (linkType === 1) return decodeEthernet(packet, offset + length)
  return packet.stop(`PPI with link type ${linkType}`)
}

/** Prism header: a fixed 144 bytes, or AVS's length at byte 4 when the first word is its magic. */
export function decodePrism(packet: Packet, offset: number): boolean {
  if (!packet.has(offset, 8)) return packet.stop('truncated Prism header')
  const isAvs = packet.view.getUint32(offset) >>> 12 === 0x80211
  return decodeWifi(packet, offset + (isAvs ? packet.view.getUint32(offset + 4) : 144))
}
