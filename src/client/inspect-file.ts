import type { Source } from '../core/bytes/chunks.ts'
import { scanCapture } from '../core/capture/scan.ts'
import { type Instant, instantToIso } from '../core/capture/summary.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { cutLog } from '../core/logs/cut-log.ts'
import { ALWAYS } from '../core/time/window.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { evidenceOf } from './evidence.ts'

/** What a file holds, in the form of a receipt that keeps all of it: one pass, nothing held. */
export async function inspectFile(source: Source, options: FileOptions, caseTimezone: string | undefined): Promise<CutReceipt> {
  const [file] = await evidenceOf([{ source, options }])
  if (!file) throw new Error('no file')
  const base = {
    schemaVersion: 1 as const,
    name: source.name,
    entry: null,
    kind: file.kind,
    compression: 'none' as const,
    by: 'client' as const,
    tool: { name: 'hangup' as const, version: ENGINE_VERSION },
    window: { from: '', to: '' },
    ordinals: [],
    flowDigest: null,
  }
  if (file.kind === 'log') {
    const cut = await cutLog(
      file.source.open(),
      { window: ALWAYS, fileOptions: options, caseTimezone, fileName: source.name },
      () => undefined,
    )
    const { format, recordsSeen, from, to, kept, dropped, quality, warnings, logDigest } = cut
    return {
      ...base,
      format,
      source: { size: source.size ?? null, recordsSeen, sha256: null, from, to },
      kept: { ...kept, sha256: null },
      dropped,
      options: cut.options,
      quality: [...quality],
      warnings,
      logDigest,
    }
  }
  const summary = await scanCapture(file.source.open())
  const iso = (instant: Instant | undefined): string | null => (instant && instantToIso(instant)) ?? null
  const [from, to] = [iso(summary.earliest), iso(summary.latest)]
  return {
    ...base,
    format: summary.format,
    source: { size: source.size ?? null, recordsSeen: summary.frames, sha256: null, from, to },
    kept: { records: summary.frames, bytes: summary.bytes, from, to, sha256: null },
    dropped: { before: 0, after: 0, withoutTime: summary.framesWithoutTime, outOfScope: 0 },
    options: {},
    quality: summary.damage.map((note) => note.code),
    warnings: [],
    logDigest: null,
  }
}
