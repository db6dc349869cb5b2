import type { Chunks } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import { RecordFeeder } from './feeder.ts'
import { captureFormat, SNIFF_BYTES } from './formats.ts'
import type { FrameVisitor } from './frame.ts'
import { PcapReader } from './pcap.ts'
import { PCAP_FILE_HEADER, parsePcapHeader } from './pcap-header.ts'
import { PcapngReader } from './pcapng.ts'
import type { RecordReader } from './reader.ts'
import type { Selection } from './selection.ts'
import type { CaptureSummary, Instant } from './summary.ts'

/**
 * A capture read by pushing its bytes, in chunks of any size. Never throws on damage after the first bytes: it notes what and where,
 * finds the next packet and goes on.
 */
export class CaptureScanner {
  readonly #visitor: FrameVisitor | undefined
  readonly #selection: Selection | undefined
  #head = new Uint8Array(0)
  #reader: RecordReader | undefined
  #feeder: RecordFeeder | undefined

  constructor(visitor?: FrameVisitor, selection?: Selection) {
    this.#visitor = visitor
    this.#selection = selection
  }

  /** @throws {InputError} unknown-format, convert-first: once the first bytes are there */
  push(chunk: Uint8Array): void {
    if (this.#feeder !== undefined) this.#feeder.push(chunk)
    else if (this.#head.length === 0 && chunk.length >= SNIFF_BYTES) this.#begin(chunk)
    else this.#gatherHead(chunk)
  }

  #gatherHead(chunk: Uint8Array): void {
    const head = new Uint8Array(this.#head.length + chunk.length)
    head.set(this.#head)
    head.set(chunk, this.#head.length)
    this.#head = head
    if (head.length >= SNIFF_BYTES) this.#begin(head)
  }

  /** @throws {InputError} empty-file, unknown-format, convert-first, malformed-capture when the file ended before that was clear */
  end(): CaptureSummary {
    if (this.#feeder === undefined) this.#begin(this.#head)
    if (this.#feeder === undefined || this.#reader === undefined) throw new Error('a scanner without a reader')
    const missing = this.#feeder.end()
    return this.#reader.summary(this.#feeder.offset, missing)
  }

  /** What was read so far, where no more is wanted: a record that is not complete is no damage. @throws {InputError} as `end` */
  stop(): CaptureSummary {
    if (this.#feeder === undefined) this.#begin(this.#head)
    if (this.#feeder === undefined || this.#reader === undefined) throw new Error('a scanner without a reader')
    return this.#reader.summary(this.#feeder.offset, 0)
  }

  /** Latest stamp so far. */
  get latest(): Instant | undefined {
    return this.#reader?.latest
  }

  #begin(head: Uint8Array): void {
    if (head.length === 0) throw new InputError('empty-file', 'the file is empty', 'Send the file again: nothing arrived.', 0)
    const format = captureFormat(head)
    if (format === undefined) {
      throw new InputError('unknown-format', 'this is neither pcap nor pcapng', 'Send a capture as pcap or pcapng (gzip and zip too).', 0)
    }
    const headerBytes = format === 'pcap' ? PCAP_FILE_HEADER : 0
    this.#reader = format === 'pcap' ? this.#pcapReader(head) : new PcapngReader(this.#visitor, this.#selection)
    this.#feeder = new RecordFeeder(this.#reader, headerBytes)
    this.#feeder.push(head.subarray(headerBytes))
  }

  #pcapReader(head: Uint8Array): PcapReader {
    const header = parsePcapHeader(head)
    this.#selection?.write(head, 0, PCAP_FILE_HEADER)
    return new PcapReader(header, this.#visitor, this.#selection)
  }
}

/**
 * Reads a whole capture and shows each frame to `visitor`, in file order.
 *
 * @throws {InputError} empty-file, unknown-format, convert-first; damage is reported in the summary instead
 */
export async function scanCapture(chunks: Chunks, visitor?: FrameVisitor): Promise<CaptureSummary> {
  const scanner = new CaptureScanner(visitor)
  for await (const chunk of chunks) scanner.push(chunk)
  return scanner.end()
}
