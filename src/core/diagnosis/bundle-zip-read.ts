import { Inflate } from 'fflate'
import type { Source } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import { CENTRAL_SIZE, END_SIZE, END64_SIZE, LOCATOR_SIZE, type ZipEntry } from './bundle-zip-records.ts'

/** A directory of 20,000 entries with long names; a bundle has tens. */
const MAX_DIRECTORY = 8 * 2 ** 20
/** Packed bytes in one push: deflate makes at most 1,032 bytes of one, so at most 17 MB come out. */
const PIECE = 16_384
const MAX_COMMENT = 65_535

/** A ZIP whose directory was read. */
export interface ZipDirectory {
  /** In the directory's order. */
  readonly entries: readonly ZipEntry[]
  /** Where the directory starts, in bytes. */
  readonly at: number
  /** Bytes of the whole file. */
  readonly size: number
}

/** What reading needs: bytes at an offset. Files, objects and browser `File`s have it. */
export interface RandomAccess {
  readonly size: number
  read(offset: number, length: number): Promise<Uint8Array>
}

/**
 * @throws {InputError} `malformed-archive` when the source cannot be read at an offset
 */
export function randomAccess(source: Source): RandomAccess {
  const { size, read } = source
  if (size === undefined || read === undefined) throw broken('the bundle cannot be read at an offset', 'Give it as a file.')
  return { size, read: (offset, length) => read(offset, length) }
}

/** Bytes already in memory, as a `Source`. */
export function sourceOfBytes(name: string, bytes: Uint8Array): Source {
  return { name, size: bytes.length, open: () => [bytes], read: async (offset, length) => bytes.subarray(offset, offset + length) }
}

/**
 * The directory of a ZIP, ZIP64 included. Local headers are not looked at: `verifyBundle` compares them.
 *
 * @throws {InputError} `malformed-archive` when there is none, or it claims more than the file has
 */
export async function readZipDirectory(zip: RandomAccess): Promise<ZipDirectory> {
  const { count, size, at } = await findDirectory(zip)
  if (size > MAX_DIRECTORY || at + size > zip.size) throw broken(`its directory claims ${size} bytes at ${at}`)
  const bytes = await zip.read(at, size)
  const view = viewOf(bytes)
  const entries: ZipEntry[] = []
  let position = 0
  for (let i = 0; i < count; i++) {
    if (position + CENTRAL_SIZE > bytes.length || view.getUint32(position, true) !== 0x02014b50)
      throw broken(`entry ${i + 1} of its directory is damaged`)
    const nameLength = view.getUint16(position + 28, true)
    const extraLength = view.getUint16(position + 30, true)
    const end = position + CENTRAL_SIZE + nameLength + extraLength + view.getUint16(position + 32, true)
    if (end > bytes.length) throw broken(`entry ${i + 1} of its directory is damaged`)
    const entry = centralEntry(bytes.subarray(position, end), nameLength, extraLength)
    if (entry.offset + entry.packedSize > at) throw broken(`entry ${i + 1} of its directory points outside the file`)
    entries.push(entry)
    position = end
  }
  return { entries, at, size: zip.size }
}

