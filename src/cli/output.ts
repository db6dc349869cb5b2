import { open, rename, rm } from 'node:fs/promises'
import type { Sink } from '../core/bytes/chunks.ts'
import type { Arguments } from './arguments.ts'
import type { Option, Terminal } from './command.ts'

export const OUTPUT_OPTION: Option = { name: 'output', value: 'OUT', letter: 'o', says: 'write here instead of to standard output' }

/**
 * Hands `write` a sink for `-o OUT`, or standard output. A file appears under its name only when it is whole: a command that fails
 * leaves what was there before.
 */
export async function withOutput<T>(args: Arguments, terminal: Terminal, write: (sink: Sink) => Promise<T>): Promise<T> {
  const path = args.text('output')
  if (path === undefined || path === '-') return write(terminal.out)
  const unfinished = `${path}.${process.pid}.unfinished`
  const file = await open(unfinished, 'w')
  try {
    const result = await write(async (bytes) => {
      await file.write(bytes)
    })
    await file.close()
    await rename(unfinished, path)
    return result
  } catch (error) {
    await file.close()
    await rm(unfinished, { force: true })
    throw error
  }
}
