import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'diagnose',
    summary: 'say who hung up, how and why, from captures and logs',
    load: async () => (await import('./commands/diagnose.ts')).diagnose,
  },
  {
    name: 'verify',
    summary: 'check that a bundle is as it was written, offline',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
]
