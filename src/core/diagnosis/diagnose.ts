import { investigate } from '../abort/investigate.ts'
import { reportOn } from '../abort/report/report-on.ts'
import type { TrackerLimits } from '../tcp/tracker.ts'
import type { EvidenceFile, Question } from './question.ts'
import type { Diagnosis } from './schema.ts'

/**
 * Who ended the connection, how, why and how sure: from captures and logs, cut or whole. Reads every capture twice, holds none.
 * Deterministic: the same input gives the same bytes.
 *
 * Damaged files do not fail a diagnosis: what is wrong with them is in `Diagnosis.limits`.
 *
 * @param limits of the connection table, where memory is narrow (a Worker)
 */
export async function diagnose(
  files: readonly EvidenceFile[],
  question: Question,
  engineVersion: string,
  limits?: TrackerLimits,
): Promise<Diagnosis> {
  return reportOn(await investigate(files, question, limits), question, engineVersion)
}
