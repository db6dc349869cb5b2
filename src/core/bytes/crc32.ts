const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/** CRC-32 as ZIP and gzip use it (ISO 3309, reflected 0x04C11DB7). `before` is the result for the bytes in front of these. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let remainder = ~before
  for (let i = 0; i < bytes.length; i++) remainder = (TABLE[(remainder ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (remainder >>> 8)
  return ~remainder >>> 0
}
