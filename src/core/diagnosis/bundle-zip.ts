import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { Deflate } from 'fflate'
import type { Chunks, Sink } from '../bytes/chunks.ts'
import { crc32 } from '../bytes/crc32.ts'
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry } from './bundle-zip-records.ts'

/** fflate's level: 9 packs captures and logs 0.1 % better. Part of "same case, same bytes": change it with the engine version only. */
const LEVEL = 6
/** fflate cuts its blocks where pushes end, so everything is pushed in pieces of this size, whatever the source's chunks are. */
const PIECE = 65_536

/** What went into an entry: sizes in bytes, SHA-256 in lower-case hex of the content and of the bytes that carry it (deflated). */
export interface PackedEntry {
  readonly name: string
  readonly size: number
  readonly sha256: string
  readonly packedSize: number
  readonly packedSha256: string
}

/**
 * Writes a ZIP as a stream: entries in the order given, dates fixed (1980-01-01, the format's zero), no attributes, UTF-8 names, so that
 * the same content gives the same bytes everywhere. ZIP64 where sizes need it (PKWARE APPNOTE 6.3.10, §4.3.9.2, §4.5.3).
 */
export class ZipWriter {
  readonly #sink: Sink
  readonly #entries: ZipEntry[] = []
  #offset = 0

  constructor(sink: Sink) {
    this.#sink = sink
  }

  /** An entry that fits in memory. `store` leaves it uncompressed: what verifies the rest must not have don't-care bits itself. */
  async addBytes(name: string, content: Uint8Array, store = false): Promise<PackedEntry> {
    const packed = store ? content : deflateWhole(content)
    const entry = this.#open(name, { stored: store, streamed: false, zip64: false })
    entry.crc32 = crc32(content)
    entry.size = content.length
    entry.packedSize = packed.length
    await this.#write(localHeader(entry))
    await this.#write(packed)
    return summary(entry, bytesToHex(sha256(content)), bytesToHex(sha256(packed)))
  }

  /**
   * An entry of any length, deflated as it passes; holds two pieces of 64 KiB.
   *
   * @param mayBeLarge the content may pass 4 GiB. Must follow from the content's kind, not from chance: it changes the bytes.
   * @throws {RangeError} when an entry that may not be large is
   */
  async addStream(name: string, content: Chunks, mayBeLarge: boolean): Promise<PackedEntry> {
    const entry = this.#open(name, { stored: false, streamed: true, zip64: mayBeLarge })
    await this.#write(localHeader(entry))
    const contentHash = sha256.create()
    const packedHash = sha256.create()
    let packed: Uint8Array[] = []
    const deflate = new Deflate({ level: LEVEL }, (piece) => packed.push(piece))
    const push = async (piece: Uint8Array, last: boolean) => {
      entry.crc32 = crc32(piece, entry.crc32)
      entry.size += piece.length
      contentHash.update(piece)
      deflate.push(piece, last)
      for (const out of packed) {
        packedHash.update(out)
        entry.packedSize += out.length
        await this.#write(out)
      }
      packed = []
    }
    for await (const { piece, last } of pieces(content)) await push(piece, last)
    if (!mayBeLarge && entry.size > 0xffff_ffff) throw new RangeError(`${name} has ${entry.size} bytes; it was announced as below 4 GiB`)
    await this.#write(dataDescriptor(entry))
    return summary(entry, bytesToHex(contentHash.digest()), bytesToHex(packedHash.digest()))
  }

  /** Writes the directory. Resolves to the bytes of the whole ZIP. */
  async finish(): Promise<number> {
    const directoryAt = this.#offset
    for (const entry of this.#entries) await this.#write(centralRecord(entry))
    await this.#write(endRecords(this.#entries.length, directoryAt, this.#offset - directoryAt))
    return this.#offset
  }

  #open(name: string, how: { stored: boolean; streamed: boolean; zip64: boolean }): ZipEntry {
    const entry: ZipEntry = { name, ...how, crc32: 0, size: 0, packedSize: 0, offset: this.#offset }
    this.#entries.push(entry)
    return entry
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length
    await this.#sink(bytes)
  }
}

function summary(entry: ZipEntry, sha256: string, packedSha256: string): PackedEntry {
  return { name: entry.name, size: entry.size, sha256, packedSize: entry.packedSize, packedSha256 }
}

/** The same bytes as `addStream` makes of the same content: pushed in the same pieces. */
function deflateWhole(content: Uint8Array): Uint8Array {
  const out: Uint8Array[] = []
  const deflate = new Deflate({ level: LEVEL }, (piece) => out.push(piece))
  let at = 0
  do {
    deflate.push(content.slice(at, at + PIECE), at + PIECE >= content.length)
    at += PIECE
  } while (at < content.length)
  return concat(out)
}

/** The content in pieces of exactly `PIECE` bytes; the last may be shorter, and is empty for empty content. */
async function* pieces(content: Chunks): AsyncGenerator<{ piece: Uint8Array; last: boolean }> {
  let piece = new Uint8Array(PIECE)
  let filled = 0
  for await (const chunk of content) {
    for (let at = 0; at < chunk.length; ) {
      if (filled === PIECE) {
        yield { piece, last: false }
        piece = new Uint8Array(PIECE)
        filled = 0
      }
      const taken = Math.min(PIECE - filled, chunk.length - at)
      piece.set(chunk.subarray(at, at + taken), filled)
      filled += taken
      at += taken
    }
  }
  yield { piece: piece.subarray(0, filled), last: true }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
