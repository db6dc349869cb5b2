import type { Sink } from '../bytes/chunks.ts'
import type { CutReceipt } from '../intake/receipt.ts'
import { indentedPieces } from '../intake/receipt-json.ts'
import { annotatedCapture, subjectCapture } from './bundle-captures.ts'
import { receiptEntryName, SUBJECT_ENTRY } from './bundle-names.ts'
import { bundleReadme } from './bundle-readme.ts'
import { type PackedEntry, ZipWriter } from './bundle-zip.ts'
import { MANIFEST_ENTRY, type Manifest, type ManifestFile, type ManifestQuestion, SIGNATURE_ENTRY } from './manifest.ts'
import type { EvidenceFile, Question } from './question.ts'
import { renderHtml } from './report-html.ts'
import { renderMarkdown } from './report-markdown.ts'
import type { Diagnosis } from './schema.ts'
import { keyId, type ManifestSigner, toBase64 } from './signature.ts'

/** Above this many kept bytes an evidence entry is written as ZIP64: annotating and converting to pcapng may double a file. */
const LARGE = 2 ** 31

/** What a bundle is made of. */
export interface BundleParts {
  readonly diagnosis: Diagnosis
  readonly question: Question
  /** The rows of `hangup connections --json`, over all captures. */
  readonly connections: readonly unknown[]
  /** Cut captures and logs, in the order of the uploads, named by `evidenceEntryName`. The source of the subject's capture is opened twice. */
  readonly evidence: readonly EvidenceFile[]
  /** Absent: the manifest is unsigned, and `verifyBundle` says so. */
  readonly signer?: ManifestSigner | undefined
}

/** What was written. `size` is the ZIP's, in bytes. */
export interface WrittenBundle {
  readonly size: number
  readonly manifest: Manifest
}

/**
 * Writes the bundle (ZIP) to `sink` as a stream: nothing but one piece of each file is held. Captures become pcapng with comments on the
 * decisive packets; `captures/subject.pcapng` is the one connection alone. Same parts, same bytes on every platform, but
 * for the manifest's `key` and the signature. The manifest comes last, because the hashes are known then.
 */
export async function writeBundle(parts: BundleParts, sink: Sink): Promise<WrittenBundle> {
  const zip = new ZipWriter(sink)
  const files: ManifestFile[] = []
  const add = async (name: string, text: string) => {
    files.push(manifestFile(await zip.addBytes(name, encode(text))))
  }
  await add('README.txt', bundleReadme(parts.diagnosis))
  await add('report.html', renderHtml(parts.diagnosis))
  await add('report.md', renderMarkdown(parts.diagnosis))
  await add('diagnosis.json', json(parts.diagnosis))
  await add('connections.json', json(parts.connections))
  for (const file of parts.evidence) {
    if (file.receipt !== undefined)
      files.push(manifestFile(await zip.addStream(receiptEntryName(file.file), indentedPieces(bundledReceipt(file.receipt)), false)))
  }
  for (const file of parts.evidence) {
    const content = file.kind === 'capture' ? annotatedCapture(file, parts.diagnosis) : file.source.open()
    const packed = await zip.addStream(file.file, content, isLarge(file))
    files.push({ ...manifestFile(packed), evidence: provenance(file) })
  }
  const subject = subjectCapture(parts.evidence, parts.diagnosis)
  if (subject !== undefined) {
    files.push(manifestFile(await zip.addStream(SUBJECT_ENTRY, subject, parts.evidence.some(isLarge))))
  }
  const manifest = manifestOf(parts, files)
  const manifestBytes = encode(json(manifest))
  await zip.addBytes(MANIFEST_ENTRY, manifestBytes, true)
  if (parts.signer !== undefined) {
    const signature = await parts.signer.sign(manifestBytes)
    await zip.addBytes(SIGNATURE_ENTRY, encode(`${toBase64(signature)}\n`), true)
  }
  return { size: await zip.finish(), manifest }
}

function manifestOf(parts: BundleParts, files: readonly ManifestFile[]): Manifest {
  const { diagnosis, signer } = parts
  return {
    schemaVersion: 1,
    engine: diagnosis.engine,
    revision: diagnosis.revision,
    question: manifestQuestion(parts.question),
    files: [...files],
    key: signer === undefined ? null : { id: keyId(signer.publicKey), algorithm: 'Ed25519', publicKey: toBase64(signer.publicKey) },
  }
}

/** The question as the manifest keeps it; `questionOf` (bundle-read.ts) is the way back. */
function manifestQuestion(question: Question): ManifestQuestion {
  const { window, peer } = question
  return {
    incidentAtNs: question.incidentAtNs?.toString() ?? null,
    window: window === undefined ? null : { fromNs: window.fromNs.toString(), toNs: window.toNs.toString() },
    toleranceSeconds: question.toleranceSeconds,
    host: question.host ?? null,
    peer: peer === undefined ? null : { ip: peer.ip, port: peer.port ?? null },
    timezone: question.timezone ?? null,
    error: question.error ?? null,
    revision: question.revision,
    payloadStripped: question.payloadStripped,
  }
}

/** Who cut a file is no matter of the case: the same file gives the same bytes wherever it was cut. */
function bundledReceipt({ by: _, ...receipt }: CutReceipt): Omit<CutReceipt, 'by'> {
  return receipt
}

function manifestFile(packed: PackedEntry): ManifestFile {
  const { name, ...rest } = packed
  return { entry: name, ...rest }
}

function provenance(file: EvidenceFile): NonNullable<ManifestFile['evidence']> {
  const { receipt } = file
  const dropped = receipt && Object.values(receipt.dropped).reduce((sum, count) => sum + count, 0)
  return {
    name: file.name,
    kind: file.kind,
    receipt: receipt ? receiptEntryName(file.file) : null,
    options: file.options,
    source: { size: receipt?.source.size ?? file.source.size ?? null, sha256: receipt?.source.sha256 ?? null },
    cut: receipt ? { format: receipt.format, size: receipt.kept.bytes, sha256: receipt.kept.sha256 } : null,
    records: receipt ? { seen: receipt.source.recordsSeen, kept: receipt.kept.records, dropped: dropped ?? 0 } : null,
    window: receipt?.window ?? null,
  }
}

const isLarge = (file: EvidenceFile): boolean => (file.receipt?.kept.bytes ?? file.source.size ?? LARGE) >= LARGE

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
