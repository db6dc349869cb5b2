import { Decompress as ZstdStream } from 'fzstd'
import { InputError } from '../errors.ts'
import type { Chunks } from './chunks.ts'
import { gunzip } from './gunzip.ts'

export type Compression = 'none' | 'gzip' | 'zstd' | 'zip'

/** Why not all of a compressed file could be read, or why what was read is doubtful. */
export interface Damage {
  readonly code: DamagedArchive
  /** A whole clause: what, where, and what was read all the same. */
  readonly says: string
}

export type DamagedArchive =
  | 'gzip-truncated'
  | 'gzip-damaged'
  | 'zstd-truncated'
  | 'zstd-damaged'
  | 'zip-truncated'
  | 'zip-damaged'
  | 'expansion-limit'

/** What the sender can do about it. */
export const DAMAGE_ADVICE: Readonly<Record<DamagedArchive, string>> = {
  'gzip-truncated': 'Copying or sending it broke off: compare its size with the original, and send it again.',
  'gzip-damaged': 'Test the original with gzip -t. If it is whole the copy was spoilt: send it again.',
  'zstd-truncated': 'Copying or sending it broke off: compare its size with the original, and send it again.',
  'zstd-damaged': 'Test the original with zstd -t. If it is whole the copy was spoilt: send it again.',
  'zip-truncated': 'Copying or sending it broke off: compare its size with the original, and send it again.',
  'zip-damaged': 'Test the original with unzip -t. If it is whole the copy was spoilt: send it again.',
  'expansion-limit': 'Cut it before sending (hangup trim), or send the file itself, not compressed.',
}

/** What a decompression met; filled in while its bytes are read. */
export interface DecompressionReport {
  compression: Compression
  /** Compressed bytes read so far. */
  bytesIn: number
  bytesOut: number
  /** Where the compressed stream broke, in words; what came before it was passed on. */
  damage: Damage | undefined
}

export interface DecompressionLimits {
  /** Uncompressed bytes that one file may hold. */
  readonly maxBytes: number
  /** Uncompressed ÷ compressed; looked at from 64 MiB on. */
  readonly maxRatio: number
}

/** On the sender's own machine: deflate itself ends at about 1030:1. */
export const DEFAULT_LIMITS: DecompressionLimits = { maxBytes: 64 * 2 ** 30, maxRatio: 1100 }
/** In the service, which stores what is inside the window: logs and captures deflate 5:1 to 90:1, one repeated line 1000:1. */
export const SERVICE_LIMITS: DecompressionLimits = { maxBytes: 20e9, maxRatio: 200 }
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
 * The uncompressed bytes of a gzip (any number of members), zstd or plain input. A stream that breaks off, is damaged or unpacks to more
 * than the limits yields what came before, and says so in `report.damage`.
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
  if (compression !== 'gzip' && compression !== 'zstd') {
    for await (const piece of counted) {
      report.bytesOut += piece.length
      yield piece
    }
    return
  }
  for await (const piece of compression === 'gzip' ? gunzip(counted, report) : unzstd(counted, report)) {
    report.damage = beyondLimits(report, piece.length, limits) ?? report.damage
    if (report.damage?.code === 'expansion-limit') return
    report.bytesOut += piece.length
    yield piece
  }
}

export const newReport = (compression: Compression = 'none'): DecompressionReport => ({
  ...{ compression, bytesIn: 0, bytesOut: 0, damage: undefined },
})

/** Why `more` unpacked bytes are not taken; undefined: they are. */
export function beyondLimits(
  { bytesIn, bytesOut, compression }: Pick<DecompressionReport, 'bytesIn' | 'bytesOut' | 'compression'>,
  more: number,
  limits: DecompressionLimits,
): Damage | undefined {
  const size = bytesOut + more
  const isTooLong = size > limits.maxBytes
  if (!isTooLong && (size <= RATIO_COUNTS_FROM || size <= bytesIn * limits.maxRatio)) return undefined
  const why = isTooLong ? `more than ${limits.maxBytes} bytes` : `over ${limits.maxRatio} times its size`
  return { code: 'expansion-limit', says: `the ${compression} unpacks to ${why}: its first ${bytesOut} bytes were read, the rest was not` }
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
    report.damage = { code: 'zstd-damaged', says: `the zstd stream is damaged before byte ${report.bytesIn}; what came before was read` }
  }
  yield* ready.splice(0)
  if (!ended && report.damage === undefined) {
    report.damage = { code: 'zstd-truncated', says: `the zstd stream is cut off after ${report.bytesIn} bytes; what came before was read` }
  }
}
