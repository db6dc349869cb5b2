import type { Terminal } from '../../src/cli/command.ts'
import { run } from '../../src/cli/run.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs one command line in this process, as the terminal would see it. */
export async function runCommand(...words: readonly string[]): Promise<Ran> {
  const out: Buffer[] = []
  let err = ''
  const terminal: Terminal = {
    out: async (data) => void out.push(Buffer.from(data)),
    err: (text) => {
      err += text
    },
    isWatched: false,
    columns: 80,
  }
  const code = await run(words, terminal)
  return { code, out: Buffer.concat(out).toString(), err }
}
