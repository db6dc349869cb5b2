import { ABSENT, type Packet } from './packet.ts'

/** An IP address as text: dotted, or RFC 5952 (lower case, the longest run of zero groups shortened). */
export function ipText(bytes: Uint8Array, offset: number, version: 0 | 4 | 6): string {
  if (version === 6) return ipv6Text(bytes, offset)
  if (version === 4) return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`
  return ''
}

function ipv6Text(bytes: Uint8Array, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[offset + 2 * i] ?? 0) << 8) | (bytes[offset + 2 * i + 1] ?? 0))
  let best = 0
  let bestLength = 1
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (i + length < 8 && groups[i + length] === 0) length++
    if (length > bestLength) {
      best = i
      bestLength = length
    }
  }
  const text = groups.map((group) => group.toString(16))
  if (bestLength < 2) return text.join(':')
  return `${text.slice(0, best).join(':')}::${text.slice(best + bestLength).join(':')}`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** A MAC address as text: lower case, colons. */
export function macText(bytes: Uint8Array, offset: number): string {
  const at = (index: number): string => HEX[bytes[offset + index] ?? 0] ?? ''
  return `${at(0)}:${at(1)}:${at(2)}:${at(3)}:${at(4)}:${at(5)}`
}

export const sourceText = (packet: Packet): string => ipText(packet.buffer, packet.source, packet.ipVersion)
export const destinationText = (packet: Packet): string => ipText(packet.buffer, packet.destination, packet.ipVersion)
export const sourceMacText = (packet: Packet): string | undefined =>
  packet.sourceMac === ABSENT ? undefined : macText(packet.buffer, packet.sourceMac)
export const quotedSourceText = (packet: Packet): string => ipText(packet.buffer, packet.quotedSource, packet.quotedIpVersion)
export const quotedDestinationText = (packet: Packet): string => ipText(packet.buffer, packet.quotedDestination, packet.quotedIpVersion)

/** Version of the addresses of an ARP or ND message. */
export const neighborVersion = (packet: Packet): 4 | 6 => (packet.kind === 'arp' ? 4 : 6)
export const neighborSenderText = (packet: Packet): string => ipText(packet.buffer, packet.neighborSender, neighborVersion(packet))
export const neighborTargetText = (packet: Packet): string => ipText(packet.buffer, packet.neighborTarget, neighborVersion(packet))
export const neighborMacText = (packet: Packet): string | undefined =>
  packet.neighborMac === ABSENT ? undefined : macText(packet.buffer, packet.neighborMac)

/** The bytes that an address text stands for; undefined where it is none. IPv4-mapped IPv6 stays IPv6. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** An address text in the one spelling that packets' addresses are given (RFC 5952); undefined where it is none. */
export function canonicalIp(text: string): string | undefined {
  const bytes = parseIp(text)
  return bytes && ipText(bytes, 0, bytes.length === 4 ? 4 : 6)
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return undefined
  return Uint8Array.from(parts, Number)
}

function parseIpv6(text: string): Uint8Array | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = tail?.[2] === undefined ? undefined : parseIpv4(tail[2])
  if (tail && v4 === undefined) return undefined
  const plain =
    tail && v4
      ? `${tail[1]}${(((v4[0] ?? 0) << 8) | (v4[1] ?? 0)).toString(16)}:${(((v4[2] ?? 0) << 8) | (v4[3] ?? 0)).toString(16)}`
      : text
  const halves = plain.split('::')
  if (halves.length > 2) return undefined
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const groups = [...(head ?? []), ...(rest ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  const missing = 8 - groups.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...(head ?? []), ...Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...(rest ?? [])]
  return Uint8Array.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]))
}

/** Whether `length` bytes at `offset` of `bytes` are `address`. */
export function isAddress(bytes: Uint8Array, offset: number, address: Uint8Array): boolean {
  for (let i = 0; i < address.length; i++) if (bytes[offset + i] !== address[i]) return false
  return offset >= 0
}
