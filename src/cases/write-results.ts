import { type BundleParts, writeBundle } from '../core/diagnosis/bundle.ts'
import { diagnose } from '../core/diagnosis/diagnose.ts'
import type { EvidenceFile } from '../core/diagnosis/question.ts'
import { renderHtml } from '../core/diagnosis/report-html.ts'
import { renderMarkdown } from '../core/diagnosis/report-markdown.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import { connectionsOf } from '../core/tcp/list-connections.ts'
import { WORKER_LIMITS } from '../core/tcp/tracker.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import type { CaseRecord } from '../store/records.ts'
import type { Deps } from './deps.ts'
import { privacyOf } from './evidence/case-privacy.ts'
import type { Heartbeat } from './heartbeat.ts'
import { RESULT } from './published.ts'
import { engineQuestion } from './question.ts'
import { manifestSigner } from './signing.ts'

/** Diagnoses the evidence and writes diagnosis, reports and bundle under `prefix`. */
export async function writeResults(
  deps: Deps,
  taken: CaseRecord,
  evidence: readonly EvidenceFile[],
  prefix: string,
  heartbeat: Heartbeat,
): Promise<Diagnosis> {
  const privacy = await privacyOf(deps, taken)
  const question = privacy.question(engineQuestion(taken.question, taken.revision))
  await heartbeat.step('diagnosing', 20)
  const diagnosis = await diagnose(evidence, question, ENGINE_VERSION, WORKER_LIMITS)
  await heartbeat.step('writing', 60)
  await deps.objects.put(`${prefix}${RESULT.diagnosis}`, JSON.stringify(diagnosis), 'application/json')
  await deps.objects.put(`${prefix}${RESULT.markdown}`, renderMarkdown(diagnosis), 'text/markdown; charset=utf-8')
  await deps.objects.put(`${prefix}${RESULT.html}`, renderHtml(diagnosis), 'text/html; charset=utf-8')
  await heartbeat.step('bundling', 80)
  const captures = evidence.filter(({ kind }) => kind === 'capture').map(({ source }) => source)
  await storeBundle(deps, `${prefix}${RESULT.bundle}`, {
    diagnosis,
    question,
    connections: await connectionsOf(captures, WORKER_LIMITS),
    evidence,
    signer: await manifestSigner(deps),
  })
  await heartbeat.step('publishing', 99)
  return diagnosis
}

async function storeBundle(deps: Deps, key: string, parts: BundleParts): Promise<void> {
  const writer = deps.objects.writer(key, 'application/zip')
  try {
    await writeBundle(parts, (bytes) => writer.write(bytes))
    await writer.close()
  } catch (error) {
    await writer.abort()
    throw error
  }
}
