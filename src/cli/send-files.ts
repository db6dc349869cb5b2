import { randomUUID } from 'node:crypto'
import { type CaseView, getCase, openCase } from '../client/case-api.ts'
import { type Patience, patiently } from '../client/retry.ts'
import { newMap, SenderPrivacy } from '../client/sender-privacy.ts'
import { ServiceError } from '../client/service-error.ts'
import { sleep } from '../client/sleep.ts'
import type { Question } from '../core/diagnosis/question.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { formatInstant } from '../core/time/instant.ts'
import type { Arguments } from './arguments.ts'
import { type ExitCode, type Terminal, UsageError } from './command.ts'
import { cutForCase, questionOf } from './cut-for-case.ts'
import { deliver } from './deliver.ts'
import { endpointText } from './endpoint.ts'
import { readNames } from './privacy-options.ts'
import { readKeptMap, writeMap } from './pseudonym-file.ts'
import { readQuestion } from './question-options.ts'
import { readQuick } from './quick-option.ts'
import { type Destination, readDestination } from './service-option.ts'
import { adviseWhenStopped } from './stop.ts'
import { durationOption } from './time-options.ts'
import { mapFile, uploadFolder } from './upload-folder.ts'

/** Tries in a row: with 30 s between them, ten minutes without a network. */
const TRIES = 25

/** Cuts, shows, sends, waits, prints. `at` overrules `--at`: a moment that was watched for, so that one bad file does not undo the others. */
export async function sendFiles(args: Arguments, words: readonly string[], terminal: Terminal, at?: bigint): Promise<ExitCode> {
  const destination = readDestination(args)
  const question = { ...readQuestion(args, terminal, at), payloadStripped: args.has('strip-payload') }
  const patience = patienceOf(terminal)
  const { access, caseId } = destination
  try {
    const known = caseId === undefined ? undefined : await patiently(patience, () => getCase(access, caseId))
    if (!known && question.window === undefined) throw new UsageError('when did it happen? Give --at T')
    if (known) tellWindow(known, args, terminal)
    const sender = senderPrivacy(args, known)
    const asked = known
      ? { ...questionOf(known, sender), scope: known.scope }
      : { ...question, scope: question.peer ? ('peers' as const) : ('all' as const) }
    const cuts = await cutForCase(words, asked, terminal, { sender, quick: readQuick(args, terminal), passesOver: at !== undefined })
    const leaving = cuts.filter(({ receipt }) => receipt.kept.records > 0)
    if (leaving.length === 0) {
      terminal.err('hangup: nothing lies inside the window, so nothing is sent. Check --at and --timezone\n')
      return 1
    }
    if (args.has('dry-run')) return 0
    adviseWhenStopped('give the same line again: what was sent is not sent twice')
    const { id } = known ?? (await openNew(destination, caseFields(args, question, sender), patience))
    if (sender) terminal.err(writeMap(args.text('map') ?? mapFile(id), sender.map))
    return await deliver({ access, caseId: id, memory: uploadFolder(id), patience }, leaving, args, terminal)
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    terminal.err(`hangup: ${error.message}\n${adviceFor(error, destination)}\n`)
    return 1
  } finally {
    adviseWhenStopped(undefined)
  }
}

/** What lies outside a case's own window is dropped by the service, whatever is sent. */
function tellWindow({ window }: CaseView, args: Arguments, terminal: Terminal): void {
  const given = ['at', 'before', 'after', 'tolerance'].filter((name) => args.has(name)).map((name) => `--${name}`)
  if (given.length === 0) return
  terminal.err(`hangup: the case has its own window, ${window.from} to ${window.to}: ${given.join(', ')} changes nothing of it\n`)
}

function openNew({ access }: Destination, fields: Record<string, unknown>, patience: Patience): Promise<CaseView> {
  const idempotencyKey = randomUUID()
  return patiently(patience, () => openCase(access, fields, idempotencyKey))
}

/** Files of a case that asks for pseudonyms, or is to, get them here: with the map of an earlier run where there is one. */
function senderPrivacy(args: Arguments, known: CaseView | undefined): SenderPrivacy | undefined {
  const isWanted = known ? known.privacy.addresses === 'pseudonymise' : args.has('pseudonymise')
  if (!isWanted) {
    if (args.has('names') || args.has('domains')) throw new UsageError('names are renamed along with addresses: add --pseudonymise')
    return undefined
  }
  const path = args.text('map') ?? (known && mapFile(known.id))
  const { names, domains } = readNames(args)
  const listed = { names: [...names, ...(known?.privacy.names ?? [])], domains: [...domains, ...(known?.privacy.domains ?? [])] }
  return new SenderPrivacy((path === undefined ? undefined : readKeptMap(path)) ?? newMap(randomUUID()), listed)
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
