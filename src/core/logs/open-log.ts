import type { Chunks } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import { type Zone, zoneNamed } from '../time/zone.ts'
import { detectEncoding, PieceDecoder } from './encoding.ts'
import { LOG_FORMATS } from './log-formats.ts'
import type { LogOptions } from './record.ts'
import type { LogFormat, LogHead } from './record-reader.ts'
import { writtenDate } from './written-date.ts'

const HEAD = 131_072 // bytes that are looked at before the format is chosen
const MAX_HEAD_LINES = 2000

/** A log whose head was read: what it is, and all its bytes. */
export interface OpenedLog {
  readonly head: LogHead
  readonly format: LogFormat
  /** The whole file again, head included. */
  readonly chunks: AsyncGenerator<Uint8Array>
}

/**
 * Reads the first 128 KiB and chooses the format by content.
 *
 * @throws {InputError} `empty-file`, `bad-option`
 */
export async function openLog(chunks: Chunks, options: LogOptions): Promise<OpenedLog> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  const pieces: Uint8Array[] = []
  let size = 0
  let done = false
  while (size < HEAD && !done) {
    const next = await iterator.next()
    done = next.done === true
    if (!next.done) {
      // Not `slice`: Node's Buffer makes a view of it, and the source may reuse its memory.
      pieces.push(new Uint8Array(next.value))
      size += next.value.length
    }
  }
  if (size === 0)
    throw new InputError(
      'empty-file',
      'the log is empty',
      'Send the file again; if it is empty on the machine too, it holds nothing to look at.',
    )
  const bytes = joined(pieces, Math.min(size, HEAD))
  const encoding = detectEncoding(bytes, options.fileOptions?.encoding)
  const head: LogHead = { bytes, encoding, lines: headLines(bytes, encoding, size > HEAD || !done), options }
  const format = LOG_FORMATS.find((candidate) => candidate.sniff(head))
  if (!format)
    throw new InputError('unknown-format', 'the file is no log in any known format', 'Send text, JSON lines, CSV, or a Windows event log.')
  return { head, format, chunks: replay(pieces, iterator, done) }
}

async function* replay(
  pieces: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
  done: boolean,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
    while (!done) {
      const next = await iterator.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece.subarray(0, size - at), at)
    at += Math.min(piece.length, size - at)
  }
  return bytes
}

/** The head's lines; the last one is left out where the file goes on, because it may be cut. */
function headLines(bytes: Uint8Array, encoding: ReturnType<typeof detectEncoding>, cut: boolean): string[] {
  const text = new PieceDecoder(encoding).decode(bytes.subarray(encoding.bomLength))
  const lines = text.split('\n', MAX_HEAD_LINES + 1)
  if (lines.length > 1 && (cut || lines.at(-1) === '')) lines.pop()
  return lines.slice(0, MAX_HEAD_LINES).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).slice(0, 4096))
}

/** The zone of stamps that name none, and why it is that one. */
export interface ChosenZone {
  readonly zone: Zone
  readonly from: 'option' | 'format' | 'case' | 'assumed'
}

/** @throws {InputError} `bad-option` */
export function chooseZone(options: LogOptions, utcByRule: boolean): ChosenZone {
  const given = options.fileOptions?.timezone
  if (given !== undefined) return { zone: zoneNamed(given), from: 'option' }
  if (utcByRule) return { zone: zoneNamed('UTC'), from: 'format' }
  if (options.caseTimezone !== undefined) return { zone: zoneNamed(options.caseTimezone), from: 'case' }
  return { zone: zoneNamed('UTC'), from: 'assumed' }
}

/** The date in a file's name (`batch_2025-01-15.log`, `u_ex150312.log`), days since the epoch. */
export function dateInName(name: string | undefined): number | undefined {
  return name === undefined ? undefined : writtenDate(name.slice(0, 255))
}
