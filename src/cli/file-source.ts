import { closeSync, openSync, readSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Source } from '../core/bytes/chunks.ts'

/** Bytes a read: beyond 256 KiB a bigger one gains nothing, and this one buffer stays in the cache. */
const READ_SIZE = 256 * 1024

/** Tells how many bytes of a file were read so far; called about every 8 MB. */
export type OnRead = (bytes: number) => void

const TELL_EVERY = 32 // reads

/**
 * A file of this machine: streamed through one reused buffer, and read at any offset. What is no regular file (a pipe) is streamed
 * only, once.
 *
 * @throws {NodeJS.ErrnoException} when there is no such file
 */
export async function fileSource(path: string, onRead?: OnRead): Promise<Source> {
  const facts = await stat(path)
  const source: Source = { name: basename(path), open: () => chunksOf(path, onRead) }
  if (!facts.isFile()) return source
  return {
    ...source,
    size: facts.size,
    openFrom: (offset) => chunksOf(path, onRead, offset),
    read: (offset, length) => readAt(path, offset, length),
  }
}

/** Reads between two looks at what else there is to do: 64 MB. */
const TURN_EVERY = 256

/**
 * Synchronous: waiting for each read costs a quarter to a half of the whole cut's time (see `src/core/capture/README.md`). Now and then the
 * process hears of signals all the same.
 */
async function* chunksOf(path: string, onRead: OnRead | undefined, from?: number): AsyncGenerator<Uint8Array> {
  const descriptor = openSync(path, 'r')
  try {
    const buffer = new Uint8Array(READ_SIZE)
    let total = from ?? 0
    for (let reads = 1; ; reads++) {
      const length = readSync(descriptor, buffer, 0, READ_SIZE, from === undefined ? null : total)
      if (length === 0) return
      total += length
      if (reads % TELL_EVERY === 0) onRead?.(total)
      if (reads % TURN_EVERY === 0) await setImmediate()
      yield length === READ_SIZE ? buffer : buffer.subarray(0, length)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes [offset, offset + length) of a file, fewer at its end. Synchronous inside, as above. */
export async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  const descriptor = openSync(path, 'r')
  try {
    const buffer = new Uint8Array(length)
    let filled = 0
    for (let read = -1; filled < length && read !== 0; filled += read) {
      read = readSync(descriptor, buffer, filled, length - filled, offset + filled)
    }
    return buffer.subarray(0, filled)
  } finally {
    closeSync(descriptor)
  }
}
