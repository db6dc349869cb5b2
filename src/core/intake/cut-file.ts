import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Chunks, Sink, Source } from '../bytes/chunks.ts'
import { DAMAGE_ADVICE, type DecompressionReport, peek } from '../bytes/decompress.ts'
import { type CutFacts, type CutOptions, cutCapture, inFileClock } from '../capture/cut.ts'
import { cutBySeek } from '../capture/cut-seek.ts'
import { captureFormat, SNIFF_BYTES } from '../capture/formats.ts'
import type { FrameVisitor } from '../capture/frame.ts'
import { privateSink } from '../diagnosis/privacy/private-sink.ts'
import { InputError } from '../errors.ts'
import { cutLog } from '../logs/cut-log.ts'
import { flowDigest } from '../tcp/flow-digest.ts'
import { Tracker } from '../tcp/tracker.ts'
import { isoFromNs } from '../time/civil.ts'
import { captureParts } from './capture-receipt.ts'
import type { CutEntry, CutRequest, OpenOutput } from './cut-upload.ts'
import { LastWords } from './last-words.ts'
import { peerScope } from './peer-scope.ts'
import { QUICK_LEAD_SECONDS } from './quick-range.ts'
import type { CutReceipt, FileOptions } from './receipt.ts'

export interface FileToCut {
  /** Unpacked. */
  readonly chunks: Chunks
  readonly name: string
  readonly entry: string | null
  readonly options: FileOptions
  readonly request: CutRequest
  /** How it was unpacked: complete when `chunks` has ended. */
  readonly report: Readonly<DecompressionReport>
  readonly open: OpenOutput
  /** A capture to be read by seek; `chunks` is its head then. Undefined: `chunks` are read to their end. */
  readonly sought?: Source | undefined
}

/** The capture cannot be cut by seek, or what was written by seek cannot be trusted: cut it in full. */
export class NotSought extends Error {
  override readonly name = 'NotSought'
}

/** Cuts one capture or log; the receipt is whole. @throws {InputError} as cutCapture and cutLog; {NotSought} with `sought` only */
export async function cutFile(file: FileToCut): Promise<CutReceipt> {
  const { head, chunks } = await peek(file.chunks, SNIFF_BYTES)
  if (head.length === 0)
    throw becauseDamaged(file) ?? new InputError('empty-file', 'the file is empty', 'Send the file again: nothing arrived.', 0)
  const format = captureFormat(head)
  if (format === undefined && file.options.kind === 'capture') {
    throw new InputError('unknown-format', 'this is neither pcap nor pcapng', 'Send a capture as pcap or pcapng (gzip and zip too).', 0)
  }
  const kind = format === undefined ? 'log' : 'capture'
  const { privacy } = file.request
  const output = await file.open(privacy?.json(entryOf(file, kind, head)) ?? entryOf(file, kind, head))
  const hash = sha256.create()
  let stored = 0
  const store: Sink = (bytes) => {
    hash.update(bytes)
    stored += bytes.length
    return output.write(bytes)
  }
  const words = privacy?.strips && kind === 'capture' ? new LastWords() : undefined
  const made = privacy && privateSink(privacy, kind, store, words)
  try {
    const receipt =
      kind === 'capture' ? await cutPackets(file, chunks, made?.write ?? store) : await cutRecords(file, chunks, made?.write ?? store)
    await made?.end()
    await output.end()
    receipt.kept.sha256 = bytesToHex(hash.digest())
    if (privacy === undefined) return receipt
    const lastWords = words && { lastWords: words.result() }
    return privacy.receipt({ ...receipt, kept: { ...receipt.kept, bytes: stored }, ...lastWords })
  } catch (error) {
    await output.abort(error)
    throw error instanceof InputError ? (becauseDamaged(file) ?? error) : error
  }
}

async function cutPackets(file: FileToCut, chunks: Chunks, sink: Sink): Promise<CutReceipt> {
  const { request, options } = file
  const { window, scope, peer, host } = request
  const tracker = new Tracker({ limits: request.trackerLimits, interest: { host, peer }, checksums: 'sampled' })
  const keep = scope === 'peers' && peer !== undefined ? peerScope(peer) : undefined
  const wanted = { window, clockOffset: options.clockOffset, keep }
  const facts = file.sought
    ? await soughtFacts(file.sought, wanted, sink, tracker.frame)
    : await cutCapture(chunks, wanted, sink, tracker.frame)
  const { recordsSeen, from, to, kept, ...parts } = captureParts(facts, window, options)
  const policy = { window: inFileClock(window, options.clockOffset ?? 0), host, peer, scope: keep === undefined ? 'all' : scope } as const
  const undecoded = [...tracker.notDecoded].slice(0, 10).map(([why, frames]) => `${frames} packets were not decoded: ${why}`)
  return {
    ...frameOf(file, 'capture'),
    ...parts,
    source: { size: facts.seeked ? null : (file.sought?.size ?? file.report.bytesIn), recordsSeen, sha256: null, from, to },
    kept: { ...kept, sha256: null },
    quality: [...unpackingDamage(file), ...parts.quality, ...undecoded],
    warnings: [...damaged(file), ...parts.warnings],
    flowDigest: flowDigest({ [Symbol.iterator]: () => tracker.finish() }, policy),
    logDigest: null,
  }
}

