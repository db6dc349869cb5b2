import type { Source } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import { readReceipt } from '../intake/read-receipt.ts'
import type { CutReceipt } from '../intake/receipt.ts'
import { entryBytes, entryContent, type RandomAccess, randomAccess, readZipDirectory } from './bundle-zip-read.ts'
import type { ZipEntry } from './bundle-zip-records.ts'
import { MANIFEST_ENTRY, Manifest, type ManifestFile, type ManifestQuestion } from './manifest.ts'
import type { EvidenceFile, Question } from './question.ts'

const MAX_MANIFEST = 8 * 2 ** 20

/** What a bundle was made of: enough to ask again. */
export interface OpenedBundle {
  readonly manifest: Manifest
  readonly question: Question
  /** In the bundle's order, each with its receipt; sources read from the ZIP as they are opened. */
  readonly evidence: readonly EvidenceFile[]
}

/** True when the ZIP is a bundle: it has a manifest. Any other ZIP is an archive of uploads. Never throws on damage. */
export async function isBundle(source: Source): Promise<boolean> {
  try {
    const { entries } = await readZipDirectory(randomAccess(source))
    return entries.some((entry) => entry.name === MANIFEST_ENTRY)
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

/**
 * Opens a bundle to diagnose it again. Checks its form, not its hashes: that is `verifyBundle`.
 *
 * @param source must be readable at an offset
 * @throws {InputError} `malformed-archive` when it is no bundle or names files that it has not; `bad-receipt` for a receipt of another shape
 */
export async function openBundle(source: Source): Promise<OpenedBundle> {
  const zip = randomAccess(source)
  const { entries } = await readZipDirectory(zip)
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const manifest = await readManifest(zip, named(byName, MANIFEST_ENTRY))
  const evidence: EvidenceFile[] = []
  for (const file of manifest.files) {
    if (file.evidence !== undefined) evidence.push(await evidenceOf(zip, byName, file, file.evidence))
  }
  return { manifest, question: questionOf(manifest.question), evidence }
}

/** @throws {InputError} `malformed-archive` when it is not a manifest of this version */
export async function readManifest(zip: RandomAccess, entry: ZipEntry): Promise<Manifest> {
  return parseManifest(await entryBytes(zip, entry, MAX_MANIFEST))
}

/** @throws {InputError} as `readManifest` */
export function parseManifest(bytes: Uint8Array): Manifest {
  const parsed = Manifest.safeParse(parseJson(bytes))
  if (!parsed.success) throw new InputError('malformed-archive', 'the bundle has no readable manifest', 'Fetch the bundle again.')
  return parsed.data
}

async function evidenceOf(
  zip: RandomAccess,
  byName: ReadonlyMap<string, ZipEntry>,
  file: ManifestFile,
  from: NonNullable<ManifestFile['evidence']>,
): Promise<EvidenceFile> {
  const entry = named(byName, file.entry)
  const receipt = from.receipt === null ? undefined : await receiptIn(zip, named(byName, from.receipt))
  const source: Source = { name: from.name, size: file.size, open: () => entryContent(zip, entry) }
  return { file: file.entry, name: from.name, kind: from.kind, source, options: from.options, receipt }
}

async function receiptIn(zip: RandomAccess, entry: ZipEntry): Promise<CutReceipt> {
  try {
    return await readReceipt(entryContent(zip, entry), 'bundle')
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'bad-receipt') throw error
    throw new InputError('bad-receipt', `${entry.name} is not a cut receipt`, 'Fetch the bundle again.')
  }
}

function questionOf(asked: ManifestQuestion): Question {
  return {
    incidentAtNs: asked.incidentAtNs === null ? undefined : BigInt(asked.incidentAtNs),
    window: asked.window === null ? undefined : { fromNs: BigInt(asked.window.fromNs), toNs: BigInt(asked.window.toNs) },
    toleranceSeconds: asked.toleranceSeconds,
    host: asked.host ?? undefined,
    peer: asked.peer === null ? undefined : { ip: asked.peer.ip, port: asked.peer.port ?? undefined },
    timezone: asked.timezone ?? undefined,
    error: asked.error ?? undefined,
    revision: asked.revision,
    payloadStripped: asked.payloadStripped,
  }
}

function named(byName: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const entry = byName.get(name)
  if (entry === undefined) throw new InputError('malformed-archive', `the bundle has no ${name}`, 'Fetch the bundle again.')
  return entry
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
