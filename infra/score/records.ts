import { decompress, newReport } from '../../src/core/bytes/decompress.ts'
import { newFrame } from '../../src/core/capture/new-frame.ts'
import { scanCapture } from '../../src/core/capture/scan.ts'
import { decode } from '../../src/core/packet/decode.ts'
import { Packet } from '../../src/core/packet/packet.ts'

/** One frame of a capture, held in memory: for small files and for making others of them only. */
export interface CaptureRecord {
  readonly ns: bigint
  readonly linkType: number
  readonly originalLength: number
  readonly bytes: Uint8Array
}

export async function readRecords(file: Uint8Array): Promise<CaptureRecord[]> {
  const records: CaptureRecord[] = []
  await scanCapture(decompress([file], newReport()), (frame) => {
    records.push({
      ns: BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds),
      linkType: frame.linkType,
      originalLength: frame.originalLength,
      bytes: frame.buffer.slice(frame.start, frame.start + frame.capturedLength),
    })
  })
  return records
}

/** A pcap file with nanoseconds (draft-ietf-opsawg-pcap). */
export function writeRecords(records: readonly CaptureRecord[], snaplen = 262_144): Uint8Array {
  const size = records.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24)
  const file = new Uint8Array(size)
  const view = new DataView(file.buffer)
  const linkType = records[0]?.linkType ?? 1
  view.setUint32(0, 0xa1b23c4d)
  view.setUint32(4, 0x0002_0004)
  view.setUint32(16, snaplen)
  view.setUint32(20, linkType)
  let at = 24
  for (const record of records) {
    if (record.linkType !== linkType) throw new Error('a pcap file has one link type')
    view.setUint32(at, Number(record.ns / 1_000_000_000n))
    view.setUint32(at + 4, Number(record.ns % 1_000_000_000n))
    view.setUint32(at + 8, record.bytes.length)
    view.setUint32(at + 12, record.originalLength)
    file.set(record.bytes, at + 16)
    at += 16 + record.bytes.length
  }
  return file
}

/** The record decoded; the packet's offsets point into `record.bytes`. */
export function decoded(record: CaptureRecord): Packet {
  const { bytes } = record
  const packet = new Packet()
  decode(
    {
      ...newFrame(record.linkType),
      buffer: bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      recordEnd: bytes.length,
      capturedLength: bytes.length,
      originalLength: record.originalLength,
      seconds: Number(record.ns / 1_000_000_000n),
      nanoseconds: Number(record.ns % 1_000_000_000n),
      frameNumber: 1,
    },
    packet,
  )
  return packet
}
