import type { Chunks } from '../bytes/chunks.ts'
import { captureFormat } from '../capture/formats.ts'
import { PCAP_FILE_HEADER, type PcapHeader, parsePcapHeader } from '../capture/pcap-header.ts'
import { BLOCK, BYTE_ORDER_MAGIC, MAX_BLOCK, PACKET_HEADER, SMALLEST_BLOCK } from '../capture/pcapng-blocks.ts'

/** A piece of a capture in file order. Bytes are valid until the next piece is asked for. */
export type CaptureRecord =
  | { readonly kind: 'pcap-header'; readonly header: PcapHeader }
  /** A packet: `[start, start + captured)` of `buffer`; `[at, end)` is its whole record. */
  | PacketRecord
  /** Any other pcapng block, whole. */
  | { readonly kind: 'block'; readonly type: number; readonly bytes: Uint8Array; readonly littleEndian: boolean }
  /** Behind damage: the rest of the file, as it is. */
  | { readonly kind: 'rest'; readonly bytes: Uint8Array }

export interface PacketRecord {
  readonly kind: 'packet'
  /** 1-based, as Wireshark counts. */
  readonly frameNumber: number
  readonly buffer: Uint8Array
  readonly view: DataView
  readonly at: number
  readonly end: number
  readonly start: number
  readonly captured: number
  readonly original: number
  readonly linkType: number
  /** pcapng block type; 0 in pcap. */
  readonly type: number
  readonly littleEndian: boolean
}

/** Lost at offset 0: −1 − offset. */
const LOST = -1

/** The records of a cut capture, pcap or pcapng. Holds one chunk and one record. What cannot be read is handed on as it is. */
export async function* captureRecords(chunks: Chunks): AsyncGenerator<CaptureRecord> {
  let carry = new Uint8Array(0)
  let walk: ((buffer: Uint8Array, view: DataView) => Generator<CaptureRecord, number>) | undefined
  let isLost = false
  for await (const chunk of chunks) {
    if (isLost) {
      yield { kind: 'rest', bytes: chunk }
      continue
    }
    const whole = new Uint8Array(carry.length + chunk.length)
    whole.set(carry)
    whole.set(chunk, carry.length)
    carry = whole
    if (walk === undefined && whole.length < PCAP_FILE_HEADER) continue
    const view = new DataView(whole.buffer)
    const format = walk === undefined ? captureFormat(whole) : undefined
    if (format === 'pcap') {
      const header = parsePcapHeader(whole)
      yield { kind: 'pcap-header', header }
      walk = pcapWalk(header)
    } else if (format === 'pcapng') walk = pcapngWalk()
    const used = walk === undefined ? LOST : yield* walk(whole, view)
    if (used < 0) {
      isLost = true
      yield { kind: 'rest', bytes: whole.subarray(-used - 1) }
      carry = new Uint8Array(0)
    } else carry = whole.subarray(used)
  }
  if (carry.length > 0) yield { kind: 'rest', bytes: carry }
}

/** Each call walks one buffer; returns where the first incomplete record starts, or −1 − offset where it is lost. */
function pcapWalk(header: PcapHeader) {
  const { littleEndian, recordHeader, capturedLengthAt, linkType } = header
  let frameNumber = 0
  let isBegun = false
  return function* (buffer: Uint8Array, view: DataView): Generator<CaptureRecord, number> {
    let at = isBegun ? 0 : PCAP_FILE_HEADER
    isBegun = true
    while (at + recordHeader <= buffer.length) {
      const captured = view.getUint32(at + capturedLengthAt, littleEndian)
      if (captured > MAX_BLOCK) return -1 - at
      const start = at + recordHeader
      const end = start + captured
      if (end > buffer.length) return at
      frameNumber++
      const original = view.getUint32(at + 20 - capturedLengthAt, littleEndian)
      yield { kind: 'packet', frameNumber, buffer, view, at, end, start, captured, original, linkType, type: 0, littleEndian }
      at = end
    }
    return at
  }
}

function pcapngWalk() {
  let littleEndian = true
  let linkTypes: number[] = []
  let frameNumber = 0
  const linkTypeOf = (view: DataView, at: number, type: number): number => {
    if (type === BLOCK.simplePacket) return linkTypes[0] ?? -1
    return linkTypes[type === BLOCK.obsoletePacket ? view.getUint16(at + 8, littleEndian) : view.getUint32(at + 8, littleEndian)] ?? -1
  }
  return function* (buffer: Uint8Array, view: DataView): Generator<CaptureRecord, number> {
    let at = 0
    while (at + SMALLEST_BLOCK <= buffer.length) {
      const isSection = view.getUint32(at) === BLOCK.sectionHeader
      if (isSection) littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
      const type = view.getUint32(at, littleEndian)
      const length = view.getUint32(at + 4, littleEndian)
      if (length < SMALLEST_BLOCK || length > MAX_BLOCK || length % 4 !== 0) return -1 - at
      const end = at + length
      if (end > buffer.length) return at
      if (isSection) linkTypes = []
      if (type === BLOCK.interfaceDescription) linkTypes.push(view.getUint16(at + 8, littleEndian))
      const isSimple = type === BLOCK.simplePacket
      if (isSimple || ((type === BLOCK.enhancedPacket || type === BLOCK.obsoletePacket) && length >= PACKET_HEADER + 4)) {
        frameNumber++
        const original = view.getUint32(at + (isSimple ? 8 : 24), littleEndian)
        const room = length - (isSimple ? 16 : PACKET_HEADER + 4)
        const captured = Math.min(isSimple ? original : view.getUint32(at + 20, littleEndian), room)
        const start = at + (isSimple ? 12 : PACKET_HEADER)
        yield {
          kind: 'packet',
          frameNumber,
          buffer,
          view,
          at,
          end,
          start,
          captured,
          original,
          linkType: linkTypeOf(view, at, type),
          type,
          littleEndian,
        }
      } else yield { kind: 'block', type, bytes: buffer.subarray(at, end), littleEndian }
      at = end
    }
    return at
  }
}
