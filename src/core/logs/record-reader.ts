import type { LogEncoding } from './encoding.ts'
import type { LogOptions, WindowsEvent } from './record.ts'
import type { Stamp } from './stamp.ts'

/** The start of a record, as a reader shows it: valid during the call only. */
export interface RecordStart {
  /** Undefined for text that belongs to no record (before the first stamp). */
  stamp: Stamp | undefined
  /** The stamp as the file has it; asked for only when somebody wants it. */
  stampedAt(): string
  /** 1-based. */
  line: number
  /** Bytes from the start of the (uncompressed) file. */
  offset: number
  event?: WindowsEvent | undefined
}

/**
 * Records of a line each, one behind the other in one buffer, whose stamps differ from the record's before them in seconds and fraction
 * alone. Moments are nanoseconds of their minute. The last may go on in further lines.
 */
export interface RecordRun {
  readonly from: number
  readonly to: number
  readonly records: number
  /** Where the last one starts. */
  readonly lastFrom: number
  readonly last: number
  readonly least: number
  readonly greatest: number
}

/** Takes a log's records in file order. Buffers are valid during the call only. */
export interface RecordTaker {
  begin(start: RecordStart): void
  /** A line of the current record with its line end; or, with `isLine` false, more bytes of the same line. */
  piece(buffer: Uint8Array, from: number, to: number, isLine: boolean): void
  /** Bytes that describe the file and belong to no record: a CSV's column names, W3C's `#` lines, the frame of an XML export. */
  header(buffer: Uint8Array, from: number, to: number, isLine: boolean): void
  /** What a reader puts round the kept records to make a whole file of them: its own, not the upload's. */
  frame(prefix: Uint8Array, suffix: Uint8Array): void
  /** A date for the bare times that follow, days since the epoch. */
  date(days: number): void
  /** Up to where in the buffer records of the current one's minute may come as a run; 0 where each must be shown. */
  runsUntil?(buffer: Uint8Array): number
  /** In order of time to the second, and none earlier than the record before. @param last the start of the last one */
  run?(buffer: Uint8Array, run: RecordRun, last: RecordStart): void
}

/** Reads one format. */
export interface RecordReader {
  push(chunk: Uint8Array): void
  end(): void
  /** What was read or inferred, for the receipt. */
  readonly facts: ReaderFacts
}

export interface ReaderFacts {
  /** Stamps without a zone are UTC by the format's own rule (W3C). */
  readonly utcByRule?: boolean
  /** Which way numeric dates are written, once any of them has shown it. */
  dayFirst?: boolean | undefined
  /** A numeric date that could be read both ways was seen. */
  orderOpen?: boolean
  layout?: string
  /** Damage and oddities, a sentence each, bounded. */
  readonly quality: string[]
}

/** What a format sees before it is chosen. */
export interface LogHead {
  readonly bytes: Uint8Array
  readonly encoding: LogEncoding
  /** The head's whole lines without their ends, at most 2,000. */
  readonly lines: readonly string[]
  readonly options: LogOptions
}

/** One log format: a file, and a line in `LOG_FORMATS`. */
export interface LogFormat {
  /** What the receipt says: `text`, `csv`, `evtx`, … */
  readonly id: string
  /** The cut file's format and extension, where it is not the upload's own. */
  readonly cutAs?: { readonly format: string; readonly extension: string }
  sniff(head: LogHead): boolean
  open(head: LogHead, taker: RecordTaker): RecordReader
}
