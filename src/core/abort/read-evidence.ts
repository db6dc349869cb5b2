import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { InputError } from '../errors.ts'
import type { TrackerLimits } from '../tcp/tracker.ts'
import { chainsOf } from './captures/chains.ts'
import { type Capture, readCapture } from './captures/read-capture.ts'
import { type EvidenceLog, readEvidenceLog } from './logs/read-evidence-log.ts'
import { narrowed } from './narrow.ts'

export interface Evidence {
  readonly captures: readonly Capture[]
  readonly logs: readonly EvidenceLog[]
  /** What could not be read, in words. */
  readonly unreadable: readonly string[]
}

/** Pass 1 over everything that was sent; a file that cannot be read does not cost the others. */
export async function readEvidence(files: readonly EvidenceFile[], question: Question, limits?: TrackerLimits): Promise<Evidence> {
  const unreadable: string[] = []
  const single: Capture[] = []
  const logs: EvidenceLog[] = []
  const options = { limits, interest: { host: question.host, peer: question.peer?.ip } }
  const numbered = files.map((file, input) => ({ input, file: narrowed(file, question) }))
  for (const member of numbered.filter(({ file }) => file.kind === 'capture')) {
    await orNote(unreadable, member.file.name, async () => void single.push(await readCapture([member], options)))
  }
  const nearNs = question.incidentAtNs ?? firstPacketNs(single)
  for (const { input, file } of numbered.filter(({ file }) => file.kind === 'log')) {
    await orNote(unreadable, file.name, async () => {
      const log = await readEvidenceLog(input, file, question, nearNs)
      logs.push(log)
      if (!Number.isFinite(log.from)) unreadable.push(undated(file))
    })
  }
  const captures: Capture[] = []
  for (const chain of chainsOf(single)) {
    const [only] = chain
    if (chain.length === 1 && only) captures.push(only)
    else
      captures.push(
        await readCapture(
          chain.flatMap(({ members }) => members),
          options,
        ),
      )
  }
  return { captures, logs, unreadable }
}

/** Logs come with captures of the same days: that tells the year of stamps that have none. */
function firstPacketNs(captures: readonly Capture[]): bigint | undefined {
  const first = captures.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
  return Number.isFinite(first) ? BigInt(Math.round(first)) * 1_000_000_000n : undefined
}

const undated = ({ name, options }: EvidenceFile): string =>
  options.timeFormat === undefined
    ? `no line of ${name} starts with a time stamp in any known layout: nothing in it can be placed in time. Say how its time stamps are written (timeFormat, for instance %d.%m.%Y %H:%M:%S)`
    : `no line of ${name} has a time stamp written as ${JSON.stringify(options.timeFormat)}: nothing in it can be placed in time`

async function orNote(unreadable: string[], name: string, read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    unreadable.push(`${name} could not be read: ${error.message}. ${error.advice}`)
  }
}
