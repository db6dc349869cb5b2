import { randomUUID } from 'node:crypto'
import { type CaseView, getCase, getDiagnosis, openCase, startDiagnosis, stripsPayload } from '../client/case-api.ts'
import { instantOf, peerOf, windowOf } from '../client/case-window.ts'
import { cutHere, type LocalCut } from '../client/cut-here.ts'
import { countOf, formatBytes, formatSeconds } from '../client/figures.ts'
import { requestFor } from '../client/local-case.ts'
import { type Patience, patiently } from '../client/retry.ts'
import { type Sending, sendFile, waitForVerdict } from '../client/send-case.ts'
import { newMap, realHints, SenderPrivacy } from '../client/sender-privacy.ts'
import { ServiceError } from '../client/service-error.ts'
import { sleep } from '../client/sleep.ts'
import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { Question } from '../core/diagnosis/question.ts'
import { renderMarkdown } from '../core/diagnosis/report-markdown.ts'
import { formatInstant } from '../core/time/instant.ts'
import type { Arguments } from './arguments.ts'
import { namedSources } from './case-files.ts'
import { type ExitCode, type Terminal, UsageError } from './command.ts'
import { endpointText } from './endpoint.ts'
import { readFileArguments } from './file-argument.ts'
import { keptFile } from './kept-file.ts'
import { progressOf } from './progress.ts'
import { readKeptMap, writeMap } from './pseudonym-file.ts'
import { readQuestion } from './question-options.ts'
import { type Destination, readDestination } from './service-option.ts'
import { durationOption } from './time-options.ts'
import { mapFile, uploadFolder } from './upload-folder.ts'

/** Tries in a row: with 30 s between them, ten minutes without a network. */
const TRIES = 25

/** Cuts, shows, sends, waits, prints. `at` overrules `--at`. */
export async function sendFiles(args: Arguments, words: readonly string[], terminal: Terminal, at?: bigint): Promise<ExitCode> {
  const destination = readDestination(args)
  const question = { ...readQuestion(args, terminal, at), payloadStripped: args.has('strip-payload') }
  const patience = patienceOf(terminal)
  const { access, caseId } = destination
  try {
    const known = caseId === undefined ? undefined : await patiently(patience, () => getCase(access, caseId))
    if (!known && question.window === undefined) throw new UsageError('when did it happen? Give --at T')
    const sender = senderPrivacy(args, known)
    const asked = known
      ? { ...questionOf(known, sender), scope: known.scope }
      : { ...question, scope: question.peer ? ('peers' as const) : ('all' as const) }
    const cuts = await cutAll(words, asked, terminal, sender)
    const leaving = cuts.filter(({ receipt }) => receipt.kept.records > 0)
    if (leaving.length === 0) {
      terminal.err('hangup: nothing lies inside the window, so nothing is sent. Check --at and --timezone\n')
      return 1
    }
    if (args.has('dry-run')) return 0
    const { id } = known ?? (await openNew(destination, caseFields(args, question, sender), patience))
    if (sender) terminal.err(writeMap(args.text('map') ?? mapFile(id), sender.map))
    return await deliver({ access, caseId: id, memory: uploadFolder(id), patience }, leaving, args, terminal)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    terminal.err(`hangup: ${error.message}\n${adviceFor(error, destination)}\n`)
    return 1
  }
}

function openNew({ access }: Destination, fields: Record<string, unknown>, patience: Patience): Promise<CaseView> {
  const idempotencyKey = randomUUID()
  return patiently(patience, () => openCase(access, fields, idempotencyKey))
}

/** Files of a case that asks for pseudonyms, or is to, get them here: with the map of an earlier run where there is one. */
function senderPrivacy(args: Arguments, known: CaseView | undefined): SenderPrivacy | undefined {
  const isWanted = known ? known.privacy.addresses === 'pseudonymise' : args.has('pseudonymise')
  if (!isWanted) return undefined
  const path = args.text('map') ?? (known && mapFile(known.id))
  return new SenderPrivacy((path === undefined ? undefined : readKeptMap(path)) ?? newMap(randomUUID()))
}

