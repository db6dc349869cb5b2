import type { Chunks } from '../bytes/chunks.ts'
import { newFrame } from '../capture/new-frame.ts'
import type { PcapHeader } from '../capture/pcap-header.ts'
import { BLOCK } from '../capture/pcapng-blocks.ts'
import { ipText } from '../packet/address.ts'
import { decode, decodeNext } from '../packet/decode.ts'
import { ABSENT, Packet } from '../packet/packet.ts'
import { captureRecords, type PacketRecord } from './capture-records.ts'
import { packetComments } from './packet-comments.ts'
import type { EvidenceFile } from './question.ts'
import type { Diagnosis } from './schema.ts'

const OPT_COMMENT = 1
const IF_TSRESOL = 9
const IF_FCSLEN = 13

/**
 * A cut capture as pcapng with a comment on each packet that the diagnosis points at. Packets, their order, frame numbers, interfaces and
 * time resolution stay; pcap becomes one section with one interface. Streams.
 */
export async function* annotatedCapture(file: EvidenceFile, diagnosis: Diagnosis): AsyncGenerator<Uint8Array> {
  yield* rewritten(file.source.open(), packetComments(diagnosis, file.file), () => true)
}

/**
 * The subject connection alone: its packets, and ARP, neighbour discovery and ICMP about its two ends. Comments name the frame in the whole
 * capture. Of a ring buffer all files, one section each. Undefined where the diagnosis has no connection in a capture.
 */
export function subjectCapture(evidence: readonly EvidenceFile[], diagnosis: Diagnosis): Chunks | undefined {
  const { connection } = diagnosis
  const file = evidence.find((each) => each.kind === 'capture' && each.file === connection?.file)
  if (file === undefined || connection === null) return undefined
  const keep = subjectFilter(connection)
  return joined(ringOf(file, evidence).map((each) => rewritten(each.source.open(), subjectComments(each, diagnosis), keep)))
}

function subjectComments({ file }: EvidenceFile, diagnosis: Diagnosis): Map<number, string> {
  return new Map([...packetComments(diagnosis, file)].map(([frame, said]) => [frame, `frame ${frame} of ${file}\n${said}`]))
}

/** dumpcap's number and time of opening in the names of a ring buffer's files. */
const RING = /_\d{5}_\d{14}(?=\.|$)/

/** The files of the ring buffer that `file` is one of, in its order; `file` alone where it is of none. */
function ringOf(file: EvidenceFile, evidence: readonly EvidenceFile[]): EvidenceFile[] {
  if (!RING.test(file.file)) return [file]
  const stem = file.file.replace(RING, '')
  const ring = evidence.filter((each) => each.kind === 'capture' && RING.test(each.file) && each.file.replace(RING, '') === stem)
  return ring.sort((a, b) => (a.file < b.file ? -1 : 1))
}

async function* joined(captures: readonly AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const capture of captures) yield* capture
}

async function* rewritten(
  chunks: Chunks,
  comments: ReadonlyMap<number, string>,
  keep: (packet: PacketRecord) => boolean,
): AsyncGenerator<Uint8Array> {
  let pcap: PcapHeader | undefined
  for await (const record of captureRecords(chunks)) {
    if (record.kind === 'pcap-header') {
      pcap = record.header
      yield sectionFor(pcap)
    } else if (record.kind !== 'packet') {
      // Behind damage a pcap's bytes are no pcapng block: they end the file.
      if (record.kind === 'block' || pcap === undefined) yield new Uint8Array(record.bytes)
    } else if (keep(record)) yield packetBlock(record, pcap, comments.get(record.frameNumber))
  }
}

/** The packet as a pcapng block: unchanged, with the comment added to its options, or made of a pcap record. */
function packetBlock(packet: PacketRecord, pcap: PcapHeader | undefined, comment: string | undefined): Uint8Array {
  if (pcap === undefined && (comment === undefined || packet.type === BLOCK.simplePacket))
    return new Uint8Array(packet.buffer.subarray(packet.at, packet.end))
  const little = pcap === undefined ? packet.littleEndian : true
  const data = packet.buffer.subarray(packet.start, packet.start + packet.captured)
  const padded = packet.captured + padding(packet.captured)
  const before = pcap === undefined ? packet.buffer.subarray(packet.start + padded, packet.end - 4) : new Uint8Array(0)
  const options = comment === undefined ? before : withComment(before, comment, little)
  const length = 28 + padded + options.length + 4
  const out = new Uint8Array(length)
  const view = new DataView(out.buffer)
  view.setUint32(0, pcap === undefined ? packet.type : BLOCK.enhancedPacket, little)
  view.setUint32(4, length, little)
  if (pcap === undefined) out.set(packet.buffer.subarray(packet.at + 8, packet.start), 8)
  else pcapFields(view, packet, pcap)
  out.set(data, 28)
  out.set(options, 28 + padded)
  view.setUint32(length - 4, length, little)
  return out
}

