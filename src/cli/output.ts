import { writeSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { Gzip } from 'fflate'
import type { Sink } from '../core/bytes/chunks.ts'
import type { Arguments } from './arguments.ts'
import type { Option, Terminal } from './command.ts'
import { unfinishedFile } from './stop.ts'

export const OUTPUT_OPTION: Option = { name: 'output', value: 'OUT', letter: 'o', says: 'write here instead of to standard output' }

/** Where a command's result goes. */
export interface Output {
  readonly sink: Sink
  /** Takes back what was written, for a command that may have to begin again; undefined where that is gone (a pipe, a packed file). */
  readonly restart: (() => Promise<void>) | undefined
}

/**
 * Hands `write` an output for `-o OUT`, or standard output. A name that ends in `.gz` is packed. A file appears under its name only when
 * it is whole: a command that fails leaves what was there before.
 */
export async function withOutput<T>(args: Arguments, terminal: Terminal, write: (output: Output) => Promise<T>): Promise<T> {
  const path = args.text('output')
  if (path === undefined || path === '-') return write({ sink: terminal.out, restart: undefined })
  const unfinished = `${path}.${process.pid}.unfinished`
  const settled = unfinishedFile(unfinished)
  const file = await open(unfinished, 'w')
  try {
    const output = fileOutput(file)
    const result = path.endsWith('.gz') ? await packed(output.sink, write) : await write(output)
    await file.close()
    await rename(unfinished, path)
    return result
  } catch (error) {
    await file.close()
    await rm(unfinished, { force: true })
    throw error
  } finally {
    settled()
  }
}

function fileOutput(file: FileHandle): Output {
  let size = 0
  return {
    // Synchronous: waiting for each piece costs more than writing it.
    sink: (bytes) => {
      let at = 0
      while (at < bytes.length) at += writeSync(file.fd, bytes, at, bytes.length - at, size + at)
      size += at
    },
    restart: async () => {
      await file.truncate(0)
      size = 0
    },
  }
}

async function packed<T>(sink: Sink, write: (output: Output) => Promise<T>): Promise<T> {
  const ready: Uint8Array[] = []
  const gzip = new Gzip((piece) => void ready.push(piece))
  const drain = async (): Promise<void> => {
    for (const piece of ready.splice(0)) await sink(piece)
  }
  const push: Sink = async (bytes) => {
    gzip.push(new Uint8Array(bytes))
    await drain()
  }
  const result = await write({ sink: push, restart: undefined })
  gzip.push(new Uint8Array(), true)
  await drain()
  return result
}
