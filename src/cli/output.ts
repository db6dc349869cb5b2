import { open, rename, rm } from 'node:fs/promises'
import { Gzip } from 'fflate'
import type { Sink } from '../core/bytes/chunks.ts'
import type { Arguments } from './arguments.ts'
import type { Option, Terminal } from './command.ts'

export const OUTPUT_OPTION: Option = { name: 'output', value: 'OUT', letter: 'o', says: 'write here instead of to standard output' }

/**
 * Hands `write` a sink for `-o OUT`, or standard output. A name that ends in `.gz` is packed. A file appears under its name only when it
 * is whole: a command that fails leaves what was there before.
 */
export async function withOutput<T>(args: Arguments, terminal: Terminal, write: (sink: Sink) => Promise<T>): Promise<T> {
  const path = args.text('output')
  if (path === undefined || path === '-') return write(terminal.out)
  const unfinished = `${path}.${process.pid}.unfinished`
  const file = await open(unfinished, 'w')
  const toFile: Sink = async (bytes) => {
    await file.write(bytes)
  }
  try {
    const result = path.endsWith('.gz') ? await packed(toFile, write) : await write(toFile)
    await file.close()
    await rename(unfinished, path)
    return result
  } catch (error) {
    await file.close()
    await rm(unfinished, { force: true })
    throw error
  }
}

async function packed<T>(sink: Sink, write: (sink: Sink) => Promise<T>): Promise<T> {
  const ready: Uint8Array[] = []
  const gzip = new Gzip((piece) => void ready.push(piece))
  const drain = async (): Promise<void> => {
    for (const piece of ready.splice(0)) await sink(piece)
  }
  const result = await write(async (bytes) => {
    gzip.push(bytes.slice())
    await drain()
  })
  gzip.push(new Uint8Array(), true)
  await drain()
  return result
}
