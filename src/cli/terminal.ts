import { once } from 'node:events'
import type { Terminal } from './command.ts'

/** The terminal or pipes this process was started with. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  return {
    out: async (data) => {
      if (!stdout.write(data)) await once(stdout, 'drain')
    },
    err: (text) => {
      stderr.write(text)
    },
    isWatched: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
  }
}
