import type { Source } from '../bytes/chunks.ts'
import { newReport, sniffCompression } from '../bytes/decompress.ts'
import { captureFormat, SNIFF_BYTES } from '../capture/formats.ts'
import { cutFile, NotSought } from './cut-file.ts'
import type { CutRequest, OpenOutput } from './cut-upload.ts'
import type { CutReceipt, FileOptions } from './receipt.ts'

/** Either the receipt of a quick cut, or why the file must be read whole. */
export type QuickCut = { readonly receipt: CutReceipt; readonly why?: undefined } | { readonly receipt?: undefined; readonly why: string }

/**
 * Cuts a capture by reading little more than the window and the 600 s before it, which fill the digest. Keeps the bytes that `cutUpload`
 * keeps, where time order holds (see `cutBySeek`); the receipt says how little was read.
 *
 * @throws {InputError} as cutUpload
 */
export async function cutQuickly(source: Source, options: FileOptions, request: CutRequest, open: OpenOutput): Promise<QuickCut> {
  const { name, read, size } = source
  if (read === undefined || size === undefined) return { why: 'it cannot be read at any place but its start' }
  const head = await read(0, SNIFF_BYTES)
  if (sniffCompression(head) !== 'none') return { why: 'it is packed' }
  if (captureFormat(head) === undefined) return { why: 'it is no capture' }
  try {
    const file = { chunks: [head], name, entry: null, options, request, report: newReport(), open, sought: source }
    return { receipt: await cutFile(file) }
  } catch (error) {
    if (error instanceof NotSought) return { why: error.message }
    throw error
  }
}
