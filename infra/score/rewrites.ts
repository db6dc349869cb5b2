/** What else the same conversation might have looked like in a capture: each function makes other records of a capture's records. */
import { destinationText, sourceText } from '../../src/core/packet/address.ts'
import { transportChecksum } from '../../src/core/packet/checksum.ts'
import { FIN, type Packet, PSH, RST, SYN } from '../../src/core/packet/packet.ts'
import { type CaptureRecord, decoded } from './records.ts'

export type Rewrite = (records: readonly CaptureRecord[]) => CaptureRecord[]

/** Frames cut to `bytes`, as a capture with that snaplen has them. */
export const snapped =
  (bytes: number): Rewrite =>
  (records) =>
    records.map((record) => ({ ...record, bytes: record.bytes.slice(0, bytes) }))

/** Time stamps cut down to a multiple of `grain` nanoseconds. */
export const coarse =
  (grain: bigint): Rewrite =>
  (records) =>
    records.map((record) => ({ ...record, ns: record.ns - (record.ns % grain) }))

/** Only what lies in [from, to). */
export const within =
  (from: bigint, to: bigint): Rewrite =>
  (records) =>
    records.filter(({ ns }) => ns >= from && ns < to)

/** A deterministic stream of numbers in [0, 1): mulberry32. */
export function numbers(seed: string): () => number {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The capture lost this share of all frames, at random. */
export const dropping =
  (share: number, seed: string): Rewrite =>
  (records) => {
    const next = numbers(seed)
    return records.filter(() => next() >= share)
  }

/** Nothing of a machine's own packets: a mirror port that copies one direction. */
export const without =
  (ip: string): Rewrite =>
  (records) =>
    records.filter((record) => {
      const packet = decoded(record)
      return packet.kind !== 'tcp' || sourceText(packet) !== ip
    })

/** No SYN and no SYN-ACK. */
export const withoutHandshakes: Rewrite = (records) =>
  records.filter((record) => {
    const packet = decoded(record)
    return packet.kind !== 'tcp' || !(packet.flags & SYN)
  })

/** Every frame twice, 20 µs apart: a mirror of two ports of one switch. */
export const mirroredTwice: Rewrite = (records) => inTime(records.flatMap((record) => [record, { ...record, ns: record.ns + 20_000n }]))

/** Every IPv4 frame twice, before and behind a router. */
export const mirroredAroundRouter: Rewrite = (records) => inTime(records.flatMap((record) => [record, ...(routed(record) ?? [])]))

function routed(record: CaptureRecord): CaptureRecord[] | undefined {
  const packet = decoded(record)
  if (packet.ipVersion !== 4 || packet.sourceMac < 0 || packet.tunnels > 0 || packet.ttl < 2) return undefined
  const bytes = record.bytes.slice()
  bytes[packet.sourceMac] = 0x02
  bytes[packet.sourceMac + 5] = 0xfe
  bytes[packet.networkStart + 8] = packet.ttl - 1
  headerChecksum(bytes, packet.networkStart, packet.networkHeaderLength)
  return [{ ...record, bytes, ns: record.ns + 30_000n }]
}

const inTime = (records: CaptureRecord[]): CaptureRecord[] => records.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0))

const sum16 = (bytes: Uint8Array, from: number, to: number): number => {
  let sum = 0
  for (let at = from; at < to; at += 2) sum += ((bytes[at] ?? 0) << 8) | (at + 1 < to ? (bytes[at + 1] ?? 0) : 0)
  return sum
}

const folded = (sum: number): number => {
  let rest = sum
  while (rest > 0xffff) rest = (rest & 0xffff) + Math.floor(rest / 0x10000)
  return ~rest & 0xffff
}

const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >> 8
  bytes[at + 1] = value & 0xff
}

function headerChecksum(bytes: Uint8Array, at: number, length: number): void {
  put16(bytes, at + 10, 0)
  put16(bytes, at + 10, folded(sum16(bytes, at, at + length)))
}

/** Sets a TCP segment's checksum; `addresses` are where source and destination lie, side by side. */
function tcpChecksum(bytes: Uint8Array, addresses: readonly [number, number], at: number, to: number): void {
  put16(bytes, at + 16, 0)
  put16(bytes, at + 16, folded(sum16(bytes, ...addresses) + 6 + (to - at) + sum16(bytes, at, to)))
}

/** A checksum that was right stays right, one that was left to the network card or wrong stays so. */
const isRight = (packet: Packet): boolean => transportChecksum(packet) === 'ok'

/** The peer's port is another one. */
export const withPort =
  (from: number, to: number): Rewrite =>
  (records) =>
    records.map((record) => {
      const packet = decoded(record)
      const [source, destination] = [packet.sourcePort === from, packet.destinationPort === from]
      if (packet.kind !== 'tcp' || packet.tunnels > 0 || !(source || destination)) return record
      const bytes = record.bytes.slice()
      const right = isRight(packet)
      put16(bytes, packet.transportStart + (source ? 0 : 2), to)
      const width = packet.ipVersion === 4 ? 8 : 32
      if (right)
        tcpChecksum(bytes, [packet.source, packet.source + width], packet.transportStart, packet.networkStart + packet.datagramLength)
      return { ...record, bytes }
    })

