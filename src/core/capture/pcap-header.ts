import { InputError } from '../errors.ts'
import { MICROSECONDS, type TickScale } from './ticks.ts'

export const PCAP_FILE_HEADER = 24 // bytes
const NANOSECONDS: TickScale = { ticksPerSecond: 1_000_000_000n, nsPerTick: 1, offsetSeconds: 0 }

/** What a pcap file header says (draft-ietf-opsawg-pcap §4). */
export interface PcapHeader {
  readonly littleEndian: boolean
  readonly variant: 'standard' | 'modified'
  readonly scale: TickScale
  readonly snaplen: number
  readonly linkType: number
  /** Bytes, where the header's FCS bits are in use. */
  readonly fcsLength: number | undefined
  readonly version: string
  /** 16, or 24 in the modified format. */
  readonly recordHeader: number
  /** Where the captured length stands in a record header; before version 2.3 it came after the original length. */
  readonly capturedLengthAt: number
}

interface Magic {
  readonly littleEndian: boolean
  readonly scale: TickScale
  readonly variant: 'standard' | 'modified'
}

/** Magic number, read little-endian. `34cd` is Alexey Kuznetzov's patched libpcap: 8 bytes more in each record header. */
const MAGIC = new Map<number, Magic>([
  [0xa1b2c3d4, { littleEndian: true, scale: MICROSECONDS, variant: 'standard' }],
  [0xd4c3b2a1, { littleEndian: false, scale: MICROSECONDS, variant: 'standard' }],
  [0xa1b23c4d, { littleEndian: true, scale: NANOSECONDS, variant: 'standard' }],
  [0x4d3cb2a1, { littleEndian: false, scale: NANOSECONDS, variant: 'standard' }],
  [0xa1b2cd34, { littleEndian: true, scale: MICROSECONDS, variant: 'modified' }],
  [0x34cdb2a1, { littleEndian: false, scale: MICROSECONDS, variant: 'modified' }],
])

export const isPcapMagic = (magic: number): boolean => MAGIC.has(magic)

/** @throws {InputError} malformed-capture when the bytes are no pcap file header */
export function parsePcapHeader(bytes: Uint8Array): PcapHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = bytes.length >= 4 ? MAGIC.get(view.getUint32(0, true)) : undefined
  if (magic === undefined || bytes.length < PCAP_FILE_HEADER) {
    throw new InputError(
      'malformed-capture',
      `the pcap file header is cut off: ${bytes.length} of ${PCAP_FILE_HEADER} bytes`,
      'Send the file again: it holds no packet.',
      0,
    )
  }
  const { littleEndian } = magic
  const major = view.getUint16(4, littleEndian)
  const minor = view.getUint16(6, littleEndian)
  const network = view.getUint32(20, littleEndian)
  return {
    ...magic,
    snaplen: view.getUint32(16, littleEndian),
    // Bits 31-28: FCS length in 16-bit words, valid when bit 26 (P) is set; bits 15-0: the link type.
    linkType: network & 0xffff,
    fcsLength: network & 0x04000000 ? (network >>> 28) * 2 : undefined,
    version: `${major}.${minor}`,
    recordHeader: magic.variant === 'modified' ? 24 : 16,
    capturedLengthAt: major === 2 && minor < 3 ? 12 : 8,
  }
}
