import type { Chunks } from '../core/bytes/chunks.ts'
import { decompress, newReport } from '../core/bytes/decompress.ts'
import { badReceipt, readReceipt } from '../core/intake/read-receipt.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import type { CaseRecord, EvidenceRecord, FileRecord } from '../store/records.ts'
import { streamChunks } from '../store/stream-chunks.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { checkSenderReceipt, mustStillRename, privacyOf, rememberPseudonyms } from './evidence/case-privacy.ts'
import { storeReceipt } from './evidence/cut-into-store.ts'
import { aloneWithMap, storedMap } from './evidence/pseudonym-map.ts'
import { audit, findCase } from './find-case.ts'
import { summarise } from './receipt-summary.ts'

const LONGEST_PACKED = 4 * 1024 * 1024 // bytes
const LONGEST_RAW = 16 * 1024 * 1024 // bytes

async function findFile(deps: Deps, principal: Principal, caseId: string, name: string): Promise<FileRecord> {
  await findCase(deps, principal, caseId)
  const file = await deps.state.files.get(caseId, name)
  if (file?.state !== 'stored')
    throw new Refusal('unknown-file', 'the case has no such file', 'Send the file first; GET the case to see its files.')
  return file
}

/** The whole receipts of a file as a JSON array, in the order of its evidence, as they lie in the store. */
export async function wholeReceipts(deps: Deps, principal: Principal, caseId: string, name: string): Promise<AsyncIterable<Uint8Array>> {
  return joined(deps, (await findFile(deps, principal, caseId, name)).evidence)
}

async function* joined(deps: Deps, evidence: readonly EvidenceRecord[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const [index, each] of evidence.entries()) {
    yield encoder.encode(index === 0 ? '[' : ',')
    yield* bytesOf(deps, each)
  }
  yield encoder.encode(']')
}

export const receiptOf = (deps: Pick<Deps, 'objects'>, evidence: EvidenceRecord): Promise<CutReceipt> =>
  readReceipt(bytesOf(deps, evidence), 'store')

async function* bytesOf(deps: Pick<Deps, 'objects'>, { receiptKey }: EvidenceRecord): AsyncGenerator<Uint8Array> {
  const stored = await deps.objects.get(receiptKey)
  if (!stored) throw new Error('a stored file has lost its receipt')
  yield* streamChunks(stored.body)
}

/**
 * Takes the receipt of a file that was cut elsewhere in place of the one made here: it knows the whole upload. It must be about
 * the file that lies here, record for record.
 */
export async function takeClientReceipt(deps: Deps, principal: Principal, caseId: string, name: string, body: Chunks): Promise<FileRecord> {
  const file = await findFile(deps, principal, caseId, name)
  const [evidence, ...more] = file.evidence
  if (!evidence || more.length > 0) throw badReceipt('this file holds several evidence files')
  const sent = await readReceipt(unpacked(body), 'outside')
  const made = evidence.receipt
  if (sent.kind !== made.kind) throw badReceipt(`it is about a ${sent.kind}; the file is a ${made.kind}`)
  if (sent.kept.records !== made.kept.records) {
    throw badReceipt(`it keeps ${sent.kept.records} records; the file that came has ${made.kept.records} inside the window`)
  }
  const receipt = await renamed(deps, await findCase(deps, principal, caseId), {
    ...{ ...sent, name, by: 'client', kept: { ...made.kept }, compression: made.compression },
  })
  await storeReceipt(deps.objects, evidence.receiptKey, receipt)
  const updated: FileRecord = {
    ...file,
    by: 'client',
    evidence: [{ ...evidence, receipt: summarise(receipt) }],
    warnings: receipt.warnings,
  }
  if (!(await deps.state.files.replaceReceipt(updated, deps.now()))) {
    await deps.objects.delete([evidence.receiptKey]) // the replaced file's folder was emptied before this came
    throw new Refusal('conflict', 'the file was replaced meanwhile', 'Send the receipt of the file that lies there now.')
  }
  await audit(deps, principal, caseId, 'receipt.received', {})
  return updated
}

/** It comes with the addresses of the upload: in a pseudonymised case they are renamed as those of the file were. */
async function renamed(deps: Deps, found: CaseRecord, receipt: CutReceipt): Promise<CutReceipt> {
  if (found.question.privacy.addresses === 'keep') return receipt
  return aloneWithMap(deps, found, async () => {
    if ((await storedMap(deps, found))?.state === 'sender') {
      checkSenderReceipt(receipt)
      return receipt
    }
    await mustStillRename(deps, found)
    const privacy = await privacyOf(deps, found)
    const told = privacy.receipt(receipt)
    await rememberPseudonyms(deps, found, privacy)
    return told
  })
}

/** Unpacks gzip, which is told by its magic number, and stops at the limits while it streams. */
async function* unpacked(body: Chunks): AsyncGenerator<Uint8Array> {
  const report = newReport()
  for await (const piece of decompress(body, report, { maxBytes: LONGEST_RAW, maxRatio: Number.POSITIVE_INFINITY })) {
    if (report.bytesOut > LONGEST_RAW || (report.compression !== 'none' && report.bytesIn > LONGEST_PACKED)) throw tooLarge()
    yield piece
  }
  if (report.damage?.code === 'expansion-limit') throw tooLarge()
  if (report.damage) throw badReceipt(report.damage.says)
}

const tooLarge = (): Refusal =>
  new Refusal('too-large', 'a receipt may have 4 MB compressed and 16 MB raw', 'Send fewer connections in its digest.')