/** 2001:db8:: with the IPv4 address in its last four bytes. */
export const asIpv6 = (ip: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)
  return `2001:db8::${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** TCP over IPv4 becomes TCP over IPv6; what else is in IPv4 is left out. Ethernet and Linux cooked captures only. */
export const overIpv6: Rewrite = (records) =>
  records.flatMap((record) => {
    const packet = decoded(record)
    if (packet.ipVersion === 6 || packet.kind === 'nd') return [record]
    return packet.ipVersion === 4 && packet.kind === 'tcp' && packet.tunnels === 0 && packet.networkStart >= 14
      ? [inIpv6(record, packet)]
      : []
  })

function inIpv6(record: CaptureRecord, packet: Packet): CaptureRecord {
  const right = isRight(packet)
  const link = record.bytes.slice(0, packet.networkStart)
  put16(link, record.linkType === 276 ? 0 : packet.networkStart - 2, 0x86dd)
  const segment = record.bytes.slice(packet.transportStart, packet.end)
  const header = new Uint8Array(40)
  header[0] = 0x60
  put16(header, 4, packet.datagramLength - packet.networkHeaderLength)
  header[6] = 6
  header[7] = packet.ttl
  for (const [at, address] of [
    [8, packet.source],
    [24, packet.destination],
  ] as const) {
    header.set([0x20, 0x01, 0x0d, 0xb8], at)
    header.set(record.bytes.subarray(address, address + 4), at + 12)
  }
  const bytes = new Uint8Array(link.length + 40 + segment.length)
  bytes.set(link)
  bytes.set(header, link.length)
  bytes.set(segment, link.length + 40)
  const start = link.length + 40
  if (right) tcpChecksum(bytes, [link.length + 8, link.length + 40], start, bytes.length)
  else if (transportChecksum(packet) === 'offloaded') put16(bytes, start + 16, 0)
  return { ...record, bytes, originalLength: record.originalLength + 40 - packet.networkHeaderLength }
}

/** Segments that follow each other within so many nanoseconds may be merged by the card (GRO, LRO), up to so many bytes. */
const MERGE_NS = 2_000_000n
const MERGE_BYTES = 60_000

/** Data segments of one direction that follow each other at once come as one, as a receiving card's offload hands them on. */
export const merged: Rewrite = (records) => {
  const out: CaptureRecord[] = []
  const open = new Map<string, number>()
  for (const record of records) {
    const packet = decoded(record)
    const connection = [`${sourceText(packet)} ${packet.sourcePort}`, `${destinationText(packet)} ${packet.destinationPort}`]
      .sort()
      .join(' ')
    const at = open.get(connection)
    const before = at === undefined ? undefined : out[at]
    const both = before && joined(before, record, packet)
    if (both && at !== undefined) {
      out[at] = both
      continue
    }
    if (isMergeable(record, packet)) open.set(connection, out.length)
    else if (packet.kind === 'tcp') open.delete(connection)
    out.push(record)
  }
  return out
}

const isMergeable = (record: CaptureRecord, packet: Packet): boolean =>
  packet.kind === 'tcp' &&
  packet.ipVersion === 4 &&
  packet.payloadLength > 0 &&
  record.bytes.length === record.originalLength &&
  packet.tunnels === 0 &&
  !(packet.flags & (SYN | FIN | RST)) &&
  transportChecksum(packet) !== 'bad'

function joined(before: CaptureRecord, record: CaptureRecord, packet: Packet): CaptureRecord | undefined {
  if (!isMergeable(record, packet) || record.ns - before.ns > MERGE_NS) return undefined
  const first = decoded(before)
  const follows = (first.seq + first.payloadLength) >>> 0 === packet.seq && first.ack === packet.ack
  if (sourceText(first) !== sourceText(packet) || first.sourcePort !== packet.sourcePort || !follows) return undefined
  if (first.payloadLength + packet.payloadLength > MERGE_BYTES) return undefined
  const right = isRight(first)
  const payload = record.bytes.subarray(packet.payloadStart, packet.payloadStart + packet.payloadLength)
  const bytes = new Uint8Array(first.payloadStart + first.payloadLength + payload.length)
  bytes.set(before.bytes.subarray(0, first.payloadStart + first.payloadLength))
  bytes.set(payload, first.payloadStart + first.payloadLength)
  put16(bytes, first.networkStart + 2, bytes.length - first.networkStart)
  headerChecksum(bytes, first.networkStart, first.networkHeaderLength)
  const flags = first.transportStart + 13
  bytes[flags] = (bytes[flags] ?? 0) | (packet.flags & PSH)
  if (right) tcpChecksum(bytes, [first.source, first.source + 8], first.transportStart, bytes.length)
  return { ...record, bytes, originalLength: bytes.length }
}
