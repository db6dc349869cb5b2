import { rmSync } from 'node:fs'

/** Signals that ask a program to end, and the exit codes by which shells know them (128 + number). */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

const unfinished = new Set<string>()
let advice: string | undefined

/** A file that counts for nothing if the process ends now. Call what is returned when it is whole, or gone. */
export function unfinishedFile(path: string): () => void {
  unfinished.add(path)
  return () => void unfinished.delete(path)
}

/** What a person who stops this command from now on should know: one line. */
export function adviseWhenStopped(says: string | undefined): void {
  advice = says
}

/** Ctrl-C and its like: no half file stays, and it is said how to go on. What a cut keeps goes with the process anyway. */
export function stopOnSignals(err: (text: string) => void): void {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      for (const path of unfinished) rmSync(path, { force: true })
      err(`\nhangup: stopped${advice === undefined ? '' : `: ${advice}`}\n`)
      process.exit(code)
    })
  }
}