async function cutAll(
  words: readonly string[],
  question: Question & Pick<CaseView, 'scope'>,
  terminal: Terminal,
  sender: SenderPrivacy | undefined,
): Promise<readonly LocalCut[]> {
  const cuts: LocalCut[] = []
  const stripped = question.payloadStripped ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : undefined
  const hints = { host: question.host, peer: question.peer?.ip, error: question.error }
  for (const { source, options } of await namedSources(readFileArguments(words))) {
    const request = { ...requestFor(question, sender?.privacy ?? stripped), scope: question.scope }
    const cut = await cutHere(source, options, request, keptFile)
    const made = sender ? cut.map((each) => sender.marked(each, hints)) : cut
    for (const each of made) terminal.err(described(each))
    cuts.push(...made)
  }
  return cuts
}

/** What of one file goes, and what stays: said before anything is sent. */
function described({ receipt, sendAs }: LocalCut): string {
  const { kept, source, dropped, warnings } = receipt
  const noun = receipt.kind === 'capture' ? 'packet' : 'record'
  const stays = dropped.before + dropped.after + dropped.withoutTime + dropped.outOfScope
  const range = source.from ? `\n  runs from ${source.from} to ${source.to}` : ''
  const size = source.size === null ? '' : ` of ${formatBytes(source.size)}`
  return [
    `${sendAs} (${receipt.format})${range}`,
    `  is sent: ${countOf(kept.records, noun)}, ${formatBytes(kept.bytes)}${size}; stays here: ${countOf(stays, noun)}`,
    ...warnings.map(({ message }) => `  note: ${message}`),
    '',
  ].join('\n')
}

/** A case's own window and names, for a case that support has opened. */
function questionOf(view: CaseView, sender: SenderPrivacy | undefined): Question {
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

function caseFields(args: Arguments, question: Question, sender: SenderPrivacy | undefined): Record<string, unknown> {
  const { incidentAtNs, peer, host, timezone, error, toleranceSeconds } = sender?.privacy.question(question) ?? question
  const privacy = { payload: question.payloadStripped || sender ? 'strip' : 'keep', addresses: sender ? 'pseudonymise' : 'keep' }
  const ticket = args.text('ticket')
  const margins = { before: durationOption('before', args), after: durationOption('after', args) }
  return {
    incidentAt: formatInstant(incidentAtNs ?? 0n),
    incidentToleranceSeconds: toleranceSeconds,
    window: margins,
    ...{ host, peer: peer && endpointText(peer), timezone, error, privacy },
    ...(ticket === undefined ? {} : { ticket: { system: 'command line', id: ticket } }),
  }
}

async function deliver(sending: Sending, cuts: readonly LocalCut[], args: Arguments, terminal: Terminal): Promise<ExitCode> {
  for (const cut of cuts) {
    const progress = progressOf(cut.sendAs, cut.kept.size, terminal, Date.now)
    progress.show(0)
    await sendFile(sending, cut, (sent) => progress.show(sent))
    progress.finish(`${cut.sendAs}: sent`)
  }
  await patiently(sending.patience, () => startDiagnosis(sending.access, sending.caseId))
  const view = await waitForVerdict(sending, (says) => terminal.err(`hangup: ${sending.caseId}: ${says}\n`))
  if (view.status === 'failed') {
    terminal.err(`hangup: the diagnosis failed: ${view.failure?.message ?? 'no reason was given'}\n${view.failure?.advice ?? ''}\n`)
    return 1
  }
  await printVerdict(sending, view, args, terminal)
  return 0
}

/** A link for sending alone may not read the diagnosis: then its headline has to do. */
async function printVerdict({ access, caseId }: Sending, view: CaseView, args: Arguments, terminal: Terminal): Promise<void> {
  try {
    const diagnosis = await getDiagnosis(access, caseId)
    await terminal.out(args.has('json') ? `${JSON.stringify(diagnosis, null, 2)}\n` : renderMarkdown(diagnosis))
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error
    await terminal.out(`${view.verdict?.headline ?? 'diagnosed'}\n`)
  }
}

const patienceOf = (terminal: Terminal): Patience => ({
  tries: TRIES,
  signal: undefined,
  sleep,
  onWait: (error, seconds) => terminal.err(`hangup: ${error.message}; trying again in ${formatSeconds(seconds)}\n`),
})

function adviceFor(error: ServiceError, { access }: Destination): string {
  if (error.status === 0)
    return `Is ${access.base} right, and is there a network? Give the same line again: what was sent is not sent twice.`
  if (error.status === 401 || error.status === 403) return 'Check the key, or ask for a new link.'
  return error.isPassing
    ? 'Give the same line again: what was sent is not sent twice.'
    : 'Nothing was lost here; correct it and give the line again.'
}
