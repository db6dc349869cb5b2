import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Source } from '../bytes/chunks.ts'
import { crc32 } from '../bytes/crc32.ts'
import { InputError } from '../errors.ts'
import { parseManifest } from './bundle-read.ts'
import { entryBytes, entryContent, type RandomAccess, randomAccess, readZipDirectory, type ZipDirectory } from './bundle-zip-read.ts'
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry } from './bundle-zip-records.ts'
import { MANIFEST_ENTRY, type Manifest, type ManifestFile, SIGNATURE_ENTRY } from './manifest.ts'
import { fromBase64, keyId, type SignatureCheck } from './signature.ts'

const MAX_MANIFEST = 8 * 2 ** 20

/** One thing that is not as it was written. `entry` is null where it is the ZIP itself. */
export interface Change {
  readonly entry: string | null
  readonly says: string
}

export interface Verification {
  /** Nothing was changed, and, where a key was given, that key signed it. */
  readonly ok: boolean
  readonly changed: readonly Change[]
  readonly signature: 'unsigned' | 'valid' | 'invalid'
  /** The signature is valid and by the key that was given. Without a given key never true: a key inside the bundle proves integrity alone. */
  readonly trusted: boolean
  /** The signing key's id as the manifest names it. */
  readonly keyId: string | null
  /** The outcome in one or two sentences. */
  readonly says: string
}

/**
 * Checks a bundle offline: every byte of the ZIP, every file against the manifest, and the manifest's signature. Streams; holds the
 * manifest and one piece of a file. Damage is an answer, not an error.
 *
 * @param source must be readable at an offset (`sourceOfBytes` makes one of bytes)
 * @param check Ed25519 of the platform (`verifyEd25519` of the use cases is one)
 * @param trustedKey raw public key from `--key` or fetched beforehand
 */
export async function verifyBundle(source: Source, check: SignatureCheck, trustedKey?: Uint8Array): Promise<Verification> {
  const changed: Change[] = []
  const zip = randomAccess(source)
  const directory = await tolerate(changed, null, () => readZipDirectory(zip))
  if (directory === undefined) return outcome(changed, { signature: 'unsigned', trusted: false, keyId: null }, trustedKey)
  const entry = directory.entries.find(({ name }) => name === MANIFEST_ENTRY)
  if (entry === undefined) changed.push({ entry: MANIFEST_ENTRY, says: 'is missing: this is no bundle, or not a whole one' })
  const bytes = entry && (await tolerate(changed, MANIFEST_ENTRY, () => entryBytes(zip, entry, MAX_MANIFEST)))
  const manifest = bytes && (await tolerate(changed, MANIFEST_ENTRY, async () => parseManifest(bytes)))
  const promised = new Map(manifest?.files.map((file) => [file.entry, file]))
  await compareEntries(zip, directory, promised, changed)
  for (const name of promised.keys()) {
    if (!directory.entries.some((there) => there.name === name)) changed.push({ entry: name, says: 'is missing' })
  }
  const signed = await signatureOf(zip, directory, { manifest, bytes, check, trustedKey }, changed)
  return outcome(changed, signed, trustedKey)
}

/** Walks the ZIP from its first byte to its last, comparing each with what the writer writes. */
async function compareEntries(
  zip: RandomAccess,
  directory: ZipDirectory,
  promised: ReadonlyMap<string, ManifestFile>,
  changed: Change[],
): Promise<void> {
  let at = 0
  for (const entry of directory.entries) {
    if (entry.offset !== at) changed.push({ entry: entry.name, says: `starts at byte ${entry.offset} of the ZIP, not at ${at}` })
    const header = localHeader(entry)
    await compareBytes(zip, entry.offset, header, { entry: entry.name, says: 'its header in the ZIP was changed' }, changed)
    const behind = entry.offset + header.length + entry.packedSize
    if (entry.streamed)
      await compareBytes(
        zip,
        behind,
        dataDescriptor(entry),
        { entry: entry.name, says: 'its checksum record in the ZIP was changed' },
        changed,
      )
    await tolerate(changed, entry.name, () => compareContent(zip, entry, promised.get(entry.name), changed))
    at = behind + (entry.streamed ? dataDescriptor(entry).length : 0)
  }
  const records = directory.entries.map(centralRecord)
  const directorySize = records.reduce((sum, record) => sum + record.length, 0)
  if (directory.at !== at) changed.push({ entry: null, says: 'there are bytes that belong to no file' })
  let record = directory.at
  for (const [i, expected] of records.entries()) {
    await compareBytes(
      zip,
      record,
      expected,
      { entry: directory.entries[i]?.name ?? null, says: "its line in the ZIP's directory was changed" },
      changed,
    )
    record += expected.length
  }
  const end = endRecords(records.length, directory.at, directorySize)
  await compareBytes(zip, record, end, { entry: null, says: "the ZIP's end was changed" }, changed)
  if (record + end.length !== directory.size) changed.push({ entry: null, says: 'there are bytes behind its end' })
}

