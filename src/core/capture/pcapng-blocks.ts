/** Block types of draft-ietf-opsawg-pcapng and its registry. */
export const BLOCK = {
  interfaceDescription: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  irigTimestamp: 7,
  arinc429: 8,
  systemdJournal: 9,
  decryptionSecrets: 10,
  hoss: 0x204,
  custom: 0xbad,
  customNoCopy: 0x40000bad,
  sectionHeader: 0x0a0d0d0a,
} as const

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d
/** Bytes: type, total length, and the total length again at the end. */
export const SMALLEST_BLOCK = 12
/** Bytes before the frame in enhanced and obsolete packet blocks. */
export const PACKET_HEADER = 28
export const SIMPLE_PACKET_HEADER = 12
/** Bytes: libpcap's and Wireshark's limit; a longer block is damage. */
export const MAX_BLOCK = 16_777_216
/** Bytes: blocks that are read whole (packets, interfaces, statistics, section headers) are not longer. */
export const MAX_BUFFERED_BLOCK = 2_097_152

const KNOWN = new Set<number>([
  ...Object.values(BLOCK),
  0x201,
  0x202,
  0x203,
  0x205,
  0x206,
  0x207,
  0x208,
  0x209,
  0x20a,
  0x210,
  0x211,
  0x212,
  0x213,
])

export const isKnownBlock = (type: number): boolean => KNOWN.has(type)

/** Options of a block, in order: `visit(code, start, length)`. Stops at `opt_endofopt`, and at the first one that does not fit. */
export function eachOption(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  visit: (code: number, start: number, length: number) => void,
): void {
  let position = start
  while (end - position >= 4) {
    const code = view.getUint16(position, littleEndian)
    const length = view.getUint16(position + 2, littleEndian)
    position += 4
    if (code === 0 || position + length > end) return
    visit(code, position, length)
    position += (length + 3) & ~3
  }
}

/** The blocks of well-formed bytes, one after the other; stops at the first that does not fit. */
export function eachBlock(bytes: Uint8Array, littleEndian: boolean, visit: (type: number, block: Uint8Array) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; bytes.length - at >= SMALLEST_BLOCK; ) {
    const length = view.getUint32(at + 4, littleEndian)
    if (length < SMALLEST_BLOCK || length % 4 !== 0 || at + length > bytes.length) return
    visit(view.getUint32(at, littleEndian), bytes.subarray(at, at + length))
    at += length
  }
}
