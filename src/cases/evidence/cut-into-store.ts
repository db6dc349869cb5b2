import type { Chunks } from '../../core/bytes/chunks.ts'
import { SERVICE_LIMITS } from '../../core/bytes/decompress.ts'
import { type CutOutput, cutUpload } from '../../core/intake/cut-upload.ts'
import type { CutReceipt, FileOptions } from '../../core/intake/receipt.ts'
import { jsonPieces } from '../../core/intake/receipt-json.ts'
import { WORKER_LIMITS } from '../../core/tcp/tracker.ts'
import { ENGINE_VERSION } from '../../core/version.ts'
import { evidenceKey, receiptKey } from '../../store/keys.ts'
import type { Objects } from '../../store/objects.ts'
import type { CaseRecord, EvidenceRecord } from '../../store/records.ts'
import type { Deps } from '../deps.ts'
import { type CaseQuestion, incidentNs, scopeOf, windowOf } from '../question.ts'
import { summarise } from '../receipt-summary.ts'
import { privacyOfFile, rememberPseudonyms } from './case-privacy.ts'

export interface CutOrder {
  /** Prefix of what is written. */
  readonly folder: string
  readonly name: string
  readonly found: CaseRecord
  readonly options: FileOptions
  readonly body: Chunks
}

export interface CutResult {
  readonly evidence: readonly EvidenceRecord[]
  readonly receipts: readonly CutReceipt[]
}

/** Whole, digest included; at most a part of it is held. */
export async function storeReceipt(objects: Objects, key: string, receipt: CutReceipt): Promise<void> {
  const writer = objects.writer(key, 'application/json')
  try {
    for (const piece of jsonPieces(receipt)) await writer.write(piece)
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

/** What a case asks of the cut of each of its files. */
const requestOf = (question: CaseQuestion) =>
  ({
    window: windowOf(question),
    incidentAtNs: incidentNs(question),
    caseTimezone: question.timezone,
    host: question.host,
    peer: question.peer?.ip,
    error: question.error,
    scope: scopeOf(question),
    toolVersion: ENGINE_VERSION,
    by: 'service',
    keepHeader: true,
    trackerLimits: WORKER_LIMITS,
    limits: SERVICE_LIMITS,
  }) as const

/** Cuts a body to the case's window into the store, with a receipt for each evidence file it holds. What fails stores nothing. */
export async function cutIntoStore(deps: Pick<Deps, 'objects'>, order: CutOrder): Promise<CutResult> {
  const { folder, name, found, options } = order
  const privacy = await privacyOfFile(deps, found, options.pseudonyms)
  // A file that came renamed was cut to its scope where the real addresses are known.
  const isRenamed = options.pseudonyms !== undefined && !privacy.renames
  const request = { ...requestOf(found.question), ...(isRenamed ? { scope: 'all' as const } : {}), privacy }
  const stored: string[] = []
  let opened = 0
  const receipts = await cutUpload(order.body, name, options, request, (): CutOutput => {
    const key = evidenceKey(folder, opened++)
    const writer = deps.objects.writer(key, 'application/octet-stream')
    return {
      write: (bytes) => writer.write(bytes),
      async end() {
        await writer.close()
        stored.push(key)
      },
      abort: () => writer.abort(),
    }
  })
  const evidence: EvidenceRecord[] = []
  for (const [index, receipt] of receipts.entries()) {
    const key = stored[index]
    if (key === undefined) throw new Error('a receipt without its file')
    await storeReceipt(deps.objects, receiptKey(folder, index), receipt)
    evidence.push({ key, receiptKey: receiptKey(folder, index), receipt: summarise(receipt), given: options })
  }
  await rememberPseudonyms(deps, found, privacy)
  return { evidence, receipts }
}
