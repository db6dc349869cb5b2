import { capturedLimit } from './pcap.ts'
import type { PcapHeader } from './pcap-header.ts'
import { BLOCK, isKnownBlock, MAX_BUFFERED_BLOCK } from './pcapng-blocks.ts'
import { instantToNs } from './summary.ts'
import { instantOf, type TickScale } from './ticks.ts'

/** A record found in the middle of a file. */
export interface Found {
  /** In the probe's bytes. */
  readonly at: number
  readonly end: number
  readonly timestampNs: bigint
}

/** Fewer records in a row prove nothing. */
const SHORTEST_CHAIN = 3
const MAX_ORIGINAL = 16_777_216

/**
 * The *last* record of the first chain of plausible records that runs to the end of the bytes. The first one may be a record inside a
 * packet's payload whose end meets the packet's own (0.6 % of adversarial captures); by the last one the chain has joined the true records.
 */
export type Probe = (bytes: Uint8Array, final: boolean, range: SecondsRange) => Found | undefined

/**
 * Stamps that are believed. Without it a pcap record read four bytes too late may look right (the fraction as seconds, lengths shifted,
 * a link address as original length), and so may all that follow.
 */
export interface SecondsRange {
  readonly from: number
  readonly to: number
}

export const pcapProbe =
  (header: PcapHeader): Probe =>
  (bytes, final, range) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { littleEndian, recordHeader, capturedLengthAt, scale } = header
    const unit = Number(scale.ticksPerSecond)
    const limit = capturedLimit(header.snaplen)
    const next = (at: number): number => {
      const captured = view.getUint32(at + capturedLengthAt, littleEndian)
      const original = view.getUint32(at + 20 - capturedLengthAt, littleEndian)
      const seconds = view.getUint32(at, littleEndian)
      if (seconds < range.from || seconds > range.to) return -1
      const sane = captured > 0 && captured <= limit && original >= captured && original <= MAX_ORIGINAL
      return sane && view.getUint32(at + 4, littleEndian) < unit ? at + recordHeader + captured : -1
    }
    const chain = lastOfChain(bytes.length, recordHeader, 1, final, next)
    if (chain === undefined) return undefined
    const seconds = BigInt(view.getUint32(chain.at, littleEndian))
    const fraction = BigInt(view.getUint32(chain.at + 4, littleEndian) * scale.nsPerTick)
    return { ...chain, timestampNs: seconds * 1_000_000_000n + fraction }
  }

/** @param scales of the file's interfaces, in order */
export const pcapngProbe =
  (littleEndian: boolean, scales: readonly TickScale[]): Probe =>
  (bytes, final) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let lastPacket = -1
    const next = (at: number): number => {
      const type = view.getUint32(at, littleEndian)
      const length = view.getUint32(at + 4, littleEndian)
      const isOfHead = type === BLOCK.sectionHeader || type === BLOCK.interfaceDescription
      if (!isKnownBlock(type) || isOfHead || length < 12 || length % 4 !== 0 || length > MAX_BUFFERED_BLOCK) return -1
      const end = at + length
      if (end <= bytes.length && view.getUint32(end - 4, littleEndian) !== length) return -1
      if (type === BLOCK.enhancedPacket && end <= bytes.length) lastPacket = at
      return end
    }
    const chain = lastOfChain(bytes.length, 12, 4, final, next, () => {
      lastPacket = -1
    })
    if (chain === undefined || lastPacket < 0) return undefined
    const scale = scales[view.getUint32(lastPacket + 8, littleEndian)]
    if (scale === undefined) return undefined
    const instant = instantOf(scale, view.getUint32(lastPacket + 12, littleEndian), view.getUint32(lastPacket + 16, littleEndian))
    return { at: lastPacket, end: lastPacket + view.getUint32(lastPacket + 4, littleEndian), timestampNs: instantToNs(instant) }
  }

/**
 * @param header bytes that `next` looks at
 * @param step alignment of records
 * @param final the bytes end where the file ends: so must the chain
 * @param next end of the record at a position, or −1
 */
function lastOfChain(
  length: number,
  header: number,
  step: number,
  final: boolean,
  next: (at: number) => number,
  restart: () => void = () => undefined,
): { at: number; end: number } | undefined {
  for (let start = 0; start + header <= length; start += step) {
    restart()
    let at = start
    let last = -1
    let records = 0
    while (at + header <= length) {
      const end = next(at)
      if (end < 0) break
      // Only whole records count: the last one may reach beyond what was read.
      if (end <= length) {
        last = at
        records++
      }
      at = end
    }
    const ran = final ? at === length : at + header > length
    if (ran && records >= SHORTEST_CHAIN) return { at: last, end: next(last) }
  }
  return undefined
}
