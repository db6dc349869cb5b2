import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../client/sleep.ts'
import { decodeErrors } from '../core/logs/errors/decode.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { formatInstant } from '../core/time/instant.ts'
import { DEFAULT_AFTER_SECONDS, DEFAULT_TOLERANCE_SECONDS, type Window, windowRound } from '../core/time/window.ts'
import type { Arguments } from './arguments.ts'
import { type ExitCode, type Terminal, UsageError } from './command.ts'
import { LogTail } from './log-tail.ts'
import { sendFiles } from './send-files.ts'
import { durationOption } from './time-options.ts'

/** Seconds between two looks at the logs. */
const LOOK_EVERY = 1

/** Waits for errors in the logs and sends what the folder holds round each. Ends only with `--once`, or when it is stopped. */
export async function watchFolder(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const folder = args.text('watch') ?? ''
  if (!statSync(folder).isDirectory()) throw new UsageError(`--watch ${folder}: this is no folder`)
  if (args.files.length === 0) throw new UsageError('which log names the error? Give its file')
  const tails = args.files.map((path) => new LogTail(path))
  terminal.err(`hangup: watching ${args.files.join(', ')}; captures in ${folder}\n`)
  for (;;) {
    const error = await nextError(tails)
    terminal.err(`hangup: ${error.code} in ${error.path}\n`)
    const at = BigInt(Date.now()) * 1_000_000n
    await untilCaptured(args, terminal)
    const margins = {
      before: durationOption('before', args),
      after: durationOption('after', args),
      tolerance: durationOption('tolerance', args),
    }
    const captures = capturesIn(folder, windowRound(at, margins))
    terminal.err(`hangup: sending ${captures.length} of the folder's files and the log, round ${formatInstant(at)}\n`)
    const code = await sendFiles(args, [...captures, ...args.files], terminal, at)
    if (args.has('once')) return code
    // What came meanwhile lies in the window that was just sent.
    for (const tail of tails) tail.read()
  }
}

async function nextError(tails: readonly LogTail[]): Promise<{ path: string; code: string }> {
  for (;;) {
    for (const tail of tails) {
      const [error] = decodeErrors(tail.read())
      if (error) return { path: tail.path, code: error.codes[0] ?? error.canonical }
    }
    await sleep(LOOK_EVERY, undefined)
  }
}

/** The window reaches behind the error, and a capture that still runs writes late: both must have passed. */
async function untilCaptured(args: Arguments, terminal: Terminal): Promise<void> {
  const after = durationOption('after', args) ?? DEFAULT_AFTER_SECONDS
  const tolerance = durationOption('tolerance', args) ?? DEFAULT_TOLERANCE_SECONDS
  terminal.err(`hangup: waiting ${formatSeconds(after + tolerance)} until the window is over\n`)
  await sleep(after + tolerance, undefined)
}

/** Files that were still written to when the window began; an older one of a ring buffer holds nothing of it. */
function capturesIn(folder: string, { fromNs }: Window): readonly string[] {
  const from = Number(fromNs / 1_000_000n)
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => {
      const facts = statSync(path)
      return facts.isFile() && facts.size > 0 && facts.mtimeMs >= from
    })
    .sort()
}
