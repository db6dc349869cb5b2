import { type CaseView, stripsPayload } from '../client/case-api.ts'
import { instantOf, peerOf, windowOf } from '../client/case-window.ts'
import { cutHere, type LocalCut, type QuickReading } from '../client/cut-here.ts'
import { countOf, formatBytes } from '../client/figures.ts'
import { requestFor } from '../client/local-case.ts'
import { realHints, type SenderPrivacy } from '../client/sender-privacy.ts'
import type { Source } from '../core/bytes/chunks.ts'
import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { Question } from '../core/diagnosis/question.ts'
import { InputError } from '../core/errors.ts'
import { quickRange } from '../core/intake/quick-range.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import { namedSources, timedSources } from './case-files.ts'
import type { Terminal } from './command.ts'
import { type FileArgument, readFileArguments } from './file-argument.ts'
import { fileSource } from './file-source.ts'
import { keptFile } from './kept-file.ts'
import { isMissing } from './missing.ts'
import { type Progress, progressOf } from './progress.ts'

/** What becomes of the files on the way. */
export interface CaseCut {
  readonly sender: SenderPrivacy | undefined
  readonly quick: QuickReading | undefined
  /** One bad file does not undo the others: nobody is there to take it off the list. */
  readonly passesOver: boolean
}

/** Cuts the files of a command line, and says what is left of each. */
export async function cutForCase(
  words: readonly string[],
  question: Question & Pick<CaseView, 'scope'>,
  terminal: Terminal,
  { sender, quick, passesOver }: CaseCut,
): Promise<readonly LocalCut[]> {
  const cuts: LocalCut[] = []
  const stripped = question.payloadStripped ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : undefined
  const hints = { host: question.host, peer: question.peer?.ip, error: question.error }
  const request = { ...requestFor(question, sender?.privacy ?? stripped), scope: question.scope }
  for (const { path, options } of passesOver
    ? readFileArguments(words)
    : await timed(readFileArguments(words), question, quick, terminal)) {
    try {
      const cut = await watched(path, terminal, (source) => cutHere(source, options, request, { openSpool: keptFile, quick }))
      const made = sender ? cut.map((each) => sender.marked(each, hints)) : cut
      for (const each of made) terminal.err(described(each))
      cuts.push(...made)
    } catch (error) {
      if (!passesOver || !(error instanceof InputError || isMissing(error))) throw error
      terminal.err(`hangup: ${path} is passed over: ${error instanceof InputError ? error.message : 'it is gone'}\n`)
    }
  }
  return cuts
}

/** Captures whose clocks are off against each other, with that said. Who is in a hurry does without: all of them are read for it. */
async function timed(files: readonly FileArgument[], question: Question, quick: QuickReading | undefined, terminal: Terminal) {
  if (quick || files.length < 2) return files
  const found = await timedSources(await namedSources(files), question, terminal)
  return files.map((file, i) => ({ ...file, options: found[i]?.options ?? file.options }))
}

/** Reads a file with a bar that shows how far it is. */
async function watched<T>(path: string, terminal: Terminal, read: (source: Source) => Promise<T>): Promise<T> {
  let progress: Progress | undefined
  const source = await fileSource(path, (done) => progress?.show(done))
  if (source.size !== undefined) progress = progressOf(`reading ${source.name}`, source.size, terminal, Date.now)
  try {
    return await read(source)
  } finally {
    progress?.clear()
  }
}

/** What of one file goes, and what stays: said before anything is sent. */
function described({ receipt, sendAs }: LocalCut): string {
  const { kept, source, dropped } = receipt
  const noun = receipt.kind === 'capture' ? 'packet' : 'record'
  const stays = dropped.before + dropped.after + dropped.withoutTime + dropped.outOfScope
  const read = quickRange(receipt)
  const range = read
    ? `\n  was read from ${read.from} to ${read.to} only`
    : source.from
      ? `\n  runs from ${source.from} to ${source.to}`
      : ''
  if (kept.records === 0) return [`${sendAs} (${receipt.format})${range}`, '  is not sent', ...notes(receipt), ''].join('\n')
  const size = source.size === null ? '' : ` of ${formatBytes(source.size)}`
  return [
    `${sendAs} (${receipt.format})${range}`,
    `  is sent: ${countOf(kept.records, noun)}, ${formatBytes(kept.bytes)}${size}; stays here: ${read ? 'all else' : countOf(stays, noun)}`,
    ...notes(receipt),
    '',
  ].join('\n')
}

const notes = ({ warnings }: CutReceipt): string[] => warnings.map(({ message }) => `  note: ${message}`)

/** A case's own window and names, for a case that support has opened. */
export function questionOf(view: CaseView, sender: SenderPrivacy | undefined): Question {
  const peer = peerOf(view)
  const given = { host: view.host ?? undefined, peer: peer?.ip, error: view.error ?? undefined }
  const hints = sender ? realHints(given, sender.map) : given
  return {
    incidentAtNs: instantOf(view.incidentAt),
    window: windowOf(view),
    toleranceSeconds: 0,
    host: hints.host,
    peer: hints.peer === undefined ? undefined : { ip: hints.peer, port: peer?.port },
    timezone: view.timezone ?? undefined,
    error: hints.error,
    revision: 1,
    payloadStripped: stripsPayload(view),
  }
}
