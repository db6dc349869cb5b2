import type { Source } from '../core/bytes/chunks.ts'
import { DAMAGE_ADVICE, type Damage, DEFAULT_LIMITS, decompress, newReport, sniffCompression } from '../core/bytes/decompress.ts'
import { unzip, type ZipEntry } from '../core/bytes/unzip.ts'
import { captureFormat, SNIFF_BYTES } from '../core/capture/formats.ts'
import { evidenceEntryName } from '../core/diagnosis/bundle-names.ts'
import { isBundle, openBundle } from '../core/diagnosis/bundle-read.ts'
import type { EvidenceFile } from '../core/diagnosis/question.ts'
import { InputError } from '../core/errors.ts'
import { printable, unpackedEntry } from '../core/intake/cut-upload.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { keptSource, type Spool } from './kept-bytes.ts'

/** A file a person named, with what was said about it. */
export interface NamedSource {
  readonly source: Source
  readonly options: FileOptions
  /** Of a capture that was cut before: `source` is what was kept. */
  readonly receipt?: CutReceipt | undefined
}

/** What opening needs of the place it runs in. */
export interface Opening {
  /** Where the files of a zip wait unpacked, so that they can be read as often as needed. */
  readonly openSpool: () => Promise<Spool>
  /** Told of each file of a zip that is passed over, and of each packed one that could not be read to its end, in a sentence. */
  readonly onRejected: (says: string) => void
}

/**
 * Files as the engine reads them: whole, packed ones unpacked, captures told from logs by content. Each file of a zip is an evidence
 * file by its name in the zip; a bundle stands for the evidence it holds.
 *
 * @throws {InputError} archive-too-large; malformed-archive or what its first file lacks, when a zip holds nothing that can be read
 */
export async function evidenceOf(named: readonly NamedSource[], opening: Opening): Promise<readonly EvidenceFile[]> {
  const files: EvidenceFile[] = []
  for (const { source, options, receipt } of named) {
    const found = receipt ? [cutBefore(source, options, receipt)] : await opened(source, options, opening)
    for (const { file, ...each } of found) {
      const taken = files.map((other) => other.file)
      files.push({ ...each, file: file !== '' && !taken.includes(file) ? file : evidenceEntryName(each.name, each.kind, taken) })
    }
  }
  return files
}

/** The evidence of one named file; `file` is empty where it has no entry path yet. */
async function opened(source: Source, options: FileOptions, opening: Opening): Promise<readonly EvidenceFile[]> {
  const compression = sniffCompression(await headOf(source))
  if (compression === 'none') return [await evidenceFile(source, options)]
  if (compression !== 'zip') return [await evidenceFile(unpacked(source, opening), options)]
  if (await isBundle(source)) return (await openBundle(source)).evidence
  return filesOfZip(source, options, opening)
}

const cutBefore = (source: Source, options: FileOptions, receipt: CutReceipt): EvidenceFile => ({
  file: '',
  name: receipt.name,
  kind: receipt.kind,
  source,
  options,
  receipt,
})

/** Damage is told once, however often the file is read. */
function unpacked(source: Source, { onRejected }: Opening): Source {
  let told = false
  return {
    name: source.name,
    async *open() {
      const report = newReport()
      yield* decompress(source.open(), report)
      if (report.damage && !told) onRejected(damageOf(source.name, report.damage))
      told = true
    },
  }
}

const damageOf = (name: string, { code, says }: Damage): string => `${name}: ${says}. ${DAMAGE_ADVICE[code]}`

async function evidenceFile(source: Source, options: FileOptions): Promise<EvidenceFile> {
  const kind = options.kind ?? (captureFormat(await headOf(source)) === undefined ? 'log' : 'capture')
  return { file: '', name: source.name, kind, source, options, receipt: undefined }
}

async function filesOfZip(source: Source, options: FileOptions, opening: Opening): Promise<readonly EvidenceFile[]> {
  const files: EvidenceFile[] = []
  let firstRejected: InputError | undefined
  for await (const entry of unzip(source.open(), newReport('zip'), DEFAULT_LIMITS)) {
    try {
      files.push(await evidenceFile(await spooled(entry, opening), options))
    } catch (error) {
      if (!(error instanceof InputError) || error.code === 'archive-too-large') throw error
      firstRejected ??= error
      opening.onRejected(`${printable(entry.name)} in ${source.name} is passed over: ${error.message}. ${error.advice}`)
    }
  }
  if (files.length === 0 && firstRejected) throw firstRejected
  return files
}

async function spooled(entry: ZipEntry, { openSpool, onRejected }: Opening): Promise<Source> {
  const name = printable(entry.name)
  const spool = await openSpool()
  const { chunks, report } = await unpackedEntry(entry, DEFAULT_LIMITS)
  for await (const chunk of chunks) await spool.write(chunk)
  if (report.damage) onRejected(damageOf(name, report.damage))
  const kept = await spool.finish()
  if (kept.size === 0) throw new InputError('empty-file', 'the file is empty', 'Zip the captures and logs again.')
  return keptSource(name, kept)
}

async function headOf(source: Source): Promise<Uint8Array> {
  if (source.read) return source.read(0, SNIFF_BYTES)
  for await (const chunk of source.open()) return chunk.slice(0, SNIFF_BYTES)
  return new Uint8Array()
}
