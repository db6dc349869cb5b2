import { z } from 'zod'
import { FileOptions } from '../intake/receipt.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)
const Count = z.number().int().nonnegative()

/** One file of the bundle. `size` and `sha256` are of the content; `packed…` of the bytes in the ZIP, so that not one of them can change unseen. */
export const ManifestFile = z.object({
  entry: z.string(),
  size: Count,
  sha256: Hash,
  packedSize: Count,
  packedSha256: Hash,
  /** Evidence only: what it was made of. `frames` and `lines` in the bundle count in the entry. */
  evidence: z
    .object({
      name: z.string(),
      kind: z.enum(['capture', 'log']),
      receipt: z.string().nullable(),
      options: FileOptions,
      source: z.object({ size: Count.nullable(), sha256: z.string().nullable() }),
      /** The cut file as it was stored: `inputs[].size` and `.sha256` of the diagnosis. Null where nothing was cut. */
      cut: z.object({ format: z.string(), size: Count, sha256: z.string().nullable() }).nullable(),
      records: z.object({ seen: Count.nullable(), kept: Count, dropped: Count }).nullable(),
      window: z.object({ from: z.string(), to: z.string() }).nullable(),
    })
    .optional(),
})
export type ManifestFile = z.infer<typeof ManifestFile>

/** What was asked: with it, diagnosing the bundle again gives the same diagnosis. Nanoseconds as decimal strings. */
export const ManifestQuestion = z.object({
  incidentAtNs: z.string().nullable(),
  window: z.object({ fromNs: z.string(), toNs: z.string() }).nullable(),
  toleranceSeconds: z.number(),
  host: z.string().nullable(),
  peer: z.object({ ip: z.string(), port: z.number().int().nullable() }).nullable(),
  timezone: z.string().nullable(),
  error: z.string().nullable(),
  revision: z.number().int().positive(),
  payloadStripped: z.boolean(),
})
export type ManifestQuestion = z.infer<typeof ManifestQuestion>

/** `manifest.json`: every other file of the bundle but the signature. The key fields are null where nobody signed (page, command line). */
export const Manifest = z.object({
  schemaVersion: z.literal(1),
  engine: z.object({ name: z.literal('hangup'), version: z.string() }),
  revision: z.number().int().positive(),
  question: ManifestQuestion,
  files: z.array(ManifestFile),
  key: z.object({ id: z.string(), algorithm: z.literal('Ed25519'), publicKey: z.string() }).nullable(),
})
export type Manifest = z.infer<typeof Manifest>

export const MANIFEST_ENTRY = 'manifest.json'
export const SIGNATURE_ENTRY = 'manifest.json.sig'
