import { InputError } from '../core/errors.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { parseArguments } from './arguments.ts'
import { type CommandEntry, type ExitCode, type Terminal, UsageError } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, overview } from './help.ts'

/** Runs one command line (without `node` and the script's name). Never throws: every failure is said on `err` and in the exit code. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = words
  if (first === undefined || first === '--help' || first === '-h') return say(terminal, overview(COMMANDS, terminal.columns))
  if (first === '--version' || first === '-V') return say(terminal, `hangup ${ENGINE_VERSION}\n`)
  const name = first === 'help' ? rest[0] : first
  if (name === undefined) return say(terminal, overview(COMMANDS, terminal.columns))
  const entry = COMMANDS.find((command) => command.name === name)
  if (!entry) return refuse(terminal, `there is no command "${name}"${meant(name)}`, 'hangup --help lists them')
  return runCommand(entry, first === 'help' ? ['--help'] : rest, terminal)
}

/** A command that begins alike. */
function meant(name: string): string {
  const near = COMMANDS.find((command) => command.name.startsWith(name.slice(0, 2).toLowerCase()))
  return near === undefined ? '' : `; did you mean ${near.name}?`
}

async function runCommand(entry: CommandEntry, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const command = await entry.load()
  if (words.some((word) => word === '--help' || word === '-h')) return say(terminal, commandHelp(entry, command, terminal.columns))
  try {
    return await command.run(parseArguments(words, command.options), terminal)
  } catch (error) {
    return explain(error, `hangup ${entry.name} ${command.synopsis}`, terminal)
  }
}

async function say(terminal: Terminal, text: string): Promise<ExitCode> {
  await terminal.out(text)
  return 0
}

function refuse(terminal: Terminal, what: string, advice: string): ExitCode {
  terminal.err(`hangup: ${what}\n${advice}\n`)
  return 2
}

/** One error as a person reads it: what, then what to do. */
function explain(error: unknown, usage: string, terminal: Terminal): ExitCode {
  if (error instanceof UsageError) return refuse(terminal, error.message, `usage: ${usage}`)
  if (error instanceof InputError) {
    terminal.err(`hangup: ${error.message}\n${error.advice}\n`)
    return error.code === 'bad-option' || error.code === 'bad-window' ? 2 : 1
  }
  if (isSystemError(error)) {
    terminal.err(`hangup: ${systemMessage(error)}\n`)
    return 1
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  terminal.err(`hangup: this is a fault of hangup ${ENGINE_VERSION}, not of your files. Please report it with these lines:\n${text}\n`)
  return 1
}

interface SystemError extends Error {
  readonly code: string
  readonly path?: string
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'

const SYSTEM_ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the name and the folder',
  EACCES: 'reading or writing it is not allowed; check its permissions',
  EPERM: 'reading or writing it is not allowed; check its permissions',
  EISDIR: 'it is a folder; name the files in it',
  ENOSPC: 'the disk is full',
  EEXIST: 'it exists already',
}

const systemMessage = (error: SystemError): string => `${error.path ? `${error.path}: ` : ''}${SYSTEM_ADVICE[error.code] ?? error.message}`
