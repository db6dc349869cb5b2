import { InputError } from '../errors.ts'
import type { Chunks } from './chunks.ts'
import { crc32 } from './crc32.ts'
import { beyondLimits, type Damage, type DecompressionLimits, type DecompressionReport, newReport } from './decompress.ts'
import { Inflater, type InflateState } from './inflate.ts'
import { descriptorOf, LOCAL_HEADER, LONGEST_DESCRIPTOR, type LocalHeader, localHeader, unstreamable } from './zip-header.ts'

export const MAX_ENTRIES = 200
const NOTHING = new Uint8Array(0)
/** Bytes given to the decoder at once. */
const STEP = 65_536
const SIGNATURE = 4 // bytes
/** What begins the archive's directory (APPNOTE 4.3.6): extra data, file header, ZIP64 end, end. */
const OF_DIRECTORY = new Set([0x08064b50, 0x02014b50, 0x06064b50, 0x06054b50])

/** One file of a zip. Its chunks must be read, or left, before the next entry is asked for. */
export interface ZipEntry {
  /** As in the archive: a label from outside, never a path to write to. */
  readonly name: string
  readonly chunks: AsyncGenerator<Uint8Array>
  /** Of this file alone; complete when its chunks have ended. */
  readonly report: DecompressionReport
}

/**
 * The files of a zip, in the order of its local headers, as the archive streams past. Folders and empty names are left out. What is
 * damaged, cut off, or unpacks to more than the limits (of the whole archive) yields what came before, and says so in the entry's report.
 *
 * @param total counts the archive's bytes, in and out
 * @throws {InputError} archive-too-large for too many files; malformed-archive without one, and, from an entry's chunks, for an entry
 * that cannot be streamed (encrypted, stored without its length in front, another method than deflate)
 */
export async function* unzip(chunks: Chunks, total: DecompressionReport, limits: DecompressionLimits): AsyncGenerator<ZipEntry> {
  const reader = new ZipReader(chunks, total, limits)
  let entries = 0
  for (let header = await reader.next(); header !== undefined; header = await reader.next()) {
    if (header.name === '' || header.name.endsWith('/')) continue
    if (++entries > MAX_ENTRIES) {
      throw new InputError('archive-too-large', `the zip holds more than ${MAX_ENTRIES} files`, 'Send the files of the incident only.')
    }
    yield { name: header.name, chunks: reader.content(), report: reader.report }
  }
  await reader.drain()
  if (entries === 0) throw new InputError('malformed-archive', 'the zip holds no file', 'Zip the captures and logs again.')
}

class ZipReader {
  /** Of the entry at hand. */
  report = newReport('zip')
  readonly #input: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #total: DecompressionReport
  readonly #limits: DecompressionLimits
  readonly #inflater = new Inflater()
  /** What came of the input and was not given to the inflater yet. */
  #chunk: Uint8Array = NOTHING
  #isLast = false
  #isOver = false
  /** Given to the inflater so far. */
  #fed = 0
  #header: LocalHeader | undefined
  /** Where the entry's content began. */
  #start = 0
  #checksum = 0
  #state: InflateState = 'output'

  constructor(chunks: Chunks, total: DecompressionReport, limits: DecompressionLimits) {
    this.#input = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
    this.#total = total
    this.#limits = limits
  }

