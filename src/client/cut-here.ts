import type { Source } from '../core/bytes/chunks.ts'
import { cutQuickly } from '../core/intake/cut-quickly.ts'
import { type CutRequest, cutUpload, type OpenOutput } from '../core/intake/cut-upload.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import type { KeptBytes, Spool } from './kept-bytes.ts'

/** The map that files were renamed with, by its id, and the case's hints in its pseudonyms. */
export interface SenderNames {
  readonly map: string
  readonly hints: { readonly host?: string | undefined; readonly peer?: string | undefined; readonly error?: string | undefined }
}

/** One evidence file, cut here. An upload that is a zip has several. */
export interface LocalCut {
  readonly receipt: CutReceipt
  readonly kept: KeptBytes
  /** The name under which it is sent: an archive's file goes by its own, and in pseudonyms where the others do. */
  readonly sendAs: string
  /** With the clock offset that was used, which the service then uses too. */
  readonly options: FileOptions
  /** Of a file that was renamed here: what the service hears of the names before it gets the file. */
  readonly names?: SenderNames
}

/** How a file is cut here. */
export interface CuttingHere {
  readonly openSpool: () => Promise<Spool>
  readonly quick?: QuickReading | undefined
}

/** Captures are read only round the window, where they can be. */
export interface QuickReading {
  /** Told which file is read whole nevertheless, and why. */
  readonly onWhole: (name: string, why: string) => void
}

/**
 * Cuts one chosen file. A log whose error lies outside the window because its clock is off is cut again with that corrected, and its
 * receipt says so.
 *
 * @throws {InputError} when nothing of it could be read
 */
export async function cutHere(source: Source, options: FileOptions, request: CutRequest, here: CuttingHere): Promise<readonly LocalCut[]> {
  const cuts = await cutOnce(source, options, request, here)
  const [only, more] = cuts
  const shift = only?.receipt.suggestedClockOffset
  if (only === undefined || more !== undefined || shift === undefined || options.clockOffset !== undefined) return cuts
  const again = await cutOnce(source, { ...options, clockOffset: shift }, request, here)
  return again.map((cut) => ({ ...cut, receipt: { ...cut.receipt, warnings: [...cut.receipt.warnings, correction(shift)] } }))
}

const correction = (shift: number): CutReceipt['warnings'][number] => ({
  code: 'clock-corrected',
  message: `the log's clock is ${shift > 0 ? 'ahead' : 'behind'} by ${Math.abs(shift)} s: it was cut again with that corrected`,
})

async function cutOnce(source: Source, options: FileOptions, request: CutRequest, here: CuttingHere): Promise<LocalCut[]> {
  const written: { readonly spool: Spool; readonly sendAs: string }[] = []
  const open: OpenOutput = async ({ name, entry, fileName }) => {
    const spool = await here.openSpool()
    return {
      write: spool.write,
      end: () => void written.push({ spool, sendAs: entry === null ? name : fileName }),
      abort: () => undefined,
    }
  }
  let receipts: readonly CutReceipt[] | undefined
  if (here.quick) {
    const { receipt, why } = await cutQuickly(source, options, request, open)
    if (why !== undefined) here.quick.onWhole(source.name, why)
    else receipts = [receipt]
  }
  receipts ??= await cutUpload(source.open(), source.name, options, request, open)
  const cuts: LocalCut[] = []
  for (const [i, receipt] of receipts.entries()) {
    const { spool, sendAs } = written[i] ?? {}
    if (spool === undefined || sendAs === undefined) throw new Error('a receipt without its file')
    cuts.push({ receipt, kept: await spool.finish(), sendAs, options })
  }
  return cuts
}
