import type { Chunks, Sink } from '../bytes/chunks.ts'
import {
  type Compression,
  DAMAGE_ADVICE,
  DEFAULT_LIMITS,
  type DecompressionLimits,
  type DecompressionReport,
  decompress,
  newReport,
  peek,
  sniffCompression,
} from '../bytes/decompress.ts'
import { unzip, type ZipEntry } from '../bytes/unzip.ts'
import type { CasePrivacy } from '../diagnosis/privacy/privacy.ts'
import { InputError } from '../errors.ts'
import type { TrackerLimits } from '../tcp/tracker.ts'
import type { Window } from '../time/window.ts'
import { cutFile } from './cut-file.ts'
import type { CutReceipt, FileOptions } from './receipt.ts'

export interface CutRequest {
  /** On the reference clock. */
  readonly window: Window
  /** IANA name or `+HH:MM`, for logs that name none. */
  readonly caseTimezone?: string | undefined
  /** IP addresses, where known. */
  readonly host?: string | undefined
  readonly peer?: string | undefined
  /** Error text or code from the ticket: with the peer it says which of a log's errors is the case's. */
  readonly error?: string | undefined
  /** `peers` keeps only what concerns `peer`; without one it is as `all`. */
  readonly scope: 'all' | 'peers'
  readonly incidentAtNs?: bigint | undefined
  readonly toolVersion: string
  readonly by: 'service' | 'client'
  /** What an archive may unpack to. */
  readonly limits?: DecompressionLimits | undefined
  readonly trackerLimits?: TrackerLimits | undefined
  /** The case's privacy, applied to what is kept before it is written; its files go through one after the other. */
  readonly privacy?: CasePrivacy | undefined
  /** Also keep a log's column names and the like (`trim --keep-header`; the service, so that logs still open). */
  readonly keepHeader?: boolean | undefined
}

/** One evidence file about to be cut. */
export interface CutEntry {
  /** Base name under which the cut file may be stored: letters, digits, `. _ -`. Not unique. */
  readonly fileName: string
  /** The upload's base name. */
  readonly name: string
  /** Name inside the archive, where the upload is a zip. */
  readonly entry: string | null
  readonly kind: 'capture' | 'log'
}

/** Where one cut file goes. Exactly one of `end` and `abort` is called. */
export interface CutOutput {
  readonly write: Sink
  end(): void | Promise<void>
  /** The file turned out to be unusable: what was written counts for nothing. */
  abort(reason: unknown): void | Promise<void>
}

export type OpenOutput = (entry: CutEntry) => CutOutput | Promise<CutOutput>

/**
 * Takes in one upload: recognises it, unpacks gzip, zstd and zip, cuts each capture and log to the window as it streams past, and gives
 * the receipts. One evidence file, one receipt; a zip has one for each file in it that could be read.
 *
 * @param name the upload's base name
 * @throws {InputError} when nothing of it could be read; of a zip, what one file lacks becomes a warning on another's receipt
 */
export async function cutUpload(
  chunks: Chunks,
  name: string,
  options: FileOptions,
  request: CutRequest,
  open: OpenOutput,
): Promise<CutReceipt[]> {
  const report = newReport()
  const limits = request.limits ?? DEFAULT_LIMITS
  const input = await peek(chunks, 4)
  if (sniffCompression(input.head) === 'zip') return cutZip(input.chunks, name, options, request, open)
  const plain = await peek(decompress(input.chunks, report, limits), 4)
  if (report.compression !== 'none' && sniffCompression(plain.head) !== 'none') throw nested()
  const receipt = await cutFile({ chunks: plain.chunks, name, entry: null, options, request, report, open })
  return [receipt]
}

async function cutZip(chunks: Chunks, name: string, options: FileOptions, request: CutRequest, open: OpenOutput): Promise<CutReceipt[]> {
  const total = newReport('zip')
  const limits = request.limits ?? DEFAULT_LIMITS
  const receipts: CutReceipt[] = []
  const rejected: { readonly entry: string; readonly error: InputError }[] = []
  for await (const entry of unzip(chunks, total, limits)) {
    const label = printable(entry.name)
    try {
      const plain = await unpackedEntry(entry, limits)
      receipts.push(await cutFile({ ...plain, name, entry: label, options, request, open }))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      rejected.push({ entry: label, error })
    }
  }
  const [first] = receipts
  if (first === undefined) {
    throw (
      rejected[0]?.error ??
      new InputError('malformed-archive', 'the zip holds no file that can be read', 'Zip the captures and logs again.')
    )
  }
  for (const { entry, error } of rejected)
    first.warnings.push({ code: 'entry-rejected', message: `${entry}: ${error.message}. ${error.advice}` })
  if (total.damage) first.warnings.push({ code: total.damage.code, message: `${total.damage.says}. ${DAMAGE_ADVICE[total.damage.code]}` })
  for (const receipt of receipts) receipt.source.size = total.bytesIn
  return receipts
}

/** One file of a zip, unpacked. */
export interface UnpackedEntry {
  readonly chunks: Chunks
  /** Complete when `chunks` has ended. */
  readonly report: Readonly<DecompressionReport>
}

/** A file in a zip may itself be gzip or zstd; not more. @throws {InputError} malformed-archive for an archive in the archive */
export async function unpackedEntry({ chunks, report }: ZipEntry, limits: DecompressionLimits): Promise<UnpackedEntry> {
  const inner = newReport()
  const plain = await peek(decompress(chunks, inner, limits), 4)
  const head: Compression = sniffCompression(plain.head)
  if (head === 'zip' || (inner.compression !== 'none' && head !== 'none')) throw nested()
  const { compression } = report
  const both = {
    compression,
    get bytesIn() {
      return report.bytesIn
    },
    get bytesOut() {
      return inner.bytesOut
    },
    get damage() {
      return report.damage ?? inner.damage
    },
  }
  return { chunks: plain.chunks, report: both }
}

const nested = (): InputError =>
  new InputError('malformed-archive', 'an archive inside an archive is not unpacked', 'Send the files themselves, or one zip of them.')

/** A name from an archive, fit for messages. */
export const printable = (name: string): string => name.replace(UNPRINTABLE, '?').slice(0, 300)

// biome-ignore lint/suspicious/noControlCharactersInRegex: the name is from outside and goes into messages
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g
