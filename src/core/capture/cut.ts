import type { Chunks, Sink } from '../bytes/chunks.ts'
import type { Window } from '../time/window.ts'
import type { Frame, FrameVisitor } from './frame.ts'
import { PieceQueue } from './pieces.ts'
import { CaptureScanner } from './scan.ts'
import { Selection } from './selection.ts'
import type { CaptureSummary, Instant } from './summary.ts'

export interface CutOptions {
  /** On the reference clock. */
  readonly window: Window
  /** This file's clock − reference clock, seconds. */
  readonly clockOffset?: number | undefined
  /** Asked for each frame inside the window, after the observer has seen it: false drops it (`scope: peers`). */
  readonly keep?: ((frame: Frame) => boolean) | undefined
}

/** What a cut kept and dropped: the facts of the receipt. */
export interface CutFacts {
  /** The whole capture, as read. After a seek: what the seek read (`seeked`). */
  readonly capture: CaptureSummary
  readonly kept: {
    readonly records: number
    /** File headers and interface descriptions included. */
    readonly bytes: number
    /** Stamps as the file has them, the clock offset not taken off. */
    readonly earliest: Instant | undefined
    readonly latest: Instant | undefined
  }
  readonly dropped: { readonly before: number; readonly after: number; readonly withoutTime: number; readonly outOfScope: number }
  /** [first kept frame number, its number in the upload] for each run. Empty after a seek that did not count from the start. */
  readonly ordinals: readonly (readonly [number, number])[]
  /** Runs beyond the list's limit. */
  readonly ordinalRunsLeftOut: number
  /** Only a part of the capture was read. */
  readonly seeked: boolean
}

/** A clock offset in whole nanoseconds, without the rounding that seconds × 1e9 has. */
export function offsetNs(seconds: number): bigint {
  const whole = Math.trunc(seconds)
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.round((seconds - whole) * 1e9))
}

/** The window in a file's own clock. */
export const inFileClock = ({ fromNs, toNs }: Window, clockOffset: number): Window => {
  const shift = offsetNs(clockOffset)
  return { fromNs: fromNs + shift, toNs: toNs + shift }
}

/**
 * Writes the packets inside the window to `sink`: byte for byte, in file order, in the upload's own format. pcapng keeps its sections,
 * interfaces and interface statistics, and drops what belongs to no packet and no interface (names, secrets, custom blocks). Packets
 * without a time are in no window. `observer` sees every frame of the upload in the same pass.
 *
 * @throws {InputError} as scanCapture
 */
export async function cutCapture(chunks: Chunks, options: CutOptions, sink: Sink, observer?: FrameVisitor): Promise<CutFacts> {
  const queue = new PieceQueue()
  const selection = new Selection(inFileClock(options.window, options.clockOffset ?? 0), queue.write, options.keep)
  const scanner = new CaptureScanner(observer, selection)
  for await (const chunk of chunks) {
    queue.scanning(chunk)
    scanner.push(chunk)
    if (!queue.empty) await queue.drain(sink)
  }
  queue.scanning(undefined)
  const capture = scanner.end()
  await queue.drain(sink)
  return cutFacts(selection, capture, queue.bytes)
}

export function cutFacts(selection: Selection, capture: CaptureSummary, bytes: number): CutFacts {
  const { before, after, withoutTime, outOfScope } = selection
  return {
    capture,
    kept: { records: selection.kept, bytes, earliest: selection.tally?.earliest, latest: selection.tally?.latest },
    dropped: { before, after, withoutTime, outOfScope },
    ordinals: selection.ordinals,
    ordinalRunsLeftOut: selection.ordinalRunsLeftOut,
    seeked: false,
  }
}
