import { type CutLogOptions, cutLog, type LogCut } from '../../../src/core/logs/cut-log.ts'
import { readLog } from '../../../src/core/logs/read-log.ts'
import type { LogOptions, LogRecord } from '../../../src/core/logs/record.ts'
import { ALWAYS, type Window } from '../../../src/core/time/window.ts'

/** Nanoseconds since the epoch of an ISO time; without a zone it is UTC. */
export function ns(iso: string): bigint {
  const [whole = '', fraction = ''] = iso.replace('Z', '').split('.')
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

export const span = (from: string, to: string): Window => ({ fromNs: ns(from), toNs: ns(to) })

export const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? new TextEncoder().encode(text) : text)

/** Like a file's reader: one buffer for every chunk, so that whoever keeps a piece without copying it is found out. */
export function* inOneBuffer(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size)
    buffer.fill(0xee)
    buffer.set(part)
    yield buffer.subarray(0, part.length)
  }
}

export async function recordsOf(log: string | Uint8Array, options: LogOptions = {}, chunkSize = 1 << 20): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  for await (const record of readLog(inOneBuffer(bytesOf(log), chunkSize), options)) records.push(record)
  return records
}

/** When each dated record was, ISO to the millisecond. */
export async function timesOf(log: string | Uint8Array, options: LogOptions = {}): Promise<string[]> {
  const records = await recordsOf(log, options)
  return records.flatMap(({ timestampNs }) => (timestampNs === undefined ? [] : [new Date(Number(timestampNs / 1_000_000n)).toISOString()]))
}

export async function cut(
  log: string | Uint8Array,
  options: Partial<CutLogOptions> = {},
  chunkSize = 1 << 20,
): Promise<LogCut & { bytes: Uint8Array; text: string }> {
  const pieces: Uint8Array[] = []
  const result = await cutLog(
    inOneBuffer(bytesOf(log), chunkSize),
    { window: ALWAYS, ...options },
    (piece) => void pieces.push(new Uint8Array(piece)),
  )
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return { ...result, bytes, text: new TextDecoder().decode(bytes) }
}
