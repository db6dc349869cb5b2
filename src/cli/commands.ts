import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'verify',
    summary: 'check that a bundle is as it was written, offline',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
]
