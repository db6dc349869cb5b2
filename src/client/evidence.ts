import type { Source } from '../core/bytes/chunks.ts'
import { decompress, newReport, sniffCompression } from '../core/bytes/decompress.ts'
import { captureFormat, SNIFF_BYTES } from '../core/capture/formats.ts'
import { evidenceEntryName } from '../core/diagnosis/bundle-names.ts'
import type { EvidenceFile } from '../core/diagnosis/question.ts'
import type { FileOptions } from '../core/intake/receipt.ts'

/** A file a person named, with what was said about it. */
export interface NamedSource {
  readonly source: Source
  readonly options: FileOptions
}

/** Files as the engine reads them: whole, packed ones unpacked, captures told from logs by content. */
export async function evidenceOf(named: readonly NamedSource[]): Promise<readonly EvidenceFile[]> {
  const taken: string[] = []
  const files: EvidenceFile[] = []
  for (const { source, options } of named) {
    const unpacked = await unpack(source)
    const kind = options.kind ?? (captureFormat(await headOf(unpacked)) === undefined ? 'log' : 'capture')
    const file = evidenceEntryName(source.name, kind, taken)
    taken.push(file)
    files.push({ file, name: source.name, kind, source: unpacked, options, receipt: undefined })
  }
  return files
}

async function unpack(source: Source): Promise<Source> {
  const compression = sniffCompression(await headOf(source))
  return compression === 'none' ? source : { name: source.name, open: () => decompress(source.open(), newReport()) }
}

async function headOf(source: Source): Promise<Uint8Array> {
  if (source.read) return source.read(0, SNIFF_BYTES)
  for await (const chunk of source.open()) return chunk.slice(0, SNIFF_BYTES)
  return new Uint8Array()
}