  /** The next entry's header; what was left of the one before is passed over. */
  async next(): Promise<LocalHeader | undefined> {
    while (this.#header !== undefined) await this.#piece()
    if (this.#isOver) return undefined
    const header = await this.#readHeader()
    if (header === undefined) return undefined
    this.#inflater.skip(header.length)
    this.#inflater.begin()
    this.#header = header
    this.#start = this.#position
    this.#checksum = 0
    this.#state = 'output'
    this.report = newReport('zip')
    return header
  }

  /** Undefined at the archive's directory, and where the archive breaks off before that. */
  async #readHeader(): Promise<LocalHeader | undefined> {
    const hasMore = await this.#atLeast(SIGNATURE)
    const { rest } = this.#inflater
    const signature = hasMore ? new DataView(rest.buffer, rest.byteOffset).getUint32(0, true) : 0
    if (OF_DIRECTORY.has(signature)) return undefined
    let header = signature === LOCAL_HEADER ? localHeader(rest) : undefined
    while (signature === LOCAL_HEADER && header === undefined && (await this.#more())) header = localHeader(this.#inflater.rest)
    if (header === undefined) this.#total.damage = hasMore && signature !== LOCAL_HEADER ? this.#lost() : this.#brokenOff()
    return header
  }

  async *content(): AsyncGenerator<Uint8Array> {
    const header = this.#header
    const why = header && unstreamable(header)
    if (why !== undefined) {
      const advice = header?.isEncrypted
        ? 'Zip it again without a password: it travels encrypted anyway.'
        : 'Zip it again with deflate, or send the file itself.'
      throw new InputError('malformed-archive', why, advice)
    }
    for (;;) {
      const piece = await this.#piece()
      if (piece === undefined) return
      if (piece.length > 0) yield piece
    }
  }

  /** The rest of the archive, its directory: counted only. */
  async drain(): Promise<void> {
    this.#inflater.skip(this.#inflater.rest.length)
    while (await this.#more()) this.#inflater.skip(this.#inflater.rest.length)
  }

  /** The next bytes of the entry at hand; undefined at its end. */
  async #piece(): Promise<Uint8Array | undefined> {
    const header = this.#header
    if (header === undefined) return undefined
    const piece = unstreamable(header)
      ? await this.#passOver(header)
      : await (header.method === 0 ? this.#stored(header) : this.#inflated(header))
    if (piece === undefined) {
      this.#header = undefined
      return undefined
    }
    const beyond = beyondLimits(this.#total, piece.length, this.#limits)
    if (beyond !== undefined) return this.#fail(beyond)
    this.#total.bytesOut += piece.length
    this.report.bytesOut += piece.length
    this.#checksum = crc32(piece, this.#checksum)
    return piece
  }

  async #inflated(header: LocalHeader): Promise<Uint8Array | undefined> {
    while (this.#state === 'output' || this.#state === 'input') {
      if (this.#state === 'input') await this.#more()
      this.#state = this.#inflater.run()
      const { ready } = this.#inflater
      if (ready.length > 0) return ready
    }
    if (this.#state === 'end') return this.#check(header)
    if (this.#state === 'cut-off') return this.#fail(this.#truncated())
    this.#inflater.abandon()
    this.report.damage = this.#damaged('its data cannot be unpacked from there on')
    return this.#leave(header)
  }

  async #stored(header: LocalHeader): Promise<Uint8Array | undefined> {
    const left = this.#start + (header.packedLength ?? 0) - this.#position
    if (left === 0) return this.#check(header)
    if (!(await this.#atLeast(1))) return this.#fail(this.#truncated())
    const piece = this.#inflater.rest.subarray(0, left)
    this.#inflater.skip(piece.length)
    return piece
  }

  /** Content that cannot be read: to its stated end, or to the data descriptor that states its length. */
  async #passOver(header: LocalHeader): Promise<undefined> {
    if (header.packedLength !== undefined) return this.#leave(header)
    while (await this.#atLeast(LONGEST_DESCRIPTOR)) {
      const { rest } = this.#inflater
      for (let at = rest.indexOf(0x50); at >= 0 && at + LONGEST_DESCRIPTOR <= rest.length; at = rest.indexOf(0x50, at + 1)) {
        const descriptor = rest[at + 1] === 0x4b ? descriptorOf(rest.subarray(at), this.#position + at - this.#start) : undefined
        if (descriptor === undefined) continue
        this.#inflater.skip(at + descriptor.length)
        return undefined
      }
      this.#inflater.skip(rest.length - LONGEST_DESCRIPTOR + 1)
    }
    this.#isOver = true
    return undefined
  }

  /** Checks the content against what the archive says of it. */
  async #check(header: LocalHeader): Promise<undefined> {
    const packedLength = this.#position - this.#start
    let { checksum } = header
    if (header.hasDescriptor) {
      await this.#atLeast(LONGEST_DESCRIPTOR)
      const descriptor = descriptorOf(this.#inflater.rest, packedLength)
      if (descriptor === undefined) return this.#fail(this.#damaged('what follows it is not the length it has'))
      this.#inflater.skip(descriptor.length)
      checksum = descriptor.checksum
    }
    if (checksum !== this.#checksum) this.report.damage = this.#damaged('its checksum (CRC-32) does not fit what it holds')
    return header.hasDescriptor ? undefined : this.#leave(header)
  }

  /** To the entry's end as its header states it. */
  async #leave({ packedLength }: LocalHeader): Promise<undefined> {
    const end = this.#start + (packedLength ?? Number.NaN)
    this.#isOver = !(end >= this.#position)
    while (!this.#isOver && this.#position < end) {
      if (await this.#atLeast(1)) this.#inflater.skip(Math.min(end - this.#position, this.#inflater.rest.length))
      else this.#isOver = true
    }
    return undefined
  }

  /** Nothing behind this can be found. */
  #fail(damage: Damage): undefined {
    this.report.damage = damage
    this.#isOver = true
    this.#header = undefined
    return undefined
  }

  #truncated(): Damage {
    const { bytesOut } = this.report
    const says = `the zip is cut off: it ends after ${this.#total.bytesIn} bytes, inside a file of which ${bytesOut} bytes were read`
    return { code: 'zip-truncated', says }
  }

  #brokenOff(): Damage {
    const says = `the zip is cut off: it ends after ${this.#total.bytesIn} bytes, before its directory; files in front of that were read`
    return { code: 'zip-truncated', says }
  }

  #lost(): Damage {
    const says = `the zip is damaged near byte ${this.#position}: no file begins there; files in front of it were read`
    return { code: 'zip-damaged', says }
  }

  #damaged(why: string): Damage {
    const says = `a file of the zip is damaged near byte ${this.#position}: ${why}; ${this.report.bytesOut} bytes of it were read`
    return { code: 'zip-damaged', says }
  }

  /** Offset in the archive. */
  get #position(): number {
    return this.#fed - this.#inflater.rest.length
  }

  async #atLeast(bytes: number): Promise<boolean> {
    while (this.#inflater.rest.length < bytes) if (!(await this.#more())) return false
    return true
  }

  /** Feeds the inflater; false at the end of the input. */
  async #more(): Promise<boolean> {
    while (this.#chunk.length === 0 && !this.#isLast) {
      const next = await this.#input.next()
      if (next.done === true) {
        this.#isLast = true
        this.#inflater.finish()
      } else {
        this.#chunk = next.value
        this.#total.bytesIn += next.value.length
      }
    }
    const step = this.#chunk.subarray(0, STEP)
    if (step.length === 0) return false
    // Of a chunk that is used up not even an empty view is kept: a browser's reader takes the buffer back.
    this.#chunk = step.length < this.#chunk.length ? this.#chunk.subarray(step.length) : NOTHING
    this.#inflater.feed(step)
    this.#fed += step.length
    this.report.bytesIn += step.length
    return true
  }
}
