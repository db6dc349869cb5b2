import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { InputError } from '../errors.ts'
import { chainsOf } from './captures/chains.ts'
import { type Capture, readCapture } from './captures/read-capture.ts'
import { type EvidenceLog, readEvidenceLog } from './logs/read-evidence-log.ts'

export interface Evidence {
  readonly captures: readonly Capture[]
  readonly logs: readonly EvidenceLog[]
  /** What could not be read, in words. */
  readonly unreadable: readonly string[]
}

/** Pass 1 over everything that was sent; a file that cannot be read does not cost the others. */
export async function readEvidence(files: readonly EvidenceFile[], question: Question): Promise<Evidence> {
  const unreadable: string[] = []
  const single: Capture[] = []
  const logs: EvidenceLog[] = []
  for (const [input, file] of files.entries()) {
    await orNote(unreadable, file.name, async () => {
      if (file.kind === 'capture') single.push(await readCapture([{ input, file }]))
      else logs.push(await readEvidenceLog(input, file, question))
    })
  }
  const captures: Capture[] = []
  for (const chain of chainsOf(single)) {
    const [only] = chain
    if (chain.length === 1 && only) captures.push(only)
    else captures.push(await readCapture(chain.flatMap(({ members }) => members)))
  }
  return { captures, logs, unreadable }
}

async function orNote(unreadable: string[], name: string, read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    unreadable.push(`${name} could not be read: ${error.message}. ${error.advice}`)
  }
}