/** Interface 0, the time stamp in the file's own unit, both lengths. */
function pcapFields(view: DataView, packet: PacketRecord, pcap: PcapHeader): void {
  const seconds = packet.view.getUint32(packet.at, pcap.littleEndian)
  const fraction = packet.view.getUint32(packet.at + 4, pcap.littleEndian)
  const ticks = BigInt(seconds) * pcap.scale.ticksPerSecond + BigInt(fraction)
  view.setUint32(12, Number(ticks >> 32n), true)
  view.setUint32(16, Number(ticks & 0xffff_ffffn), true)
  view.setUint32(20, packet.captured, true)
  view.setUint32(24, packet.original, true)
}

/** Section header and interface description for a pcap's packets (draft-ietf-opsawg-pcapng §4.1, §4.2). */
function sectionFor(pcap: PcapHeader): Uint8Array {
  const resolution = option(IF_TSRESOL, Uint8Array.of(pcap.scale.ticksPerSecond === 1_000_000_000n ? 9 : 6), true)
  const fcs = pcap.fcsLength === undefined ? new Uint8Array(0) : option(IF_FCSLEN, Uint8Array.of(pcap.fcsLength), true)
  const length = 20 + resolution.length + fcs.length + 4
  const out = new Uint8Array(28 + length)
  const view = new DataView(out.buffer)
  view.setUint32(0, BLOCK.sectionHeader)
  view.setUint32(4, 28, true)
  view.setUint32(8, 0x1a2b3c4d, true)
  view.setUint16(12, 1, true)
  view.setInt32(16, -1, true)
  view.setInt32(20, -1, true)
  view.setUint32(24, 28, true)
  view.setUint32(28, BLOCK.interfaceDescription, true)
  view.setUint32(32, length, true)
  view.setUint16(36, pcap.linkType, true)
  view.setUint32(40, pcap.snaplen, true)
  out.set(resolution, 44)
  out.set(fcs, 44 + resolution.length)
  view.setUint32(24 + length, length, true)
  return out
}

/** Options with the comment in front and an end behind. */
function withComment(options: Uint8Array, comment: string, littleEndian: boolean): Uint8Array {
  const first = option(OPT_COMMENT, new TextEncoder().encode(comment), littleEndian)
  const out = new Uint8Array(first.length + Math.max(options.length, 4))
  out.set(first)
  out.set(options, first.length)
  return out
}

function option(code: number, value: Uint8Array, littleEndian: boolean): Uint8Array {
  const out = new Uint8Array(4 + value.length + padding(value.length))
  const view = new DataView(out.buffer)
  view.setUint16(0, code, littleEndian)
  view.setUint16(2, value.length, littleEndian)
  out.set(value, 4)
  return out
}

const padding = (length: number): number => (4 - (length % 4)) % 4

/** Whether a packet belongs to the connection, or is ARP, ND or ICMP about its ends. */
function subjectFilter({ host, peer, protocol }: NonNullable<Diagnosis['connection']>): (packet: PacketRecord) => boolean {
  const frame = newFrame(0)
  const packet = new Packet()
  const ends = new Set([host.ip, peer.ip])
  const isSubject = (a: string, aPort: number, b: string, bPort: number): boolean =>
    (isEnd(host, a, aPort) && isEnd(peer, b, bPort)) || (isEnd(peer, a, aPort) && isEnd(host, b, bPort))
  const isAbout = (buffer: Uint8Array): boolean => {
    const text = (at: number, version: 4 | 6) => ipText(buffer, at, version)
    if (packet.kind === 'arp') return ends.has(text(packet.neighborSender, 4)) || ends.has(text(packet.neighborTarget, 4))
    if (packet.kind === 'nd') return ends.has(text(packet.neighborSender, 6)) || ends.has(text(packet.neighborTarget, 6))
    if (packet.ipVersion === 0) return false
    const source = text(packet.source, packet.ipVersion)
    const destination = text(packet.destination, packet.ipVersion)
    if (packet.kind === 'fragment') return ends.has(source) && ends.has(destination)
    if (packet.kind === protocol) return isSubject(source, packet.sourcePort, destination, packet.destinationPort)
    if (packet.kind !== 'icmp' || packet.quotedIpVersion === 0) return false
    return isSubject(
      text(packet.quotedSource, packet.quotedIpVersion),
      packet.quotedSourcePort,
      text(packet.quotedDestination, packet.quotedIpVersion),
      packet.quotedDestinationPort,
    )
  }
  return (record) => {
    const { buffer, view, start, captured, original, linkType } = record
    Object.assign(frame, { buffer, view, start, capturedLength: captured, originalLength: original, linkType, seconds: 0, nanoseconds: 0 })
    decode(frame, packet)
    if (isAbout(buffer)) return true
    while (packet.nextSubframe !== ABSENT) {
      decodeNext(frame, packet)
      if (isAbout(buffer)) return true
    }
    return false
  }
}

/** A port that is not known, or that a quote does not reach, says nothing against it. */
const isEnd = (end: { readonly ip: string; readonly port: number | null }, ip: string, port: number): boolean =>
  end.ip === ip && (end.port === null || port < 0 || end.port === port)
