import { z } from 'zod'
import { formatInstant } from '../core/time/instant.ts'
import type { CaseRecord, FileRecord, UploadRecord } from '../store/records.ts'
import { ChecklistItem, checklistOf } from './checklist.ts'
import type { Deps, Principal } from './deps.ts'
import { maySeeVerdict } from './find-case.ts'
import { ASKS, type CaseQuestion, peerText, scopeOf, windowOf } from './question.ts'
import { ReceiptSummary } from './receipt-summary.ts'
import { type Recurrence, RecurrenceView, recurrenceOf } from './recurrence.ts'

const Time = z.iso.datetime()
const ProblemView = z.object({ code: z.string(), message: z.string(), advice: z.string() })
const WarningView = z.object({ code: z.string(), message: z.string() })

export const FileView = z.object({
  name: z.string(),
  state: z.enum(['receiving', 'stored', 'rejected']),
  /** Records inside the window, over all evidence files of the upload. */
  kept: z.number().int(),
  receipt: ReceiptSummary.nullable().describe(
    'Of its first evidence file, without digests (those: GET …/receipt); null until it is stored.',
  ),
  evidence: z.array(ReceiptSummary).describe('One for each evidence file: an archive holds several.'),
  warnings: z.array(WarningView),
  problem: ProblemView.nullable(),
  by: z.enum(['service', 'client']),
  bytesIn: z.number().int(),
  storedAt: Time.nullable(),
  rawDeletedAt: Time.nullable().describe('When the uncut bytes of a resumable upload were deleted.'),
})
export type FileView = z.infer<typeof FileView>

export const CaseView = z.object({
  id: z.string(),
  status: z.enum(['open', 'queued', 'diagnosing', 'diagnosed', 'failed']),
  createdAt: Time,
  updatedAt: Time,
  expiresAt: Time,
  incidentAt: z.string(),
  incidentToleranceSeconds: z.number(),
  window: z.object({ from: Time, to: Time }),
  timezone: z.string().nullable(),
  host: z.string().nullable(),
  peer: z.string().nullable().describe('ip or ip:port'),
  scope: z.enum(['all', 'peers']),
  error: z.string().nullable(),
  ticket: z.object({ system: z.string(), id: z.string(), url: z.string().nullable() }).nullable(),
  privacy: z.object({
    payload: z.enum(['keep', 'strip']),
    addresses: z.enum(['keep', 'pseudonymise']),
    names: z.array(z.string()).describe('Names to rename beside addresses; empty once hints are in pseudonyms.'),
    domains: z.array(z.string()),
  }),
  showReport: z.boolean().describe('Its upload links may read the diagnosis.'),
  files: z.array(FileView),
  checklist: z.array(ChecklistItem),
  revision: z.number().int().describe('The newest revision asked for; 0 before the first.'),
  publishedRevision: z.number().int().nullable(),
  stale: z.boolean().describe('Files changed after the published diagnosis read them.'),
  progress: z.object({ step: z.string(), percent: z.number() }).nullable(),
  failure: ProblemView.nullable(),
  warnings: z.array(WarningView),
  verdict: z
    .object({
      cause: z.string(),
      abortedBy: z.string(),
      lookAt: z.string(),
      confidence: z.number().nullable(),
      partyConfidence: z.number().nullable(),
      headline: z.string(),
    })
    .nullable(),
  recurrence: RecurrenceView.nullable().describe('Earlier cases of the same peer and cause; null in lists, and by a link.'),
  rawDeletedAt: Time.nullable(),
  links: z.object({ self: z.string(), events: z.string(), diagnosis: z.string().nullable(), bundle: z.string().nullable() }),
})
export type CaseView = z.infer<typeof CaseView>

const time = (ms: number): string => new Date(ms).toISOString()
const maybeTime = (ms: number | undefined): string | null => (ms === undefined ? null : time(ms))

/** The case as callers see it. Who came by a link sees nothing of other cases, and by an upload link no verdict, unless the case shows it. */
export async function viewCase(deps: Deps, found: CaseRecord, viewer?: Principal): Promise<CaseView> {
  const [files, uploads] = [await deps.state.files.of(found.id), await deps.state.uploads.of(found.id)]
  const byLink = viewer?.linkId !== undefined
  const view = composeView(found, files, uploads, byLink ? undefined : await recurrenceOf(deps, found))
  return viewer && !maySeeVerdict(viewer, found) ? { ...view, verdict: null } : view
}

