import type { Question } from '../core/diagnosis/question.ts'
import { cutQuickly } from '../core/intake/cut-quickly.ts'
import { quickRange } from '../core/intake/quick-range.ts'
import type { QuickReading } from './cut-here.ts'
import type { NamedSource } from './evidence.ts'
import { keptSource, type Spool } from './kept-bytes.ts'
import { requestFor } from './local-case.ts'

/**
 * Captures cut to the question's window without reading the rest, for a diagnosis that must not wait for it. What cannot be sought, logs,
 * and a capture of which all is wanted stay as they are.
 */
export async function quickSources(
  named: readonly NamedSource[],
  question: Question,
  openSpool: () => Promise<Spool>,
  { onWhole }: QuickReading,
): Promise<readonly NamedSource[]> {
  const sought: NamedSource[] = []
  for (const each of named) {
    const spool = await openSpool()
    const output = { write: spool.write, end: () => undefined, abort: () => undefined }
    const { receipt, why } = await cutQuickly(each.source, each.options, requestFor(question), () => output)
    if (why !== undefined) onWhole(each.source.name, why)
    sought.push(quickRange(receipt) ? { ...each, source: keptSource(each.source.name, await spool.finish()), receipt } : each)
  }
  return sought
}