async function compareContent(zip: RandomAccess, entry: ZipEntry, promised: ManifestFile | undefined, changed: Change[]): Promise<void> {
  const content = sha256.create()
  const packed = sha256.create()
  let crc = 0
  let size = 0
  for await (const piece of entryContent(zip, entry, (bytes) => packed.update(bytes))) {
    content.update(piece)
    crc = crc32(piece, crc)
    size += piece.length
  }
  if (crc !== entry.crc32 || size !== entry.size) changed.push({ entry: entry.name, says: 'its content was changed (CRC-32)' })
  if (entry.name === MANIFEST_ENTRY || entry.name === SIGNATURE_ENTRY) return
  if (promised === undefined) changed.push({ entry: entry.name, says: 'was added: the manifest does not name it' })
  else if (bytesToHex(content.digest()) !== promised.sha256) changed.push({ entry: entry.name, says: 'its content was changed (SHA-256)' })
  else if (bytesToHex(packed.digest()) !== promised.packedSha256) changed.push({ entry: entry.name, says: 'its packed bytes were changed' })
}

interface SignatureQuestion {
  readonly manifest: Manifest | undefined
  readonly bytes: Uint8Array | undefined
  readonly check: SignatureCheck
  readonly trustedKey: Uint8Array | undefined
}

type Signed = Pick<Verification, 'signature' | 'trusted' | 'keyId'>

async function signatureOf(zip: RandomAccess, directory: ZipDirectory, asked: SignatureQuestion, changed: Change[]): Promise<Signed> {
  const entry = directory.entries.find(({ name }) => name === SIGNATURE_ENTRY)
  const key = asked.manifest?.key ?? null
  const bad = (says: string): Signed => {
    changed.push({ entry: SIGNATURE_ENTRY, says })
    return { signature: 'invalid', trusted: false, keyId: key?.id ?? null }
  }
  if (entry === undefined && key === null) return { signature: 'unsigned', trusted: false, keyId: null }
  if (entry === undefined) return bad(`is missing: the manifest says that key ${key?.id} signed it`)
  if (asked.bytes === undefined || key === null) return bad('there is a signature, but no key in the manifest')
  const text = await tolerate(changed, SIGNATURE_ENTRY, () => entryBytes(zip, entry, 1024))
  const signature = text && fromBase64(new TextDecoder().decode(text))
  const publicKey = fromBase64(key.publicKey)
  if (publicKey?.length !== 32 || keyId(publicKey) !== key.id) return bad('the key in the manifest is not the one it names')
  if (signature?.length !== 64 || !(await asked.check(publicKey, signature, asked.bytes))) return bad('does not fit the manifest')
  const trusted = asked.trustedKey !== undefined && keyId(asked.trustedKey) === key.id && sameBytes(asked.trustedKey, publicKey)
  return { signature: 'valid', trusted, keyId: key.id }
}

function outcome(changed: readonly Change[], signed: Signed, trustedKey: Uint8Array | undefined): Verification {
  const ok = changed.length === 0 && (trustedKey === undefined || signed.trusted)
  return { ok, changed: distinct(changed), ...signed, says: outcomeText(changed, signed, trustedKey) }
}

function outcomeText(changed: readonly Change[], { signature, trusted, keyId }: Signed, trustedKey: Uint8Array | undefined): string {
  if (changed.length > 0) return 'The bundle is not as it was made.'
  if (signature === 'unsigned')
    return 'Every file is as the manifest says. The manifest is not signed: whoever changed the bundle could have changed it too.'
  if (trusted) return `Every file is as the manifest says, and key ${keyId} signed it: the key that was given.`
  if (trustedKey !== undefined) return `Every file is as the manifest says, but key ${keyId} signed it, not the one that was given.`
  return `Every file is as the manifest says; key ${keyId}, which the bundle itself brings, signed it. Give --key to know whose it is.`
}

/** Runs `read`; damage becomes a change of `entry`. */
async function tolerate<T>(changed: Change[], entry: string | null, read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    changed.push({ entry, says: error.message })
    return undefined
  }
}

async function compareBytes(zip: RandomAccess, at: number, expected: Uint8Array, change: Change, changed: Change[]): Promise<void> {
  const actual = await zip.read(at, expected.length)
  if (!sameBytes(actual, expected)) changed.push(change)
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

const distinct = (changes: readonly Change[]): Change[] => [
  ...new Map(changes.map((change) => [`${change.entry}\n${change.says}`, change])).values(),
]
