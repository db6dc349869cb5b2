import type { Frame } from '../capture/frame.ts'
import { ABSENT, type Packet } from './packet.ts'

const ETHERNET = 14
const TAG = 4
const IPV4 = 20
const TCP = 20

/**
 * The commonest frame in one step: Ethernet, perhaps with one VLAN tag, IPv4 without options, and a whole TCP header. Leaves in
 * `packet` what the decoders of the layers would.
 *
 * @returns false, with nothing changed, when the frame is of another sort: then the layers are decoded one by one
 */
export function decodePlainTcp(frame: Frame, packet: Packet): boolean {
  const { view, start } = frame
  const end = start + frame.capturedLength
  if (end - start < ETHERNET + IPV4 + TCP) return false
  const isTagged = view.getUint16(start + 12) === 0x8100
  const network = start + (isTagged ? ETHERNET + TAG : ETHERNET)
  const transport = network + IPV4
  if (transport + TCP > end) return false
  const versionAndLength = view.getInt32(network)
  const idAndFragment = view.getInt32(network + 4)
  const ttlAndProtocol = view.getUint16(network + 8)
  const offsetAndWindow = view.getInt32(transport + 12)
  const wireEnd = network + (versionAndLength & 0xffff)
  const payload = transport + ((offsetAndWindow >>> 28) << 2)
  const isPlain =
    view.getUint16(network - 2) === 0x0800 &&
    versionAndLength >>> 24 === 0x45 &&
    (idAndFragment & 0x3fff) === 0 &&
    (ttlAndProtocol & 0xff) === 6 &&
    payload >= transport + TCP &&
    payload <= wireEnd &&
    wireEnd <= start + frame.originalLength
  if (!isPlain) return false
  packet.reset(frame)
  packet.wireEnd = wireEnd
  if (wireEnd < end) packet.end = wireEnd
  packet.destinationMac = start
  packet.sourceMac = start + 6
  packet.vlan = isTagged ? view.getUint16(start + ETHERNET) & 0xfff : ABSENT
  packet.tags = isTagged ? 1 : 0
  packet.ipVersion = 4
  packet.networkStart = network
  packet.networkHeaderLength = IPV4
  packet.source = network + 12
  packet.destination = network + 16
  packet.protocol = 6
  packet.ttl = ttlAndProtocol >>> 8
  packet.ipId = idAndFragment >>> 16
  packet.dontFragment = (idAndFragment & 0x4000) !== 0
  packet.datagramLength = wireEnd - network
  packet.transportStart = transport
  const ports = view.getInt32(transport)
  packet.sourcePort = ports >>> 16
  packet.destinationPort = ports & 0xffff
  packet.seq = view.getUint32(transport + 4)
  packet.ack = view.getUint32(transport + 8)
  packet.headerLength = payload - transport
  packet.flags = (offsetAndWindow >>> 16) & 0xff
  packet.window = offsetAndWindow & 0xffff
  packet.payloadStart = payload
  packet.payloadLength = wireEnd - payload
  packet.payloadCaptured = Math.max(0, Math.min(end, wireEnd) - payload)
  packet.kind = 'tcp'
  return true
}
