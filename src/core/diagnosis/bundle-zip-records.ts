/** The fixed parts of a ZIP: every field is a function of the entry, so that whoever verifies can compare byte by byte. */

/** One entry. Sizes and offset in bytes. */
export interface ZipEntry {
  readonly name: string
  /** Method 0 instead of deflate. */
  readonly stored: boolean
  /** CRC and sizes follow the content in a data descriptor, because they were not known before. */
  readonly streamed: boolean
  /** The data descriptor's sizes have eight bytes. */
  readonly zip64: boolean
  crc32: number
  size: number
  packedSize: number
  /** Of the local header in the ZIP. */
  readonly offset: number
}

const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END64 = 0x06064b50
const END64_LOCATOR = 0x07064b50
/** 1980-01-01 00:00:00, the first date a ZIP can tell. */
const DOS_DATE = 0x0021
const UTF8 = 1 << 11
const STREAMED = 1 << 3
/** File comment length, disk number, internal attributes. */
const NO_COMMENT_DISK_ATTRIBUTES = [0, 0, 0]
const MAX32 = 0xffff_ffff
const MAX16 = 0xffff
/** Fixed bytes of an end record: where a reader starts. */
export const END_SIZE = 22
export const END64_SIZE = 56
export const LOCATOR_SIZE = 20
export const CENTRAL_SIZE = 46

export function localHeader(entry: ZipEntry): Uint8Array {
  const out = new Fields()
  out.u32(LOCAL)
  common(out, entry, entry.zip64)
  const name = new TextEncoder().encode(entry.name)
  for (const value of entry.streamed ? [0, 0, 0] : [entry.crc32, entry.packedSize, entry.size]) out.u32(value)
  out.u16(name.length)
  out.u16(entry.zip64 ? 20 : 0)
  out.bytes(name)
  if (entry.zip64) {
    // Present and zero: it says that the descriptor's sizes have eight bytes (APPNOTE §4.3.9.2).
    out.u16(1)
    out.u16(16)
    out.u64(0)
    out.u64(0)
  }
  return out.done()
}

export function dataDescriptor(entry: ZipEntry): Uint8Array {
  const out = new Fields()
  out.u32(DESCRIPTOR)
  out.u32(entry.crc32)
  for (const size of [entry.packedSize, entry.size]) {
    if (entry.zip64) out.u64(size)
    else out.u32(size)
  }
  return out.done()
}

export function centralRecord(entry: ZipEntry): Uint8Array {
  const large = [entry.size, entry.packedSize, entry.offset].filter((value) => value >= MAX32)
  const name = new TextEncoder().encode(entry.name)
  const out = new Fields()
  out.u32(CENTRAL)
  out.u16(entry.zip64 || large.length > 0 ? 45 : 20)
  common(out, entry, entry.zip64 || large.length > 0)
  out.u32(entry.crc32)
  out.u32(Math.min(entry.packedSize, MAX32))
  out.u32(Math.min(entry.size, MAX32))
  out.u16(name.length)
  out.u16(large.length > 0 ? 4 + 8 * large.length : 0)
  for (const unused of NO_COMMENT_DISK_ATTRIBUTES) out.u16(unused)
  out.u32(0)
  out.u32(Math.min(entry.offset, MAX32))
  out.bytes(name)
  if (large.length > 0) {
    out.u16(1)
    out.u16(8 * large.length)
    for (const value of large) out.u64(value)
  }
  return out.done()
}

/** The end of the directory, with the ZIP64 records in front where a number needs them. */
export function endRecords(count: number, directoryAt: number, directorySize: number): Uint8Array {
  const out = new Fields()
  if (count >= MAX16 || directoryAt >= MAX32 || directorySize >= MAX32) {
    out.u32(END64)
    out.u64(END64_SIZE - 12)
    out.u16(45)
    out.u16(45)
    out.u32(0)
    out.u32(0)
    for (const value of [count, count, directorySize, directoryAt]) out.u64(value)
    out.u32(END64_LOCATOR)
    out.u32(0)
    out.u64(directoryAt + directorySize)
    out.u32(1)
  }
  out.u32(END)
  out.u16(0)
  out.u16(0)
  out.u16(Math.min(count, MAX16))
  out.u16(Math.min(count, MAX16))
  out.u32(Math.min(directorySize, MAX32))
  out.u32(Math.min(directoryAt, MAX32))
  out.u16(0)
  return out.done()
}

/** Version needed, flags, method, time, date: the same in the local and the central record. */
function common(out: Fields, entry: ZipEntry, zip64: boolean): void {
  out.u16(zip64 ? 45 : 20)
  out.u16(UTF8 | (entry.streamed ? STREAMED : 0))
  out.u16(entry.stored ? 0 : 8)
  out.u16(0)
  out.u16(DOS_DATE)
}

/** Little-endian fields, one after the other. */
class Fields {
  readonly #bytes: number[] = []

  u16(value: number): void {
    this.#bytes.push(value & 0xff, (value >>> 8) & 0xff)
  }
  u32(value: number): void {
    this.u16(value & 0xffff)
    this.u16(value >>> 16)
  }
  u64(value: number): void {
    this.u32(value >>> 0)
    this.u32(Math.floor(value / 2 ** 32))
  }
  bytes(value: Uint8Array): void {
    for (const byte of value) this.#bytes.push(byte)
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}
