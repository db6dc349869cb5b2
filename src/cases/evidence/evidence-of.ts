import { evidenceEntryName } from '../../core/diagnosis/bundle-names.ts'
import type { EvidenceFile } from '../../core/diagnosis/question.ts'
import type { Deps } from '../deps.ts'
import { receiptOf } from '../receipts.ts'
import { storedSource } from './stored-source.ts'

/** The evidence of a case as the engine asks for it, in the order of the uploads. */
export async function evidenceOf(deps: Deps, caseId: string, onRead: (bytes: number) => Promise<void>): Promise<EvidenceFile[]> {
  const taken: string[] = []
  const evidence: EvidenceFile[] = []
  for (const file of await deps.state.files.of(caseId)) {
    for (const stored of file.evidence) {
      const receipt = await receiptOf(deps, stored)
      const name = receipt.entry ?? receipt.name
      const entry = evidenceEntryName(name, receipt.kind, taken)
      taken.push(entry)
      const source = storedSource(deps.objects, stored.key, { name, size: receipt.kept.bytes }, onRead)
      evidence.push({ file: entry, name, kind: receipt.kind, source, options: stored.given, receipt })
    }
  }
  return evidence
}
