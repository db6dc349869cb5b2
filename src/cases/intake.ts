import { InputError } from '../core/errors.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import type { CaseRecord, Problem, Warning } from '../store/records.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { findCase } from './find-case.ts'
import { issueLink } from './links.ts'
import { queueDiagnosis } from './queue-diagnosis.ts'
import { type Incoming, problemOf, takeIn } from './take-in.ts'
import { type CaseView, keptRecords, viewCase } from './view.ts'

/** What became of one file of an intake. */
export interface FileOutcome {
  readonly name: string
  readonly state: 'stored' | 'rejected'
  readonly kept: number
  readonly receipt: CutReceipt | null
  readonly receipts: readonly CutReceipt[]
  readonly warnings: readonly Warning[]
  readonly problem: (Problem & { readonly code: Refusal['code'] }) | null
}

/** Refusals that are about one file and leave the others alone; any other ends the whole request. */
const OF_ONE_FILE = new Set(['bad-name', 'too-large', 'too-many-files'])

/** Takes one file in and says what became of it: a bad file does not undo the others. */
export async function outcomeOf(deps: Deps, principal: Principal, incoming: Incoming): Promise<FileOutcome> {
  try {
    const { file, receipts } = await takeIn(deps, principal, incoming)
    const kept = keptRecords(file)
    return { name: file.name, state: 'stored', kept, receipt: receipts[0] ?? null, receipts, warnings: file.warnings, problem: null }
  } catch (error) {
    const isOfFile = error instanceof InputError || (error instanceof Refusal && OF_ONE_FILE.has(error.code))
    if (!isOfFile) throw error
    return { name: incoming.name, state: 'rejected', kept: 0, receipt: null, receipts: [], warnings: [], problem: problemOf(error) }
  }
}

export type SettledIntake = CaseView & {
  readonly callbackSecret: string | null
  readonly upload: { readonly id: string; readonly url: string; readonly expiresAt: string }
  readonly outcomes: readonly FileOutcome[]
}

const UPLOAD_LINK_SECONDS = 7 * 86_400

/** Queues the diagnosis when something lies inside the window; else the case stays open and the refusal carries what is known. */
export async function settleIntake(
  deps: Deps,
  principal: Principal,
  opened: CaseRecord,
  outcomes: readonly FileOutcome[],
  origin: string,
): Promise<SettledIntake> {
  // Of files with one name the last that could be read is the case's.
  const standing = new Map(outcomes.filter(({ state }) => state === 'stored').map((outcome) => [outcome.name, outcome]))
  const isAnswerable = [...standing.values()].some(({ kept }) => kept > 0)
  if (!isAnswerable) throw nothingToDiagnose(opened, outcomes)
  await queueDiagnosis(deps, principal, opened.id, {})
  const link = await issueLink(deps, principal, opened.id, { for: 'upload', expiresIn: UPLOAD_LINK_SECONDS }, origin)
  const view = await viewCase(deps, await findCase(deps, principal, opened.id))
  const upload = { ...link, expiresAt: new Date(link.expiresAt).toISOString() }
  return { ...view, callbackSecret: opened.callbackSecret ?? null, upload, outcomes }
}

function nothingToDiagnose(opened: CaseRecord, outcomes: readonly FileOutcome[]): Refusal {
  const details = { caseId: opened.id, id: opened.id, outcomes, files: outcomes }
  const problems = outcomes.flatMap(({ problem }) => problem ?? [])
  const [first] = problems
  if (first && problems.length === outcomes.length) {
    // Every file is bad: the first one's reason is the answer's, so that one bad file alone is told as a PUT would tell it.
    return new Refusal(first.code, first.message, first.advice, { details })
  }
  const says = outcomes.flatMap(({ warnings }) => warnings[0]?.message ?? [])[0] ?? 'all records lie outside'
  const advice = 'Check incidentAt and the time zone, or send files that cover the moment: the case stays open.'
  return new Refusal('nothing-in-window', `nothing lies inside the window: ${says}`, advice, { details })
}
