import type { FileOptions } from '../intake/receipt.ts'

/** What is known about a log before it is read. */
export interface LogOptions {
  readonly fileOptions?: FileOptions | undefined
  /** IANA name or `+HH:MM`: the case's zone, for a log that names none and has no `timezone` of its own. */
  readonly caseTimezone?: string | undefined
  /** A moment near which the log is believed to lie (UTC, ns): decides years, and day order where the file leaves it open. */
  readonly incidentAtNs?: bigint | undefined
  /** The upload's base name: a date in it is the date of stamps that have a time of day alone. */
  readonly fileName?: string | undefined
}

/** One record of a log: a stamped line with the lines that belong to it, an event, a row. */
export interface LogRecord {
  /** 1-based position among the file's records. */
  readonly ordinal: number
  /** 1-based number of its first line in the file. */
  readonly line: number
  /** Lines it has, the first included. */
  readonly lines: number
  /** Where it stands in the (uncompressed) file, bytes. */
  readonly offset: number
  readonly length: number
  /** Nanoseconds since the Unix epoch, UTC, on the log's own clock; undefined for text before the first stamp. */
  readonly timestampNs: bigint | undefined
  /** What the stamp's last digit stands for, ns: the true moment lies in [timestampNs, timestampNs + resolutionNs). */
  readonly resolutionNs: number
  /** The stamp as the file has it. */
  readonly stampedAt: string
  /** The record's text, at most {@link MAX_RECORD_TEXT} characters. */
  readonly text: string
  readonly textCut: boolean
  /** Whether the text may report an error, or hold an address: found in the bytes, so that most records need no second look. */
  readonly maySay: { readonly error: boolean; readonly address: boolean }
  /** Only for Windows events. */
  readonly event?: WindowsEvent | undefined
}

/** What Windows says about one event beside its text. */
export interface WindowsEvent {
  readonly provider: string
  readonly id: number
  /** 1 critical, 2 error, 3 warning, 4 information, 5 verbose, 0 always. */
  readonly level: number | undefined
  readonly channel: string | undefined
  readonly computer: string | undefined
  readonly recordId: number | undefined
}

/** Characters of one record that are looked at: the rest is kept or dropped with it, unread. */
export const MAX_RECORD_TEXT = 16_384
