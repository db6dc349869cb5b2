import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'diagnose',
    summary: 'say who hung up, how and why, from captures and logs',
    load: async () => (await import('./commands/diagnose.ts')).diagnose,
  },
  {
    name: 'trim',
    summary: 'cut a capture or a log to a time window',
    load: async () => (await import('./commands/trim.ts')).trim,
  },
  {
    name: 'connections',
    summary: 'list the connections of captures, and how each ended',
    load: async () => (await import('./commands/connections.ts')).connections,
  },
  {
    name: 'errors',
    summary: 'list the errors of logs, decoded; or say what a code means',
    load: async () => (await import('./commands/errors.ts')).errors,
  },
  {
    name: 'send',
    summary: 'cut files here, send only what is left, wait for the verdict',
    load: async () => (await import('./commands/send.ts')).send,
  },
  {
    name: 'bundle',
    summary: 'make the bundle that an engineer opens with Wireshark',
    load: async () => (await import('./commands/bundle.ts')).bundle,
  },
  {
    name: 'verify',
    summary: 'check that a bundle is as it was written, offline',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'reveal',
    summary: 'put the real addresses and names back into a report',
    load: async () => (await import('./commands/reveal.ts')).reveal,
  },
]
