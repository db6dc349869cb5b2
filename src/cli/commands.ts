import type { Command } from './command.ts'

/** A command in the list: loaded only when it is the one. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

export const COMMANDS: readonly CommandEntry[] = []
