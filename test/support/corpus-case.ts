import { readdirSync, readFileSync } from 'node:fs'
import { evidenceEntryName } from '../../src/core/diagnosis/bundle-names.ts'
import { concat } from '../../src/core/diagnosis/bundle-zip.ts'
import { sourceOfBytes } from '../../src/core/diagnosis/bundle-zip-read.ts'
import type { CasePrivacy } from '../../src/core/diagnosis/privacy/privacy.ts'
import type { EvidenceFile, Question } from '../../src/core/diagnosis/question.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import type { CutReceipt } from '../../src/core/intake/receipt.ts'
import { ALWAYS } from '../../src/core/time/window.ts'
import { sharedPath } from './shared.ts'

/** What these tests read of a `truth.json`. */
export interface Truth {
  readonly name: string
  readonly scenario: string
  readonly capture_files: string[]
  readonly incident_at: string | null
  readonly subject: { readonly server_ip: string; readonly printer_ip: string }
  readonly log: { readonly utc_offset_minutes: number }
}

/** Every case of the shared corpus. */
export const corpusTruths = (): Truth[] =>
  readdirSync(sharedPath('corpus'))
    .filter((name) => name.endsWith('.truth.json'))
    .map((name): Truth => JSON.parse(readFileSync(sharedPath('corpus', name), 'utf8')))

/** A few cases of each scenario, spread over the corpus; all of them with `HANGUP_ALL=1`. */
export function stratified<T extends { readonly scenario: string }>(truths: readonly T[], ofEach: number): T[] {
  if (process.env.HANGUP_ALL === '1') return [...truths]
  return [...new Set(truths.map(({ scenario }) => scenario))].flatMap((scenario) => {
    const cases = truths.filter((one) => one.scenario === scenario)
    const step = Math.max(1, cases.length / ofEach)
    return Array.from({ length: Math.min(ofEach, cases.length) }, (_, i) => cases[Math.floor(i * step)]).filter((one) => one !== undefined)
  })
}

/** Cuts a case's files (the whole files are the window), as the service would. */
export async function evidenceOf(truth: Truth, privacy?: CasePrivacy): Promise<EvidenceFile[]> {
  const evidence: EvidenceFile[] = []
  for (const name of [...truth.capture_files, `${truth.name}.log`]) {
    const out: Uint8Array[] = []
    const minutes = truth.log.utc_offset_minutes
    const zone = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`
    const bytes = new Uint8Array(readFileSync(sharedPath('corpus', name)))
    const request = { window: ALWAYS, caseTimezone: zone, scope: 'all', toolVersion: '0', by: 'client', privacy } as const
    const output = { write: (piece: Uint8Array) => void out.push(piece.slice()), end: () => undefined, abort: () => undefined }
    const [receipt] = (await cutUpload([bytes], name, {}, request, () => output)) as [CutReceipt]
    const file = evidenceEntryName(
      receipt.name,
      receipt.kind,
      evidence.map((each) => each.file),
    )
    evidence.push({ file, name: receipt.name, kind: receipt.kind, source: sourceOfBytes(name, concat(out)), options: {}, receipt })
  }
  return evidence
}

export const questionOf = (truth: Truth): Question => ({
  incidentAtNs: truth.incident_at === null ? undefined : BigInt(Math.round(Date.parse(truth.incident_at) * 1e6)),
  window: undefined,
  toleranceSeconds: 120,
  host: truth.subject.server_ip,
  peer: { ip: truth.subject.printer_ip, port: undefined },
  timezone: '+00:00',
  error: undefined,
  revision: 1,
  payloadStripped: false,
})
