import type { Sink } from '../core/bytes/chunks.ts'
import { writeBundle } from '../core/diagnosis/bundle.ts'
import { evidenceEntryName } from '../core/diagnosis/bundle-names.ts'
import { diagnose } from '../core/diagnosis/diagnose.ts'
import type { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { EvidenceFile, Question } from '../core/diagnosis/question.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import type { CutRequest } from '../core/intake/cut-upload.ts'
import { connectionsOf } from '../core/tcp/list-connections.ts'
import { WORKER_LIMITS } from '../core/tcp/tracker.ts'
import { ALWAYS } from '../core/time/window.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { type CuttingHere, cutHere, type LocalCut } from './cut-here.ts'
import type { NamedSource } from './evidence.ts'
import { keptSource } from './kept-bytes.ts'

/** What a question means for the cut of its files; `privacy` is one for all files of a case. */
export const requestFor = (question: Question, privacy?: CasePrivacy): CutRequest => ({
  window: question.window ?? ALWAYS,
  caseTimezone: question.timezone,
  host: question.host,
  peer: question.peer?.ip,
  error: question.error,
  scope: 'all',
  incidentAtNs: question.incidentAtNs,
  toolVersion: ENGINE_VERSION,
  by: 'client',
  keepHeader: true,
  privacy,
})

/** The bundle that the service would make of these files, with its limits, unsigned: cut, diagnosed as cut, written to `sink`. */
export async function writeLocalBundle(
  files: readonly NamedSource[],
  question: Question,
  here: CuttingHere,
  sink: Sink,
  privacy?: CasePrivacy,
): Promise<Diagnosis> {
  // The hints get the first pseudonyms, as in the service, which knows them before any file comes.
  const asked = privacy?.question(question) ?? question
  const cuts: LocalCut[] = []
  const request = { ...requestFor(question, privacy), trackerLimits: WORKER_LIMITS }
  for (const { source, options } of files) cuts.push(...(await cutHere(source, options, request, here)))
  const evidence = evidenceFrom(cuts)
  const diagnosis = await diagnose(evidence, asked, ENGINE_VERSION, WORKER_LIMITS)
  const captures = evidence.filter(({ kind }) => kind === 'capture')
  const connections = await connectionsOf(
    captures.map(({ source }) => source),
    WORKER_LIMITS,
  )
  await writeBundle({ diagnosis, question: asked, connections, evidence }, sink)
  return diagnosis
}

/** Cut files as the engine reads them, named as the service names them. */
export function evidenceFrom(cuts: readonly LocalCut[]): readonly EvidenceFile[] {
  const taken: string[] = []
  return cuts.map(({ receipt, kept, options }) => {
    const name = receipt.entry ?? receipt.name
    const file = evidenceEntryName(name, receipt.kind, taken)
    taken.push(file)
    return { file, name, kind: receipt.kind, source: keptSource(name, kept), options, receipt }
  })
}
