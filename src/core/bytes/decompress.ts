import { Decompress as ZstdStream } from 'fzstd'
import { InputError } from '../errors.ts'
import type { Chunks } from './chunks.ts'
import { gunzip } from './gunzip.ts'

export type Compression = 'none' | 'gzip' | 'zstd' | 'zip'

/** What a decompression met; filled in while its bytes are read. */
export interface DecompressionReport {
  compression: Compression
  /** Compressed bytes read so far. */
  bytesIn: number
  bytesOut: number
  /** Where the compressed stream broke, in words; what came before it was passed on. */
  damage: string | undefined
}

export interface DecompressionLimits {
  /** Uncompressed bytes that one file may hold. */
  readonly maxBytes: number
  /** Uncompressed ÷ compressed; looked at from 64 MiB on (a log of one repeated line deflates 1000:1). */
  readonly maxRatio: number
}

export const DEFAULT_LIMITS: DecompressionLimits = { maxBytes: 64 * 2 ** 30, maxRatio: 1100 }
const RATIO_COUNTS_FROM = 64 * 2 ** 20

/** By the first bytes; `zip` is for `zip.ts`. */
export function sniffCompression(head: Uint8Array): Compression {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  // A zip without files begins with its end.
  if (a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6))) return 'zip'
  return 'none'
}

/** The chunks, and their first bytes (as many as there are up to `length`) read ahead. */
export async function peek(
  chunks: Chunks,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncGenerator<Uint8Array> }> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  let head: Uint8Array = new Uint8Array(0)
  let next = await iterator.next()
  while (next.done !== true && head.length + next.value.length < length) {
    head = joined(head, next.value)
    next = await iterator.next()
  }
  const first = next.done === true ? undefined : next.value
  // The chunk in hand is passed on as it is; only what came before it was copied.
  const start = first === undefined ? head : joined(head, first.subarray(0, length - head.length))
  return { head: start, chunks: rest(iterator, head, first) }
}

async function* rest(
  iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
  held: Uint8Array,
  first: Uint8Array | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    if (held.length > 0) yield held
    if (first === undefined) return
    yield first
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/**
 * The uncompressed bytes of a gzip (any number of members), zstd or plain input. A stream that breaks off yields what was good, and
 * says so in `report.damage`.
 *
 * @throws {InputError} archive-too-large beyond the limits
 */
export async function* decompress(
  chunks: Chunks,
  report: DecompressionReport,
  limits: DecompressionLimits = DEFAULT_LIMITS,
): AsyncGenerator<Uint8Array> {
  const input = await peek(chunks, 4)
  const compression = sniffCompression(input.head)
  report.compression = compression
  const counted = countIn(input.chunks, report)
  const plain = compression === 'gzip' ? gunzip(counted, report) : compression === 'zstd' ? unzstd(counted, report) : counted
  for await (const piece of plain) {
    report.bytesOut += piece.length
    checkLimits(report, limits)
    yield piece
  }
}

export const newReport = (): DecompressionReport => ({ compression: 'none', bytesIn: 0, bytesOut: 0, damage: undefined })

/** @throws {InputError} archive-too-large */
export function checkLimits({ bytesIn, bytesOut, compression }: DecompressionReport, limits: DecompressionLimits): void {
  if (compression === 'none') return
  if (bytesOut > limits.maxBytes) {
    throw new InputError('archive-too-large', `it unpacks to more than ${limits.maxBytes} bytes`, 'Cut it before sending: hangup trim.')
  }
  if (bytesOut > RATIO_COUNTS_FROM && bytesOut > bytesIn * limits.maxRatio) {
    throw new InputError(
      'archive-too-large',
      `it unpacks to over ${limits.maxRatio} times its size`,
      'Send the file itself, not compressed.',
    )
  }
}

async function* countIn(chunks: Chunks, report: DecompressionReport): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    report.bytesIn += chunk.length
    yield chunk
  }
}

/** Bytes given to the decoder at once: what it gives back is held until read. */
const ZSTD_STEP = 65_536

async function* unzstd(chunks: Chunks, report: DecompressionReport): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  let ended = false
  const stream = new ZstdStream((piece, final) => {
    if (piece.length > 0) ready.push(piece)
    ended = final === true
  })
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += ZSTD_STEP) {
        stream.push(new Uint8Array(chunk.subarray(at, at + ZSTD_STEP)))
        yield* ready.splice(0)
      }
    }
    stream.push(new Uint8Array(0), true)
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error
    report.damage = 'the zstd stream is damaged or cut off; what came before was read'
  }
  yield* ready.splice(0)
  if (!ended && report.damage === undefined) report.damage = 'the zstd stream is cut off; what came before was read'
}
