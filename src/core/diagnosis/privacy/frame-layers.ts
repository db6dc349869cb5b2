import { transportChecksum as wholeChecksum } from '../../packet/checksum.ts'
import { ABSENT, type Packet } from '../../packet/packet.ts'
import { type Covered, pseudoSum } from './checksums.ts'

/** One IP header of a frame, outermost first: where it is, what it says, and the checksums that lie over what it carries. */
export interface NetworkLayer {
  readonly start: number
  readonly version: 4 | 6
  /** Up to the transport, extension headers included. */
  readonly headerLength: number
  readonly protocol: number
  readonly source: number
  readonly destination: number
  readonly addressLength: 4 | 16
  /** One past the last byte of the datagram in the file. */
  readonly end: number
  /** The packet that an ICMP error quotes: never whole. */
  readonly quoted: boolean
}

/** The IP headers of a decoded frame: those of tunnels, its own, and the one an ICMP error quotes. */
export function networkLayers(packet: Packet): NetworkLayer[] {
  const layers: NetworkLayer[] = []
  for (let i = 0; i < packet.tunnels; i++) {
    const start = packet.passedNetworks[i]
    const layer = start === undefined || start === ABSENT ? undefined : layerAt(packet.view, start, packet.end, false)
    if (layer !== undefined) layers.push(layer)
  }
  if (packet.ipVersion !== 0) {
    const own = layerAt(packet.view, packet.networkStart, packet.end, false)
    if (own !== undefined) layers.push(own)
  }
  if (packet.kind === 'icmp' && packet.quotedIpVersion !== 0) {
    const start = packet.quotedSource - (packet.quotedIpVersion === 4 ? 12 : 8)
    const quoted = layerAt(packet.view, start, packet.end, true)
    if (quoted !== undefined) layers.push(quoted)
  }
  // A tunnel that was not understood in the end leaves its outer header as the frame's own.
  return layers.filter(({ start }, i) => layers.findIndex((layer) => layer.start === start) === i)
}

function layerAt(view: DataView, start: number, end: number, quoted: boolean): NetworkLayer | undefined {
  if (start + 20 > end) return undefined
  const version = view.getUint8(start) >> 4
  if (version === 4) {
    const headerLength = (view.getUint8(start) & 15) << 2
    return {
      start,
      version,
      headerLength,
      protocol: view.getUint8(start + 9),
      source: start + 12,
      destination: start + 16,
      addressLength: 4,
      end,
      quoted,
    }
  }
  if (version !== 6 || start + 40 > end) return undefined
  const { protocol, headerLength } = extensions(view, start, end)
  return { start, version, headerLength, protocol, source: start + 8, destination: start + 24, addressLength: 16, end, quoted }
}

/** Passes the extension headers that carry no address: hop-by-hop and fragment. */
function extensions(view: DataView, start: number, end: number): { protocol: number; headerLength: number } {
  let protocol = view.getUint8(start + 6)
  let headerLength = 40
  while ((protocol === 0 || protocol === 44) && start + headerLength + 8 <= end) {
    const size = protocol === 44 ? 8 : (view.getUint8(start + headerLength + 1) + 1) << 3
    protocol = view.getUint8(start + headerLength)
    headerLength += size
  }
  return { protocol, headerLength }
}

/** Every checksum in the frame that covers an address or what lies behind one. */
export function checksumsOf(packet: Packet, layers: readonly NetworkLayer[]): Covered[] {
  return layers.flatMap((layer) => [...headerChecksum(layer), ...transportChecksum(packet, layer)])
}

function headerChecksum({ version, start, headerLength, end }: NetworkLayer): Covered[] {
  if (version !== 4 || start + headerLength > end) return []
  return [{ field: start + 10, from: start, to: start + headerLength, pseudoFrom: 0, pseudoTo: 0, zeroIsAbsent: false, isSeed: false }]
}

/** Protocol number → offset of the checksum in its header. */
const FIELD: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 }

function transportChecksum(packet: Packet, layer: NetworkLayer): Covered[] {
  const transport = layer.start + layer.headerLength
  const offset = FIELD[layer.protocol]
  const isLaterFragment = layer.version === 4 && (packet.view.getUint16(layer.start + 6) & 0x1fff) !== 0
  if (offset === undefined || isLaterFragment || (packet.kind === 'fragment' && !layer.quoted) || transport + offset + 2 > layer.end)
    return []
  const hasPseudo = layer.protocol !== 1
  const addresses = { from: layer.source, to: layer.destination + layer.addressLength }
  const field = transport + offset
  const length = layer.start + packet.datagramLength - transport
  const own = layer.start === packet.networkStart
  const isSeed =
    own &&
    hasPseudo &&
    wholeChecksum(packet) !== 'ok' &&
    packet.view.getUint16(field) === pseudoSum(packet.view, addresses.from, addresses.to, layer.protocol, length)
  return [
    {
      field,
      from: transport,
      to: layer.end,
      pseudoFrom: hasPseudo ? addresses.from : 0,
      pseudoTo: hasPseudo ? addresses.to : 0,
      zeroIsAbsent: layer.protocol === 17,
      isSeed,
    },
  ]
}
