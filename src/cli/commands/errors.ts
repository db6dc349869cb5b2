import { scanCapture } from '../../core/capture/scan.ts'
import { instantToIso } from '../../core/capture/summary.ts'
import type { EvidenceFile } from '../../core/diagnosis/question.ts'
import { InputError } from '../../core/errors.ts'
import type { LogDigest } from '../../core/intake/receipt.ts'
import { cutLog } from '../../core/logs/cut-log.ts'
import { type ErrorLookUp, lookUpErrors } from '../../core/logs/errors/decode.ts'
import { ALWAYS } from '../../core/time/window.ts'
import type { Arguments } from '../arguments.ts'
import { openEvidence } from '../case-files.ts'
import type { Command, ExitCode, Terminal } from '../command.ts'
import { readFileArguments } from '../file-argument.ts'

export const errors: Command = {
  synopsis: '[--timezone TZ] [--json] FILE... | --look-up CODE',
  about: `Lists every error that the logs report, decoded, and which of the captures covers its moment (by the clocks as they stand). Or says
what one code or wording means on each platform.`,
  options: [
    { name: 'timezone', value: 'TZ', says: 'of logs that name none: Europe/Berlin or +01:00' },
    { name: 'look-up', value: 'CODE', says: 'a code or wording instead of files' },
    { name: 'json', says: 'as JSON' },
  ],
  examples: ['hangup errors batch.log trace.pcapng', 'hangup errors --look-up 10053'],
  run,
}

/** One error of one log. */
export interface FoundError {
  /** Null where the log gives no time. */
  readonly at: string | null
  readonly file: string
  readonly line: number
  readonly stampedAt: string
  readonly code: string
  readonly canonical: string | null
  readonly peer: string | null
  /** Base name of the first capture that covers the moment. */
  readonly coveredBy: string | null
}

interface Extent {
  readonly name: string
  readonly from: string
  readonly to: string
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const query = args.text('look-up')
  if (query !== undefined) return lookUp(query, args, terminal)
  const files = await openEvidence(readFileArguments(args.files), terminal)
  const captures = await extentsOf(files.filter(({ kind }) => kind === 'capture'))
  const found: FoundError[] = []
  for (const file of files.filter(({ kind }) => kind === 'log')) {
    try {
      found.push(...(await errorsIn(file, args.text('timezone'), captures, terminal)))
    } catch (error) {
      // One file of many that cannot be read (a zip's readme) does not cost the others.
      if (!(error instanceof InputError) || files.length === 1) throw error
      terminal.err(`hangup: ${file.name}: ${error.message}. ${error.advice}\n`)
    }
  }
  found.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''))
  await terminal.out(
    args.has('json') ? `${JSON.stringify(found, null, 2)}\n` : found.map((error) => `${lineOf(error, captures)}\n`).join(''),
  )
  if (found.length === 0) terminal.err('hangup: no error was found that is known\n')
  return 0
}

async function extentsOf(captures: readonly EvidenceFile[]): Promise<readonly Extent[]> {
  const extents: Extent[] = []
  for (const { name, source } of captures) {
    const { earliest, latest } = await scanCapture(source.open())
    const [from, to] = [earliest && instantToIso(earliest), latest && instantToIso(latest)]
    if (from && to) extents.push({ name, from, to })
  }
  return extents
}

async function errorsIn(file: EvidenceFile, caseTimezone: string | undefined, captures: readonly Extent[], terminal: Terminal) {
  const { source, name, options } = file
  const cut = await cutLog(source.open(), { window: ALWAYS, fileOptions: options, caseTimezone, fileName: name }, () => undefined)
  for (const { message } of cut.warnings) terminal.err(`hangup: ${name}: ${message}\n`)
  return cut.logDigest.errors.map((error) => foundError(error, name, captures))
}

function foundError(error: LogDigest['errors'][number], file: string, captures: readonly Extent[]): FoundError {
  // RFC 3339 in UTC sorts as text once the Z is gone: 10:00:00Z and 10:00:00.5Z.
  const sortable = (at: string): string => at.replace('Z', '')
  const at = error.at === null ? undefined : sortable(error.at)
  const covering = captures.find(({ from, to }) => at !== undefined && sortable(from) <= at && at <= sortable(to))
  return { ...error, file, coveredBy: covering?.name ?? null }
}

function lineOf({ at, file, line, code, peer, coveredBy }: FoundError, captures: readonly Extent[]): string {
  const covered = captures.length === 0 ? '' : `  ${coveredBy ? `covered by ${coveredBy}` : 'covered by no capture'}`
  return `${at ?? 'no time'}  ${file}:${line}  ${code}${peer ? `  ${peer}` : ''}${covered}`
}

async function lookUp(query: string, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const answer = lookUpErrors(query)
  await terminal.out(args.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : inWords(answer))
  return answer.errors.length > 0 ? 0 : 1
}

function inWords({ query, errors: meanings }: ErrorLookUp): string {
  if (meanings.length === 0) return `"${query}" is no error that is known\n`
  return meanings
    .map(
      ({ canonical, codes, proves, doesNotProve }) =>
        `${canonical} (${codes.join(', ')})\n  shows: ${proves}\n  does not show: ${doesNotProve}\n`,
    )
    .join('\n')
}
