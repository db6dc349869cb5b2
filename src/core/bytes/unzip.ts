import { Unzip, type UnzipFile, UnzipInflate, UnzipPassThrough } from 'fflate'
import { InputError } from '../errors.ts'
import type { Chunks } from './chunks.ts'
import { checkLimits, type DecompressionLimits, type DecompressionReport } from './decompress.ts'

export const MAX_ENTRIES = 200
/** Bytes given to the decoder at once: what it gives back (at most about 1000 times that) is held until read. */
const STEP = 16_384

/** One file of a zip. Its chunks must be read, or left, before the next entry is asked for. */
export interface ZipEntry {
  /** As in the archive: a label from outside, never a path to write to. */
  readonly name: string
  readonly chunks: AsyncGenerator<Uint8Array>
}

type Event =
  | { readonly kind: 'entry'; readonly name: string }
  | { readonly kind: 'bytes'; readonly piece: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'broken'; readonly error: InputError }

/**
 * The files of a zip, in the order of its local headers, as the archive streams past. Folders and empty names are left out.
 *
 * @throws {InputError} archive-too-large beyond the limits; malformed-archive for an entry that cannot be streamed (stored without its
 * length in front, encrypted, another method than deflate), from that entry's chunks
 */
export async function* unzip(chunks: Chunks, report: DecompressionReport, limits: DecompressionLimits): AsyncGenerator<ZipEntry> {
  const events = new ZipEvents(chunks, report, limits)
  for (let event = await events.next(); event !== undefined; event = await events.next()) {
    if (event.kind === 'entry') yield { name: event.name, chunks: events.entry() }
  }
  if (events.entries === 0) throw new InputError('malformed-archive', 'the zip holds no file', 'Zip the captures and logs again.')
}

class ZipEvents {
  entries = 0
  readonly #report: DecompressionReport
  readonly #limits: DecompressionLimits
  readonly #input: AsyncGenerator<Uint8Array>
  readonly #queue: Event[] = []
  readonly #zip: Unzip
  #failed = false
  /** An entry has begun and not ended. */
  #open = false

  constructor(chunks: Chunks, report: DecompressionReport, limits: DecompressionLimits) {
    this.#report = report
    this.#limits = limits
    this.#input = inSteps(chunks, report)
    this.#zip = new Unzip((file) => this.#begin(file))
    this.#zip.register(UnzipInflate)
    this.#zip.register(UnzipPassThrough)
  }

  async *entry(): AsyncGenerator<Uint8Array> {
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      if (event.kind === 'bytes') yield event.piece
      if (event.kind === 'broken') throw event.error
      if (event.kind === 'end') return
    }
  }

  async next(): Promise<Event | undefined> {
    while (this.#queue.length === 0 && !this.#failed) {
      const step = await this.#input.next()
      this.#push(step.done === true ? new Uint8Array(0) : step.value, step.done === true)
      checkLimits(this.#report, this.#limits)
      if (step.done === true) break
    }
    return this.#queue.shift()
  }

  #push(piece: Uint8Array, final: boolean): void {
    try {
      this.#zip.push(piece, final)
    } catch (error) {
      if (error instanceof InputError || !(error instanceof Error)) throw error
      this.#failed = true
      this.#report.damage = 'the zip is damaged or cut off; what came before was read'
    }
    if ((final || this.#failed) && this.#open) {
      this.#report.damage ??= 'the zip is cut off; what came before was read'
      this.#end()
    }
  }

  #end(): void {
    this.#open = false
    this.#queue.push({ kind: 'end' })
  }

  #begin(file: UnzipFile): void {
    if (file.name === '' || file.name.endsWith('/')) return
    if (++this.entries > MAX_ENTRIES) {
      throw new InputError('archive-too-large', `the zip holds more than ${MAX_ENTRIES} files`, 'Send the files of the incident only.')
    }
    this.#queue.push({ kind: 'entry', name: file.name })
    this.#open = true
    const why = unstreamable(file)
    if (why !== undefined) {
      this.#queue.push({
        kind: 'broken',
        error: new InputError('malformed-archive', why, 'Zip it again with deflate, or send the file itself.'),
      })
      this.#open = false
      return
    }
    file.ondata = (error, piece, final) => this.#take(error, piece, final)
    file.start()
  }

  #take(error: Error | null, piece: Uint8Array, final: boolean): void {
    if (!this.#open) return
    if (error !== null) {
      this.#report.damage = 'an entry of the zip is damaged; what came before was read'
      this.#end()
      return
    }
    this.#report.bytesOut += piece.length
    // The decoder may hand out a view of its own input.
    if (piece.length > 0) this.#queue.push({ kind: 'bytes', piece: new Uint8Array(piece) })
    if (final) this.#end()
  }
}

function unstreamable(file: UnzipFile): string | undefined {
  if (file.compression === 0 && file.size === undefined) return 'a file is stored in the zip without its length in front'
  return file.compression === 0 || file.compression === 8 ? undefined : `a file is compressed by method ${file.compression}, not deflate`
}

async function* inSteps(chunks: Chunks, report: DecompressionReport): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += STEP) {
      const step = new Uint8Array(chunk.subarray(at, at + STEP))
      report.bytesIn += step.length
      yield step
    }
  }
}
