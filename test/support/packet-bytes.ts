/** Encodes frames for tests: each layer a function, checksums right unless told otherwise. */

export interface Endpoint {
  readonly mac: string
  readonly ip: string
  readonly port: number
}

export const bytes = (...parts: (number | Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])))

export const u16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff]
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)]

export const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.replace(/[^0-9a-f]/gi, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export const macBytes = (mac: string): Uint8Array => hex(mac)

export function ipBytes(ip: string): Uint8Array {
  if (!ip.includes(':')) return Uint8Array.from(ip.split('.'), Number)
  const [head = '', tail] = ip.split('::')
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  const front = words(head)
  const back = tail === undefined ? [] : words(tail)
  const zeros = new Array<number>(8 - front.length - back.length).fill(0)
  return Uint8Array.from([...front, ...zeros, ...back].flatMap(u16))
}

/** RFC 1071: the Internet checksum over parts laid end to end (all but the last of even length). */
export function checksum(...parts: (Uint8Array | readonly number[])[]): number {
  const all = bytes(...parts)
  let sum = 0
  for (let at = 0; at < all.length; at += 2) sum += ((all[at] ?? 0) << 8) | (all[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

function pseudoHeader(from: string, to: string, protocol: number, length: number): Uint8Array {
  if (from.includes(':')) return bytes(ipBytes(from), ipBytes(to), u32(length), 0, 0, 0, protocol)
  return bytes(ipBytes(from), ipBytes(to), 0, protocol, u16(length))
}

/** Fills in the checksum at `at`; `wrong` spoils it. */
function withChecksum(segment: Uint8Array, at: number, pseudo: Uint8Array | readonly number[], wrong: boolean): Uint8Array {
  const sum = checksum(pseudo, segment) ^ (wrong ? 0x5555 : 0)
  segment.set(u16(sum), at)
  return segment
}

export interface TcpFields {
  readonly flags: number
  /** Absolute sequence and acknowledgement numbers. */
  readonly seq: number
  readonly ack: number
  readonly window: number
  readonly options: readonly number[]
  readonly urgent: number
  readonly payload: Uint8Array
  readonly badChecksum: boolean
}

export function tcpSegment(from: Endpoint, to: Endpoint, tcp: TcpFields): Uint8Array {
  const options = [...tcp.options]
  while (options.length % 4 !== 0) options.push(1)
  const words = 5 + options.length / 4
  const ports = [...u16(from.port), ...u16(to.port)]
  const fixed = [...u32(tcp.seq), ...u32(tcp.ack), words << 4, tcp.flags, ...u16(tcp.window), 0, 0, ...u16(tcp.urgent)]
  const segment = bytes(ports, fixed, options, tcp.payload)
  return withChecksum(segment, 16, pseudoHeader(from.ip, to.ip, 6, segment.length), tcp.badChecksum)
}

export function udpDatagram(from: Endpoint, to: Endpoint, payload: Uint8Array, badChecksum: boolean): Uint8Array {
  const datagram = bytes(u16(from.port), u16(to.port), u16(8 + payload.length), 0, 0, payload)
  return withChecksum(datagram, 6, pseudoHeader(from.ip, to.ip, 17, datagram.length), badChecksum)
}

/** ICMP, or ICMPv6 where the addresses are IPv6. `rest` is the second header word (MTU, identifier …). */
export function icmpMessage(from: string, to: string, type: number, code: number, rest: number, body: Uint8Array): Uint8Array {
  const message = bytes(type, code, 0, 0, u32(rest), body)
  return withChecksum(message, 2, from.includes(':') ? pseudoHeader(from, to, 58, message.length) : [], false)
}

/** Neighbour solicitation (135) or advertisement (136), RFC 4861 §4.3 and §4.4. */
export function neighbourMessage(from: string, to: string, type: 135 | 136, target: string, mac: string): Uint8Array {
  const body = bytes(ipBytes(target), type === 135 ? 1 : 2, 1, macBytes(mac))
  return icmpMessage(from, to, type, 0, type === 136 ? 0x60000000 : 0, body)
}

export function arpPacket(operation: 1 | 2, sender: Endpoint, target: { readonly mac: string; readonly ip: string }): Uint8Array {
  const fixed = [0, 1, 8, 0, 6, 4, 0, operation]
  return bytes(fixed, macBytes(sender.mac), ipBytes(sender.ip), macBytes(target.mac), ipBytes(target.ip))
}

export interface IpFields {
  readonly protocol: number
  readonly ttl: number
  readonly id: number
  readonly dontFragment: boolean
  readonly tos: number
  readonly badChecksum: boolean
}

export function ipPacket(from: string, to: string, ip: IpFields, payload: Uint8Array): Uint8Array {
  if (from.includes(':')) {
    return bytes(
      0x60 | (ip.tos >>> 4),
      (ip.tos & 15) << 4,
      0,
      0,
      u16(payload.length),
      ip.protocol,
      ip.ttl,
      ipBytes(from),
      ipBytes(to),
      payload,
    )
  }
  const fragment = ip.dontFragment ? 0x4000 : 0
  const start = [0x45, ip.tos, ...u16(20 + payload.length), ...u16(ip.id), ...u16(fragment), ip.ttl, ip.protocol, 0, 0]
  const header = bytes(start, ipBytes(from), ipBytes(to))
  return bytes(withChecksum(header, 10, [], ip.badChecksum), payload)
}

/** @param vlans outermost first; all but the last get 802.1ad's type */
export function ethernetFrame(
  source: string,
  destination: string,
  etherType: number,
  vlans: readonly number[],
  payload: Uint8Array,
): Uint8Array {
  const tags = vlans.flatMap((vlan, index) => [...u16(index === vlans.length - 1 ? 0x8100 : 0x88a8), ...u16(vlan)])
  return bytes(macBytes(destination), macBytes(source), tags, u16(etherType), payload)
}

/** Linux cooked v1 (LINKTYPE 113); `packetType` 0: to us, 4: sent by us. */
export const cookedFrame = (source: string, etherType: number, packetType: number, payload: Uint8Array): Uint8Array =>
  bytes(u16(packetType), u16(1), u16(6), macBytes(source), 0, 0, u16(etherType), payload)
