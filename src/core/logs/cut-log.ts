import type { Chunks, Sink } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import type { CutReceipt, LogDigest } from '../intake/receipt.ts'
import type { Window } from '../time/window.ts'
import { clockShift } from './clock-shift.ts'
import { cutOptions, cutWarnings, nearOf } from './cut-report.ts'
import { CutTaker } from './cut-taker.ts'
import { chooseDayOrder } from './day-order.ts'
import { type ChosenZone, chooseZone, dateInName, type OpenedLog, openLog } from './open-log.ts'
import type { LogOptions } from './record.ts'
import type { RecordReader } from './record-reader.ts'

/** How a log is cut. `fileOptions.clockOffset` (seconds, this file's clock − reference clock) moves the window onto the file's clock. */
export interface CutLogOptions extends LogOptions {
  /** On the reference clock. */
  readonly window: Window
  /** Also keep what describes the file and belongs to no record: a CSV's column names, W3C's `#` lines, the frame of an XML export. */
  readonly keepHeader?: boolean | undefined
  /** The case's peer (IP address) and error (text or code), where known: whose error outside the window is a sign of a clock that is off. */
  readonly peer?: string | undefined
  readonly error?: string | undefined
  /** False: the log's errors are not looked for, for a caller that wants the cut and no more. */
  readonly digest?: boolean | undefined
}

/** What a log's cut receipt says about it (see `CutReceipt`): the joining room adds names, hashes, sizes and compression. */
export interface LogCut {
  readonly format: string
  /** The kept bytes' format and file extension, where a cut changes them (evtx → event XML). */
  readonly cutAs: { readonly format: string; readonly extension: string } | undefined
  readonly recordsSeen: number
  readonly from: string | null
  readonly to: string | null
  readonly kept: { readonly records: number; readonly bytes: number; readonly from: string | null; readonly to: string | null }
  readonly dropped: CutReceipt['dropped']
  /** [first kept line, first upload line], 1-based. */
  readonly ordinals: readonly (readonly [number, number])[]
  readonly options: Record<string, unknown>
  readonly quality: readonly string[]
  readonly warnings: CutReceipt['warnings']
  /** Seconds: the `clockOffset` that would bring the case's error into the window; null where none is wanted or known. */
  readonly suggestedClockOffset: number | null
  readonly logDigest: LogDigest
}

/**
 * Cuts a log to a window as it streams: what is inside goes to `sink` byte for byte (but evtx, which becomes event XML), the rest is
 * counted. One pass; memory is bounded by the longest held line, the digest, and 8 MiB while the day order is open.
 *
 * @throws {InputError} `empty-file`, `unknown-format`, `bad-option`; `no-timestamps` for text without any stamp, unless `keepUndated`
 */
export async function cutLog(chunks: Chunks, options: CutLogOptions, sink: Sink): Promise<LogCut> {
  const opened = await openLog(chunks, options)
  const cutting = startCut(opened, options)
  const { taker, reader } = cutting
  for await (const chunk of opened.chunks) {
    taker.chunk = chunk
    reader.push(chunk)
    for (const piece of taker.takeKept()) await sink(piece)
  }
  reader.end()
  taker.end()
  for (const piece of taker.takeKept()) await sink(piece)
  if (taker.chosen.recordsSeen === 0 && options.fileOptions?.keepUndated !== true) throw noTimestamps(options)
  return logCut(cutting, options)
}

/** A log's cut under way. */
export interface Cutting {
  readonly opened: OpenedLog
  readonly taker: CutTaker
  readonly reader: RecordReader
  readonly zone: ChosenZone
}

/** @throws {InputError} `bad-option` */
export function startCut(opened: OpenedLog, options: CutLogOptions): Cutting {
  const taker = new CutTaker(opened.head, options)
  const reader = opened.format.open(opened.head, taker)
  const zone = chooseZone(options, reader.facts.utcByRule === true)
  taker.start(reader.facts, zone.zone, chooseDayOrder(opened.head, reader.facts, zone.zone), nearOf(options), dateInName(options.fileName))
  return { opened, taker, reader, zone }
}

/** What a cut that is done has to say. */
export function logCut({ opened, taker, reader, zone }: Cutting, options: CutLogOptions): LogCut {
  const cut = taker.chosen
  return {
    format: opened.format.id,
    cutAs: opened.format.cutAs,
    recordsSeen: cut.recordsSeen,
    from: cut.digest.firstAt,
    to: cut.digest.lastAt,
    kept: { records: cut.keptRecords, bytes: cut.keptBytes, from: cut.keptFrom, to: cut.keptTo },
    dropped: { before: cut.before, after: cut.after, withoutTime: cut.withoutTime, outOfScope: 0 },
    ordinals: cut.ordinals,
    options: cutOptions(options, opened, reader.facts, zone, taker.dayOrder, cut),
    quality: [...reader.facts.quality, ...cut.quality()],
    warnings: cutWarnings(options, cut, zone, taker.dayOrder),
    suggestedClockOffset: clockShift(options, cut)?.clockOffset ?? null,
    logDigest: cut.digest.digest(),
  }
}

function noTimestamps(options: CutLogOptions): InputError {
  const given = options.fileOptions?.timeFormat
  return new InputError(
    'no-timestamps',
    given === undefined
      ? 'no line of the file starts with a time stamp in any known layout'
      : `no line of the file has a time stamp written as ${JSON.stringify(given)}`,
    'Say how its time stamps are written (timeFormat, for instance %d.%m.%Y %H:%M:%S), or send it with keepUndated to have it kept whole.',
  )
}
