import type { Chunks } from '../../core/bytes/chunks.ts'
import type { CutReceipt, FileOptions } from '../../core/intake/receipt.ts'
import { cutLog } from '../../core/logs/cut-log.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { ENGINE_VERSION } from '../../core/version.ts'
import { evidenceKey, receiptKey } from '../../store/keys.ts'
import type { EvidenceRecord } from '../../store/records.ts'
import type { Deps } from '../deps.ts'
import { type CaseQuestion, incidentNs, windowOf } from '../question.ts'
import { summarise } from '../receipt-summary.ts'

export interface CutOrder {
  readonly folder: string
  readonly name: string
  readonly question: CaseQuestion
  readonly options: FileOptions
  readonly body: Chunks
}

export interface CutResult {
  readonly evidence: readonly EvidenceRecord[]
  readonly receipts: readonly CutReceipt[]
}

/** STAND-IN, not to land. */
export async function cutIntoStore(deps: Pick<Deps, 'objects'>, order: CutOrder): Promise<CutResult> {
  const key = evidenceKey(order.folder, 0)
  const writer = deps.objects.writer(key, 'application/octet-stream')
  const window = windowOf(order.question)
  try {
    const cut = await cutLog(order.body, { window, incidentAtNs: incidentNs(order.question), fileOptions: order.options, fileName: order.name } as never, (b) => writer.write(b))
    await writer.close()
    const receipt: CutReceipt = {
      schemaVersion: 1, name: order.name, entry: null, kind: 'log', format: cut.format, compression: 'none', by: 'service', tool: { name: 'hangup', version: ENGINE_VERSION },
      source: { size: null, recordsSeen: cut.recordsSeen, sha256: null, from: cut.from, to: cut.to }, window: { from: formatInstant(window.fromNs), to: formatInstant(window.toNs) },
      kept: { ...cut.kept, sha256: null }, dropped: cut.dropped, ordinals: cut.ordinals.map(([a, b]) => [a, b]), options: cut.options, quality: [...cut.quality], warnings: cut.warnings, flowDigest: null, logDigest: cut.logDigest,
    }
    await deps.objects.put(receiptKey(order.folder, 0), JSON.stringify(receipt), 'application/json')
    return { receipts: [receipt], evidence: [{ key, receiptKey: receiptKey(order.folder, 0), receipt: summarise(receipt), given: order.options }] }
  } catch (error) {
    await writer.abort()
    throw error
  }
}
