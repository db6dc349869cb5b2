import type { Chunks, Sink } from '../../core/bytes/chunks.ts'
import { cutCapture } from '../../core/capture/cut.ts'
import { captureFormat } from '../../core/capture/formats.ts'
import type { CaptureSummary } from '../../core/capture/summary.ts'
import { InputError } from '../../core/errors.ts'
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

/** Cuts a body to the case's window into the store, with a receipt for each evidence file it holds. Leaves nothing when it fails. */
export async function cutIntoStore(deps: Pick<Deps, 'objects'>, order: CutOrder): Promise<CutResult> {
  const key = evidenceKey(order.folder, 0)
  const writer = deps.objects.writer(key, 'application/octet-stream')
  try {
    const receipt = await cut(order, (bytes) => writer.write(bytes))
    await writer.close()
    await deps.objects.put(receiptKey(order.folder, 0), JSON.stringify(receipt), 'application/json')
    const record = { key, receiptKey: receiptKey(order.folder, 0), receipt: summarise(receipt), given: order.options }
    return { receipts: [receipt], evidence: [record] }
  } catch (error) {
    await writer.abort()
    throw error
  }
}

async function cut(order: CutOrder, sink: Sink): Promise<CutReceipt> {
  const chunks = Symbol.asyncIterator in order.body ? order.body[Symbol.asyncIterator]() : order.body[Symbol.iterator]()
  const first = await chunks.next()
  if (first.done || first.value.length === 0) throw new InputError('empty-file', 'the file is empty', 'Send the file itself.')
  const head: Uint8Array = first.value
  const isCapture = captureFormat(head) !== undefined
  const body = rest(head, chunks)
  return isCapture ? captureReceipt(order, body, sink) : logReceipt(order, body, sink)
}

async function* rest(head: Uint8Array, chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

const stamp = (at: CaptureSummary['earliest']): string | null =>
  at === undefined ? null : formatInstant(BigInt(at.seconds) * 1_000_000_000n + BigInt(at.nanoseconds))

function common(order: CutOrder) {
  const window = windowOf(order.question)
  const tool = { name: 'hangup', version: ENGINE_VERSION } as const
  const span = { from: formatInstant(window.fromNs), to: formatInstant(window.toNs) }
  return { schemaVersion: 1, name: order.name, entry: null, compression: 'none', by: 'service', tool, window: span } as const
}

async function captureReceipt(order: CutOrder, body: Chunks, sink: Sink): Promise<CutReceipt> {
  const { capture, kept, dropped, ordinals } = await cutCapture(
    body,
    { window: windowOf(order.question), clockOffset: order.options.clockOffset },
    sink,
  )
  const range = { from: stamp(capture.earliest), to: stamp(capture.latest) }
  const outside = {
    code: 'nothing-in-window',
    message: `nothing lies inside the window; the capture runs from ${range.from} to ${range.to}`,
  }
  return {
    ...common(order),
    kind: 'capture',
    format: capture.format,
    source: { size: null, recordsSeen: capture.frames, sha256: null, ...range },
    kept: { records: kept.records, bytes: kept.bytes, from: stamp(kept.earliest), to: stamp(kept.latest), sha256: null },
    dropped,
    ordinals: ordinals.map(([entry, upload]) => [entry, upload]),
    options: {},
    quality: [],
    warnings: kept.records === 0 ? [outside] : [],
    flowDigest: null,
    logDigest: null,
  }
}

async function logReceipt(order: CutOrder, body: Chunks, sink: Sink): Promise<CutReceipt> {
  const { question, options: fileOptions, name: fileName } = order
  const asked = { window: windowOf(question), incidentAtNs: incidentNs(question), caseTimezone: question.timezone, fileOptions, fileName }
  const { format, recordsSeen, from, to, kept, dropped, ordinals, options, quality, warnings, logDigest } = await cutLog(body, asked, sink)
  return {
    ...common(order),
    ...{ kind: 'log', format, source: { size: null, recordsSeen, sha256: null, from, to }, kept: { ...kept, sha256: null }, dropped },
    ...{
      ordinals: ordinals.map(([entry, upload]) => [entry, upload]),
      options,
      quality: [...quality],
      warnings,
      flowDigest: null,
      logDigest,
    },
  }
}