async function soughtFacts(source: Source, wanted: CutOptions, sink: Sink, see: FrameVisitor): Promise<CutFacts> {
  const leadNs = BigInt(QUICK_LEAD_SECONDS) * 1_000_000_000n
  const facts = await cutBySeek(source, wanted, sink, { leadNs, see })
  if (facts === undefined) throw new NotSought('its packets cannot be found by time: it begins damaged or out of order')
  if (!facts.trusted) throw new NotSought('its packets are damaged or out of order round the window')
  return facts
}

async function cutRecords(file: FileToCut, chunks: Chunks, sink: Sink): Promise<CutReceipt> {
  const { request, options } = file
  const { window, caseTimezone, incidentAtNs, keepHeader, peer, error } = request
  const fileName = baseName(file.entry ?? file.name)
  const cut = await cutLog(chunks, { window, fileOptions: options, caseTimezone, incidentAtNs, fileName, keepHeader, peer, error }, sink)
  return {
    ...frameOf(file, 'log'),
    format: cut.cutAs?.format ?? cut.format,
    source: { size: file.report.bytesIn, recordsSeen: cut.recordsSeen, sha256: null, from: cut.from, to: cut.to },
    kept: { ...cut.kept, sha256: null },
    dropped: cut.dropped,
    ordinals: cut.ordinals.map(([kept, original]) => [kept, original]),
    options: cut.options,
    quality: [...unpackingDamage(file), ...cut.quality],
    warnings: [...damaged(file), ...cut.warnings],
    ...(cut.suggestedClockOffset === null ? {} : { suggestedClockOffset: cut.suggestedClockOffset }),
    flowDigest: null,
    logDigest: cut.logDigest,
  }
}

/** The part of a receipt that is the same for captures and logs. */
const frameOf = ({ name, entry, report, request }: FileToCut, kind: 'capture' | 'log') =>
  ({
    schemaVersion: 1,
    name,
    entry,
    kind,
    compression: report.compression,
    by: request.by,
    tool: { name: 'hangup', version: request.toolVersion },
    window: { from: isoFromNs(request.window.fromNs), to: isoFromNs(request.window.toNs) },
  }) as const

const unpackingDamage = ({ report }: FileToCut): string[] => (report.damage === undefined ? [] : [report.damage.says])

/** A file that could not be unpacked to its end lacks evidence that the customer believes he sent. */
function damaged({ report: { damage } }: FileToCut): CutReceipt['warnings'] {
  return damage === undefined ? [] : [{ code: damage.code, message: `${damage.says}. ${DAMAGE_ADVICE[damage.code]}` }]
}

/** What little a damaged archive gave is no file: the archive is to blame, not what seems to be in it. */
function becauseDamaged({ report: { damage } }: FileToCut): InputError | undefined {
  if (damage === undefined) return undefined
  const code = damage.code === 'expansion-limit' ? 'archive-too-large' : 'malformed-archive'
  return new InputError(code, damage.says, DAMAGE_ADVICE[damage.code])
}

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path

/** ASCII `ElfFile`: a Windows event log, which is cut as event XML. */
const isEvtx = (head: Uint8Array): boolean => [0x45, 0x6c, 0x66, 0x46, 0x69, 0x6c, 0x65].every((byte, index) => head[index] === byte)

function entryOf({ name, entry, report }: FileToCut, kind: 'capture' | 'log', head: Uint8Array): CutEntry {
  const base = baseName(entry ?? name)
  const unpacked = report.compression === 'none' ? base : base.replace(/\.(gz|zst)$/i, '')
  const renamed = isEvtx(head) ? `${unpacked.replace(/\.evtx$/i, '')}.xml` : unpacked
  const safe = renamed.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[._-]+/, '')
  return { fileName: safe.slice(-100) || (kind === 'capture' ? 'capture' : 'log'), name, entry, kind }
}
