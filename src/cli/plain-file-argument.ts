import { existsSync } from 'node:fs'
import type { FileArgument } from './file-argument.ts'

/**
 * As `readFileArguments`, for a command that must start quickly: what checks options, half of such a command's code, is loaded only where a
 * word may hold some.
 *
 * @throws {UsageError} as readFileArguments
 */
export async function plainFileArguments(words: readonly string[]): Promise<readonly FileArgument[]> {
  const isPlain = (word: string): boolean => !word.includes(',') || existsSync(word)
  if (words.length > 0 && words.every(isPlain)) return words.map((path) => ({ path, options: {} }))
  const { readFileArguments } = await import('./file-argument.ts')
  return readFileArguments(words)
}