/** A page of a list: two queries for all of them; recurrence is told by the case itself. */
export async function viewCases(deps: Deps, found: readonly CaseRecord[]): Promise<CaseView[]> {
  const ids = found.map(({ id }) => id)
  const [files, uploads] = [await deps.state.files.ofMany(ids), await deps.state.uploads.ofMany(ids)]
  const of = <T extends { readonly caseId: string }>(all: readonly T[], id: string): T[] => all.filter(({ caseId }) => caseId === id)
  return found.map((one) => composeView(one, of(files, one.id), of(uploads, one.id), undefined))
}

function composeView(
  found: CaseRecord,
  files: readonly FileRecord[],
  uploads: readonly UploadRecord[],
  recurrence: Recurrence | undefined,
): CaseView {
  const { question, summary } = found
  const views = fileViews(files, uploads)
  const raw = files.flatMap(({ rawDeletedAt }) => rawDeletedAt ?? [])
  return {
    id: found.id,
    status: found.status as CaseView['status'],
    createdAt: time(found.createdAt),
    updatedAt: time(found.updatedAt),
    expiresAt: time(found.expiresAt),
    ...askedView(question),
    files: views,
    checklist: checklistOf(question.asks ?? ASKS, files),
    revision: found.revision,
    publishedRevision: found.publishedRevision ?? null,
    stale: found.readVersion !== undefined && found.readVersion !== found.filesVersion,
    progress: found.progress ?? null,
    failure: found.failure ?? null,
    warnings: views.flatMap((file) => file.warnings),
    verdict: summary ? pickVerdict(summary) : null,
    recurrence: recurrence ?? null,
    rawDeletedAt: raw.length > 0 ? time(Math.max(...raw)) : null,
    links: linksOf(found),
  }
}

/** What was asked, as callers write it. */
function askedView(question: CaseQuestion) {
  const window = windowOf(question)
  return {
    incidentAt: question.incidentAt,
    incidentToleranceSeconds: question.incidentToleranceSeconds,
    window: { from: formatInstant(window.fromNs), to: formatInstant(window.toNs) },
    timezone: question.timezone ?? null,
    host: question.host ?? null,
    peer: question.peer ? peerText(question.peer) : null,
    scope: scopeOf(question),
    error: question.error ?? null,
    ticket: question.ticket ? { ...question.ticket, url: question.ticket.url ?? null } : null,
    privacy: { names: [], domains: [], ...question.privacy },
    showReport: question.showReport === true,
  }
}

function linksOf({ id, publishedRevision }: CaseRecord): CaseView['links'] {
  const self = `/v1/cases/${id}`
  const published = (what: string): string | null => (publishedRevision === undefined ? null : `${self}/${what}`)
  return { self, events: `${self}/events`, diagnosis: published('diagnosis'), bundle: published('bundle') }
}

const pickVerdict = ({ cause, abortedBy, lookAt, confidence, partyConfidence, headline }: NonNullable<CaseRecord['summary']>) => ({
  ...{ cause, abortedBy, lookAt, confidence, partyConfidence, headline },
})

function fileViews(files: readonly FileRecord[], uploads: readonly UploadRecord[]): FileView[] {
  const receiving = uploads.map(
    (upload): FileView => ({
      ...{ name: upload.name, state: 'receiving', kept: 0, evidence: [], receipt: null, warnings: [], problem: null, by: 'service' },
      ...{ bytesIn: 0, storedAt: null, rawDeletedAt: null },
    }),
  )
  const names = new Set(uploads.map(({ name }) => name))
  return [...files.filter(({ name }) => !names.has(name)).map((file) => viewFile(file)), ...receiving]
}

export const keptRecords = (file: FileRecord): number => file.evidence.reduce((sum, { receipt }) => sum + receipt.kept.records, 0)

export function viewFile(file: FileRecord): FileView {
  return {
    name: file.name,
    state: file.state,
    kept: keptRecords(file),
    receipt: file.evidence[0]?.receipt ?? null,
    evidence: file.evidence.map(({ receipt }) => receipt),
    warnings: [...file.warnings],
    problem: file.problem ?? null,
    by: file.by,
    bytesIn: file.bytesIn,
    storedAt: time(file.storedAt),
    rawDeletedAt: maybeTime(file.rawDeletedAt),
  }
}
