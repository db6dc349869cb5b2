/** Eight tables, so that eight bytes are looked up at once: T[k][b] is the remainder of byte b with k bytes of zeros behind it. */
const TABLES = tables()

function tables(): Uint32Array {
  const all = new Uint32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
    all[byte] = remainder
  }
  for (let at = 256; at < all.length; at++) {
    const shorter = all[at - 256] as number
    all[at] = (all[shorter & 0xff] as number) ^ (shorter >>> 8)
  }
  return all
}

/** CRC-32 as ZIP and gzip use it (ISO 3309, reflected 0x04C11DB7). `before` is the result for the bytes in front of these. */
export function crc32(bytes: Uint8Array, before = 0): number {
  const table = TABLES
  const byte = (at: number): number => bytes[at] as number
  const entry = (row: number, index: number): number => table[(row << 8) | (index & 0xff)] as number
  let remainder = ~before
  let at = 0
  for (const end = bytes.length - 7; at < end; at += 8) {
    const word = remainder ^ (byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24))
    const first = entry(7, word) ^ entry(6, word >>> 8) ^ entry(5, word >>> 16) ^ entry(4, word >>> 24)
    remainder = first ^ entry(3, byte(at + 4)) ^ entry(2, byte(at + 5)) ^ entry(1, byte(at + 6)) ^ entry(0, byte(at + 7))
  }
  for (; at < bytes.length; at++) remainder = entry(0, remainder ^ byte(at)) ^ (remainder >>> 8)
  return ~remainder >>> 0
}
