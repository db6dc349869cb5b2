import { withCaptureClocks } from '../client/capture-clocks.ts'
import { evidenceOf, type NamedSource } from '../client/evidence.ts'
import { quickSources } from '../client/quick-sources.ts'
import { isBundle, openBundle } from '../core/diagnosis/bundle-read.ts'
import type { EvidenceFile, Question } from '../core/diagnosis/question.ts'
import { formatSeconds } from '../core/time/duration.ts'
import type { Arguments } from './arguments.ts'
import { type Terminal, UsageError } from './command.ts'
import { type FileArgument, readFileArguments } from './file-argument.ts'
import { fileSource } from './file-source.ts'
import { keptFile } from './kept-file.ts'
import { readQuestion } from './question-options.ts'
import { readQuick } from './quick-option.ts'

/** What a command line asks, of which files. A bundle brings its question along; what the line says goes before it. */
export async function readCase(args: Arguments, terminal: Terminal): Promise<{ files: readonly EvidenceFile[]; question: Question }> {
  const words = readFileArguments(args.files)
  const question = readQuestion(args, terminal)
  const bundle = await bundleAmong(words)
  if (!bundle) return { files: await evidenceFrom(await sourcesFor(question, words, args, terminal), terminal), question }
  const { toleranceSeconds, ...said } = question
  const given = Object.fromEntries(Object.entries(said).filter(([name, value]) => value !== undefined && !UNASKED.has(name)))
  const tolerance = args.has('tolerance') ? toleranceSeconds : bundle.question.toleranceSeconds
  return { files: bundle.evidence, question: { ...bundle.question, ...given, toleranceSeconds: tolerance } }
}

/** The files of a command line as the engine reads them. */
export const openEvidence = async (words: readonly FileArgument[], terminal: Terminal): Promise<readonly EvidenceFile[]> =>
  evidenceFrom(await namedSources(words), terminal)

const evidenceFrom = (named: readonly NamedSource[], terminal: Terminal): Promise<readonly EvidenceFile[]> =>
  evidenceOf(named, { openSpool: keptFile, onRejected: (says) => terminal.err(`hangup: ${says}\n`) })

/** With `--quick` captures are cut to the question's window first. */
async function sourcesFor(question: Question, words: readonly FileArgument[], args: Arguments, terminal: Terminal) {
  const named = await namedSources(words)
  const quick = readQuick(args, terminal)
  if (quick === undefined) return named
  if (question.window === undefined) throw new UsageError('--quick looks for one moment only: give --at T')
  return quickSources(named, question, keptFile, quick)
}

/** The files of a command line with what was said about each. */
export async function namedSources(words: readonly FileArgument[]): Promise<readonly NamedSource[]> {
  const named: NamedSource[] = []
  for (const { path, options } of words) named.push({ source: await fileSource(path), options })
  return named
}

/** Captures that are off against the one nearest the host get their clock offset, which is told. */
export const timedSources = (named: readonly NamedSource[], question: Question, terminal: Terminal): Promise<readonly NamedSource[]> =>
  withCaptureClocks(named, question, { openSpool: keptFile, onRejected: () => undefined }, (name, offset) => {
    const says = `${formatSeconds(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`
    terminal.err(
      `hangup: ${name}: by the packets that it shares with another capture its clock is ${says}; it is cut with that corrected\n`,
    )
  })

/** Parts of a question that no option says: a bundle's own stay. */
const UNASKED = new Set(['revision', 'payloadStripped'])

async function bundleAmong(words: readonly FileArgument[]) {
  for (const { path } of words) {
    const source = await fileSource(path)
    if (!path.toLowerCase().endsWith('.zip') || !(await isBundle(source))) continue
    if (words.length > 1) throw new UsageError(`${path} is a bundle: it is diagnosed alone`)
    return openBundle(source)
  }
  return undefined
}
