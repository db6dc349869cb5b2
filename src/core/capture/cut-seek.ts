import type { Sink, Source } from '../bytes/chunks.ts'
import type { Window } from '../time/window.ts'
import { type CutFacts, type CutOptions, cutCapture, cutFacts, inFileClock } from './cut.ts'
import type { FrameVisitor } from './frame.ts'
import { PieceQueue } from './pieces.ts'
import { CaptureScanner } from './scan.ts'
import { planSeek, type SeekPlan } from './seek-plan.ts'
import { Selection } from './selection.ts'
import { instantToNs } from './summary.ts'

/** Nanoseconds by which packets may be out of order (two interfaces, two processors): within it a seek finds them all. */
export const MARGIN_NS = 1_000_000_000n
const READ = 524_288 // bytes

/** What a seek did. The counts of `capture` and `dropped` are of what was read. */
export interface SeekFacts extends CutFacts {
  readonly reads: { readonly requests: number; readonly requestsBeforeWindow: number; readonly bytes: number }
  /** False: damage, or disorder beyond the margin, was met after output had begun. What was written may lack packets: cut in full. */
  readonly trusted: boolean
}

/** Someone who looks at what is read, and wants to see more than the window. */
export interface SeekObserver {
  /** Nanoseconds before the window from which on frames are shown, a few earlier ones too. */
  readonly leadNs: bigint
  readonly see: FrameVisitor
}

/**
 * Cuts a large capture by reading little more than the window: bisects by time, then reads on until a second past the window's end. Gives
 * the bytes that `cutCapture` gives, provided that time order holds within a second and a pcapng file has one section with its interfaces
 * in front; what can be seen of that on the way is checked.
 *
 * @returns undefined, and nothing is written, where the source cannot seek or the capture is not fit for it
 */
export async function cutBySeek(source: Source, options: CutOptions, sink: Sink, observer?: SeekObserver): Promise<SeekFacts | undefined> {
  const window = inFileClock(options.window, options.clockOffset ?? 0)
  const reader = countingReader(source)
  if (reader === undefined) return undefined
  const plan = await planSeek(reader.read, reader.size, window.fromNs - (observer?.leadNs ?? 0n) - MARGIN_NS, MARGIN_NS)
  if (plan === undefined) return undefined
  const before = reader.counts.requests
  const queue = new PieceQueue()
  const selection = new Selection(window, queue.write, options.keep)
  const scanner = new CaptureScanner(observer?.see, selection)
  scanner.push(plan.head)
  const reachedEnd = await readWindow(reader, plan, window, scanner, queue, sink)
  const capture = reachedEnd ? scanner.end() : scanner.stop()
  if (!reachedEnd) queue.write(plan.tailBlocks, 0, plan.tailBlocks.length)
  await queue.drain(sink)
  const late = BigInt(Math.ceil(capture.disorder.maxSeconds * 1e9)) > MARGIN_NS
  return {
    ...cutFacts(selection, capture, queue.bytes),
    ordinals: plan.isFirst ? selection.ordinals : [],
    seeked: !plan.isFirst || !reachedEnd,
    reads: { requests: reader.counts.requests, requestsBeforeWindow: before, bytes: reader.counts.bytes },
    trusted: !late && capture.damageCount === 0 && capture.sections <= 1,
  }
}

/**
 * Cuts by seek where that can be, else in one pass. `open` gives a fresh output, and is called again when the seek's cannot be trusted.
 *
 * @throws {InputError} as cutCapture
 */
export async function cutSource(source: Source, options: CutOptions, open: () => Sink | Promise<Sink>): Promise<CutFacts> {
  const sought = await cutBySeek(source, options, await open())
  if (sought?.trusted === true) return sought
  return cutCapture(source.open(), options, await open())
}

interface CountingReader {
  readonly size: number
  readonly counts: { requests: number; bytes: number }
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
  /** Chunks from an offset on. */
  readonly from: (offset: number) => AsyncGenerator<Uint8Array>
}

function countingReader({ size, read, openFrom }: Source): CountingReader | undefined {
  if (size === undefined || read === undefined) return undefined
  const counts = { requests: 0, bytes: 0 }
  const counted = (bytes: Uint8Array): Uint8Array => {
    counts.requests++
    counts.bytes += bytes.length
    return bytes
  }
  const byRead = async function* (offset: number): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < size; ) {
      const chunk = await read(at, READ)
      if (chunk.length === 0) return
      at += chunk.length
      yield chunk
    }
  }
  return {
    size,
    counts,
    read: async (offset, length) => counted(await read(offset, length)),
    from: async function* (offset) {
      for await (const chunk of openFrom?.(offset) ?? byRead(offset)) yield counted(chunk)
    },
  }
}

/** True where the file's end was reached. */
async function readWindow(
  reader: CountingReader,
  plan: SeekPlan,
  window: Window,
  scanner: CaptureScanner,
  queue: PieceQueue,
  sink: Sink,
): Promise<boolean> {
  let offset = plan.start
  for await (const chunk of reader.from(plan.start)) {
    queue.scanning(chunk)
    scanner.push(chunk)
    await queue.drain(sink)
    offset += chunk.length
    const { latest } = scanner
    if (latest !== undefined && instantToNs(latest) >= window.toNs + MARGIN_NS) return offset >= reader.size
  }
  return true
}
