import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { call } from '../client/case-api.ts'
import { ServiceError } from '../client/service-error.ts'
import { sleep } from '../client/sleep.ts'
import { decodeErrors } from '../core/logs/errors/decode.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { formatInstant } from '../core/time/instant.ts'
import {
  DEFAULT_AFTER_SECONDS,
  DEFAULT_BEFORE_SECONDS,
  DEFAULT_TOLERANCE_SECONDS,
  type Margins,
  type Window,
  windowRound,
} from '../core/time/window.ts'
import type { Arguments } from './arguments.ts'
import { type ExitCode, type Terminal, UsageError } from './command.ts'
import { readFileArguments } from './file-argument.ts'
import { LogTail } from './log-tail.ts'
import { sendFiles } from './send-files.ts'
import { readDestination } from './service-option.ts'
import { durationOption } from './time-options.ts'

/** Seconds between two looks at the logs. */
const LOOK_EVERY = 1

/** Waits for errors in the logs and sends what the folder holds round each. Ends only with `--once`, or when it is stopped. */
export async function watchFolder(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const folder = args.text('watch') ?? ''
  if (!statSync(folder).isDirectory()) throw new UsageError(`--watch ${folder}: this is no folder`)
  if (args.files.length === 0) throw new UsageError('which log names the error? Give its file')
  if (args.has('output') && !args.has('once')) throw new UsageError('-o with --watch holds one report only: add --once')
  const tails = readFileArguments(args.files).map(({ path }) => new LogTail(path))
  const margins = marginsOf(args)
  if (!args.has('dry-run') && !(await isWelcome(args, terminal))) return 1
  terminal.err(`hangup: watching ${args.files.join(', ')}; captures in ${folder}\n`)
  for (;;) {
    const error = await nextError(tails)
    terminal.err(`hangup: ${error.code} in ${error.path}\n`)
    const at = BigInt(Date.now()) * 1_000_000n
    await untilCaptured(margins, tails, terminal)
    const files = [...capturesIn(folder, windowRound(at, margins)), ...args.files]
    const captures = files.length - args.files.length
    terminal.err(`hangup: sending ${captures} of the folder's files and the log, round ${formatInstant(at)}\n`)
    const code = await sendFiles(args, files, terminal, at)
    if (args.has('once')) return code
    const again = code === 0 ? '' : `; what the folder still holds can be sent by hand: hangup send --at ${formatInstant(at)} …`
    terminal.err(`hangup: watching on${again}\n`)
  }
}

/** A wrong key must show now, not when the error has come. A service that is away may be back by then. */
async function isWelcome(args: Arguments, terminal: Terminal): Promise<boolean> {
  const { access, caseId } = readDestination(args)
  try {
    await call(access, 'GET', caseId === undefined ? '/v1/cases?limit=1' : `/v1/cases/${caseId}`)
    return true
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    // A key that may send need not be one that may list.
    if (error.status === 403) return true
    terminal.err(`hangup: ${error.message}\n`)
    return error.isPassing
  }
}

const marginsOf = (args: Arguments): Required<Margins> => ({
  before: durationOption('before', args) ?? DEFAULT_BEFORE_SECONDS,
  after: durationOption('after', args) ?? DEFAULT_AFTER_SECONDS,
  tolerance: durationOption('tolerance', args) ?? DEFAULT_TOLERANCE_SECONDS,
})

async function nextError(tails: readonly LogTail[]): Promise<{ path: string; code: string }> {
  for (;;) {
    for (const tail of tails) {
      const [error] = decodeErrors(tail.read())
      if (error) return { path: tail.path, code: error.codes[0] ?? error.canonical }
    }
    await sleep(LOOK_EVERY, undefined)
  }
}

/**
 * The window reaches behind the error, and a capture that still runs writes late: both must have passed. Errors that come meanwhile are
 * of this window, but for the last ones: of what follows them it holds too little, so they get a window of their own.
 */
async function untilCaptured({ after, tolerance }: Required<Margins>, tails: readonly LogTail[], terminal: Terminal): Promise<void> {
  terminal.err(`hangup: waiting ${formatSeconds(after + tolerance)} until the window is over\n`)
  await sleep(tolerance + after / 2, undefined)
  for (const tail of tails) tail.read()
  await sleep(after / 2, undefined)
}

/** Files that were still written to when the window began; an older one of a ring buffer holds nothing of it. */
function capturesIn(folder: string, { fromNs }: Window): readonly string[] {
  const from = Number(fromNs / 1_000_000n)
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => {
      // A ring's oldest file may be deleted at any moment.
      const facts = statSync(path, { throwIfNoEntry: false })
      return facts?.isFile() && facts.size > 0 && facts.mtimeMs >= from
    })
    .sort()
}
