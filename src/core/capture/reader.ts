import type { CaptureSummary, Instant } from './summary.ts'

/**
 * One container format. `RecordFeeder` hands it bytes so that a record is always in one piece: whole from the chunk, or from the carry
 * buffer where a chunk's edge splits it.
 */
export interface RecordReader {
  /** After `read`: bytes it must be given, from the position it returned, to get on. */
  need: number
  /** After `read`: bytes from the position it returned that it does not want to see (large blocks without packets). */
  skip: number
  /** Latest stamp so far. */
  readonly latest: Instant | undefined
  /**
   * Reads whole records of `buffer[start, end)` and returns the position of the first byte it did not use.
   * @param base file offset of `buffer[0]`
   * @param final nothing follows `end`
   */
  read(buffer: Uint8Array, view: DataView, start: number, end: number, base: number, final: boolean): number
  /**
   * @param bytes length of the file
   * @param missing bytes of `skip` that the file did not hold
   */
  summary(bytes: number, missing: number): CaptureSummary
}
