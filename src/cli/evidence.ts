import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Chunks, Source } from '../core/bytes/chunks.ts'
import { captureFormat, SNIFF_BYTES } from '../core/capture/formats.ts'
import { evidenceEntryName } from '../core/diagnosis/bundle-names.ts'
import type { EvidenceFile } from '../core/diagnosis/question.ts'
import type { FileArgument } from './file-argument.ts'
import { fileSource } from './file-source.ts'

/** The files of a command line as the engine reads them: whole, packed ones unpacked, captures told from logs by content. */
export async function openEvidence(words: readonly FileArgument[]): Promise<readonly EvidenceFile[]> {
  const taken: string[] = []
  const files: EvidenceFile[] = []
  for (const { path, options } of words) {
    const source = await unpacked(await fileSource(path))
    const kind = options.kind ?? (captureFormat(await headOf(source)) === undefined ? 'log' : 'capture')
    const file = evidenceEntryName(source.name, kind, taken)
    taken.push(file)
    files.push({ file, name: source.name, kind, source, options, receipt: undefined })
  }
  return files
}

async function unpacked(source: Source): Promise<Source> {
  const head = await headOf(source)
  if (head[0] !== 0x1f || head[1] !== 0x8b) return source
  return { name: source.name, open: () => Readable.from(copies(source.open())).pipe(createGunzip()) }
}

/** A stream reads ahead, so that it must not see a buffer that is used again. */
async function* copies(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice()
}

async function headOf(source: Source): Promise<Uint8Array> {
  if (source.read) return source.read(0, SNIFF_BYTES)
  for await (const chunk of source.open()) return chunk.slice(0, SNIFF_BYTES)
  return new Uint8Array()
}
