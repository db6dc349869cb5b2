import { existsSync } from 'node:fs'
import { FileOptions } from '../core/intake/receipt.ts'
import { UsageError } from './command.ts'

/** One file of a command line, with what was said about it: `FILE,timezone=+02:00,vantage=peer`. */
export interface FileArgument {
  readonly path: string
  readonly options: FileOptions
}

/** Option names in lower case → as they are written. */
const KEYS = new Map(Object.keys(FileOptions.shape).map((key) => [key.toLowerCase(), key]))

/**
 * A file whose own name holds commas is taken as it is.
 *
 * @throws {UsageError} on an option that files do not have, or a value it cannot take
 */
export function readFileArgument(word: string): FileArgument {
  if (!word.includes(',') || existsSync(word)) return { path: word, options: {} }
  const [path = '', ...pairs] = word.split(',')
  const given: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    const key = at < 0 ? undefined : KEYS.get(pair.slice(0, at).trim().toLowerCase())
    if (key === undefined) throw new UsageError(`${word}: "${pair}" is no option of a file; there are ${[...KEYS.values()].join(', ')}`)
    given[key] = pair.slice(at + 1)
  }
  const options = FileOptions.safeParse(given)
  if (options.success) return { path, options: options.data }
  const [issue] = options.error.issues
  throw new UsageError(`${word}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** @throws {UsageError} when none is given */
export function readFileArguments(words: readonly string[]): readonly FileArgument[] {
  if (words.length === 0) throw new UsageError('which file? Name at least one capture or log')
  return words.map(readFileArgument)
}
