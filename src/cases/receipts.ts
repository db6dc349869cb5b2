import { Gunzip } from 'fflate'
import type { Chunks } from '../core/bytes/chunks.ts'
import { InputError } from '../core/errors.ts'
import { CutReceipt } from '../core/intake/receipt.ts'
import type { CaseRecord, EvidenceRecord, FileRecord } from '../store/records.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { checkSenderReceipt, mustStillRename, privacyOf, rememberPseudonyms } from './evidence/case-privacy.ts'
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

/** The whole receipts of a file, in the order of its evidence. */
export async function wholeReceipts(deps: Deps, principal: Principal, caseId: string, name: string): Promise<CutReceipt[]> {
  const file = await findFile(deps, principal, caseId, name)
  return Promise.all(file.evidence.map((evidence) => readReceipt(deps, evidence)))
}

export async function readReceipt(deps: Pick<Deps, 'objects'>, evidence: EvidenceRecord): Promise<CutReceipt> {
  const stored = await deps.objects.get(evidence.receiptKey)
  if (!stored) throw new Error('a stored file has lost its receipt')
  return (await new Response(stored.body).json()) as CutReceipt
}

/**
 * Takes the receipt of a file that was cut elsewhere in place of the one made here: it knows the whole upload. It must be about
 * the file that lies here, record for record.
 */
export async function takeClientReceipt(deps: Deps, principal: Principal, caseId: string, name: string, body: Chunks): Promise<FileRecord> {
  const file = await findFile(deps, principal, caseId, name)
  const [evidence, ...more] = file.evidence
  if (!evidence || more.length > 0) throw badReceipt('this file holds several evidence files')
  const sent = parse(await textOf(body))
  const made = evidence.receipt
  if (sent.kind !== made.kind) throw badReceipt(`it is about a ${sent.kind}; the file is a ${made.kind}`)
  if (sent.kept.records !== made.kept.records) {
    throw badReceipt(`it keeps ${sent.kept.records} records; the file that came has ${made.kept.records} inside the window`)
  }
  const receipt = await renamed(deps, await findCase(deps, principal, caseId), {
    ...{ ...sent, name, by: 'client', kept: { ...made.kept }, compression: made.compression },
  })
  await deps.objects.put(evidence.receiptKey, JSON.stringify(receipt), 'application/json')
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

function parse(text: string): CutReceipt {
  try {
    return CutReceipt.parse(JSON.parse(text))
  } catch (error) {
    throw badReceipt(error instanceof SyntaxError ? 'it is not JSON' : 'it does not fit the schema')
  }
}

const badReceipt = (why: string): InputError =>
  new InputError(
    'bad-receipt',
    `the cut receipt cannot be taken: ${why}`,
    'Let hangup send or the page make it, for the file as it was sent.',
  )

/** Unpacks gzip, which is told by its magic number, and stops at the limits while it streams. */
async function textOf(body: Chunks): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let packed = 0
  let raw = 0
  const take = (bytes: Uint8Array): void => {
    raw += bytes.length
    if (raw > LONGEST_RAW) throw tooLarge()
    text += decoder.decode(bytes, { stream: true })
  }
  let gunzip: Gunzip | undefined
  for await (const chunk of body) {
    if (packed === 0 && chunk[0] === 0x1f && chunk[1] === 0x8b) gunzip = new Gunzip(take)
    packed += chunk.length
    if (packed > (gunzip ? LONGEST_PACKED : LONGEST_RAW)) throw tooLarge()
    if (gunzip) unpack(gunzip, chunk)
    else take(chunk)
  }
  return text + decoder.decode()
}

function unpack(gunzip: Gunzip, chunk: Uint8Array): void {
  try {
    gunzip.push(chunk.slice())
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw badReceipt('its gzip is damaged')
  }
}

const tooLarge = (): Refusal =>
  new Refusal('too-large', 'a receipt may have 4 MB compressed and 16 MB raw', 'Send fewer connections in its digest.')
