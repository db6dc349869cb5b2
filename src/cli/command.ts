import type { Arguments } from './arguments.ts'

/** What a command may touch of the world it was started in: tests hand in their own. */
export interface Terminal {
  /** Results. Resolves when the reader has room for more. */
  readonly out: (data: string | Uint8Array) => Promise<void>
  /** Notes, progress and errors. */
  readonly err: (text: string) => void
  /** Whether a person watches `err`: a progress bar may be drawn there. */
  readonly isWatched: boolean
  /** Characters in a line. */
  readonly columns: number
}

/** 0 done, 1 could not, 2 bad usage. */
export type ExitCode = 0 | 1 | 2

export interface Option {
  /** Without the dashes. */
  readonly name: string
  /** What stands for the value in the help; undefined: a switch. */
  readonly value?: string
  /** One letter, for `-o`. */
  readonly letter?: string
  readonly says: string
}

/** A command in the list: loaded only when it is the one. */
export interface CommandEntry {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  readonly load: () => Promise<Command>
}

export interface Command {
  /** What follows the command's name. */
  readonly synopsis: string
  /** What else a person should know: short paragraphs. */
  readonly about: string
  readonly options: readonly Option[]
  /** Whole command lines that work. */
  readonly examples: readonly string[]
  readonly run: (args: Arguments, terminal: Terminal) => Promise<ExitCode>
}

/** The command line is wrong, not the input: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