/** The content of an entry as chunks; what it costs to hold is one piece. Errors as `readZipDirectory`. */
export async function* entryContent(
  zip: RandomAccess,
  entry: ZipEntry,
  onPacked?: (piece: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const start = await dataStart(zip, entry)
  const out: Uint8Array[] = []
  const inflate = new Inflate((piece) => out.push(piece))
  let produced = 0
  for (let at = 0; at < entry.packedSize || at === 0; at += PIECE) {
    const piece = await zip.read(start + at, Math.min(PIECE, entry.packedSize - at))
    if (piece.length < Math.min(PIECE, entry.packedSize - at)) throw broken(`it ends inside ${entry.name}`)
    onPacked?.(piece)
    if (entry.stored) out.push(piece)
    else push(inflate, piece, at + PIECE >= entry.packedSize, entry.name)
    for (const content of out.splice(0)) {
      produced += content.length
      if (produced > entry.size) throw broken(`${entry.name} is longer than its directory says`)
      yield content
    }
  }
}

/** The whole content of a small entry. */
export async function entryBytes(zip: RandomAccess, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  if (entry.size > limit) throw broken(`${entry.name} has ${entry.size} bytes; at most ${limit} are read`)
  const whole = new Uint8Array(entry.size)
  let at = 0
  for await (const content of entryContent(zip, entry)) {
    whole.set(content, at)
    at += content.length
  }
  return whole.subarray(0, at)
}

/** Bytes of the local header in front of the content: the fixed part, name and extra field. */
export async function dataStart(zip: RandomAccess, entry: ZipEntry): Promise<number> {
  const fixed = viewOf(await zip.read(entry.offset, 30))
  if (fixed.byteLength < 30) throw broken(`it ends before ${entry.name}`)
  return entry.offset + 30 + fixed.getUint16(26, true) + fixed.getUint16(28, true)
}

async function findDirectory(zip: RandomAccess): Promise<{ count: number; size: number; at: number }> {
  const tailLength = Math.min(zip.size, END_SIZE + MAX_COMMENT)
  const tail = viewOf(await zip.read(zip.size - tailLength, tailLength))
  let end = tail.byteLength - END_SIZE
  while (end >= 0 && !(tail.getUint32(end, true) === 0x06054b50 && tail.getUint16(end + 20, true) === tail.byteLength - end - END_SIZE))
    end--
  if (end < 0) throw broken('it has no directory at its end')
  const small = { count: tail.getUint16(end + 10, true), size: tail.getUint32(end + 12, true), at: tail.getUint32(end + 16, true) }
  if (small.count !== 0xffff && small.size !== 0xffff_ffff && small.at !== 0xffff_ffff) return small
  const locatorAt = zip.size - tailLength + end - LOCATOR_SIZE
  const locator = viewOf(await zip.read(Math.max(0, locatorAt), LOCATOR_SIZE))
  if (locatorAt < 0 || locator.getUint32(0, true) !== 0x07064b50) return small
  const record = viewOf(await zip.read(u64(locator, 8), END64_SIZE))
  if (record.byteLength < END64_SIZE || record.getUint32(0, true) !== 0x06064b50) throw broken('its ZIP64 directory is damaged')
  return { count: u64(record, 32), size: u64(record, 40), at: u64(record, 48) }
}

function centralEntry(record: Uint8Array, nameLength: number, extraLength: number): ZipEntry {
  const view = viewOf(record)
  const method = view.getUint16(10, true)
  const name = new TextDecoder().decode(record.subarray(CENTRAL_SIZE, CENTRAL_SIZE + nameLength))
  if (method !== 0 && method !== 8) throw broken(`${name} is packed by method ${method}`)
  const large = zip64Values(record.subarray(CENTRAL_SIZE + nameLength, CENTRAL_SIZE + nameLength + extraLength))
  const wide = (at: number) => {
    const value = view.getUint32(at, true)
    return value === 0xffff_ffff ? (large.shift() ?? value) : value
  }
  const size = wide(24)
  const packedSize = wide(20)
  const offset = wide(42)
  const streamed = (view.getUint16(8, true) & 8) !== 0
  return {
    name,
    stored: method === 0,
    streamed,
    zip64: streamed && view.getUint16(6, true) === 45,
    crc32: view.getUint32(16, true),
    size,
    packedSize,
    offset,
  }
}

function zip64Values(extra: Uint8Array): number[] {
  const view = viewOf(extra)
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === 1 && at + 4 + length <= extra.length) {
      return Array.from({ length: Math.floor(length / 8) }, (_, i) => u64(view, at + 4 + 8 * i))
    }
    at += 4 + length
  }
  return []
}

function push(inflate: Inflate, piece: Uint8Array, last: boolean, name: string): void {
  try {
    inflate.push(piece, last)
  } catch (error) {
    throw broken(`${name} cannot be unpacked (${error instanceof Error ? error.message : 'damaged'})`)
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const u64 = (view: DataView, at: number): number => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32

const broken = (what: string, advice = 'Fetch the bundle again.'): InputError =>
  new InputError('malformed-archive', `not a sound bundle: ${what}`, advice)
