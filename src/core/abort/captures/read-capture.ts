import { type DecompressionReport, decompress, newReport } from '../../bytes/decompress.ts'
import type { Frame } from '../../capture/frame.ts'
import { scanCapture } from '../../capture/scan.ts'
import type { CaptureSummary } from '../../capture/summary.ts'
import type { EvidenceFile } from '../../diagnosis/question.ts'
import { quickRange } from '../../intake/quick-range.ts'
import type { CutReceipt } from '../../intake/receipt.ts'
import { decode, decodeNext } from '../../packet/decode.ts'
import { ABSENT, Packet } from '../../packet/packet.ts'
import { Bins } from '../../tcp/bins.ts'
import type { TrackedConnection } from '../../tcp/connection.ts'
import { Tracker, type TrackerOptions } from '../../tcp/tracker.ts'
import type { Surroundings } from '../facts/surroundings.ts'
import { SurroundingsWatch } from './watch-surroundings.ts'

/** One file of a capture: which evidence file it is, and the frames of the chain before it. */
export interface Member {
  readonly input: number
  readonly file: EvidenceFile
  readonly frame0: number
  readonly summary: CaptureSummary
  readonly compression: DecompressionReport
}

/** One place of capture: a file, or the files of a ring buffer joined in time order. Frames are counted over all of its members. */
export interface Capture {
  readonly members: readonly Member[]
  /** In the order of their first packets; built as they are asked for, so that a million of them need no memory. */
  readonly connections: Iterable<TrackedConnection>
  readonly surroundings: Surroundings
  /** Seconds since the epoch on its own clock; NaN without a dated frame. */
  readonly from: number
  readonly until: number
  /** Packets over time, all of them: series 0. */
  readonly bins: Bins
}

/** An evidence file with its position among the question's files. */
export interface Input {
  readonly input: number
  readonly file: EvidenceFile
}

const secondsOf = (instant: { readonly seconds: number; readonly nanoseconds: number } | undefined): number =>
  instant ? instant.seconds + instant.nanoseconds / 1e9 : Number.NaN

/** Pass 1: all connections, cheaply, and what surrounds them. `inputs` are the members in time order. */
export async function readCapture(inputs: readonly Input[], options: Pick<TrackerOptions, 'limits' | 'interest'> = {}): Promise<Capture> {
  const tracker = new Tracker(options)
  const watch = new SurroundingsWatch()
  const members: Member[] = []
  let bins: Bins | undefined
  let frame0 = 0
  for (const { input, file } of inputs) {
    const compression = newReport()
    const see = (packet: Packet) => {
      bins ??= Number.isNaN(packet.at) ? undefined : new Bins(Math.floor(packet.at), 1)
      bins?.add(0, packet.at, 1)
      watch.see(packet, input)
      packet.frameNumber += frame0
      tracker.take(packet)
    }
    const summary = await scanPackets(file, see, compression)
    members.push({ input, file, frame0, summary, compression })
    frame0 += summary.frames
  }
  const dated = members.filter(({ summary }) => summary.earliest).map(spanOf)
  const covered = members.flatMap(({ file }) => coveredBy(file.receipt) ?? [])
  return {
    members,
    connections: { [Symbol.iterator]: () => tracker.finish() },
    surroundings: watch.result(),
    bins: bins ?? new Bins(0, 1),
    from: Math.min(...dated.map((span) => span.from), ...covered.map((span) => span.from)),
    until: Math.max(...dated.map((span) => span.until), ...covered.map((span) => span.until)),
  }
}

const stampSeconds = (stamp: string): number => Date.parse(`${stamp.slice(0, 19)}Z`) / 1000 + Number(/\.\d+/.exec(stamp)?.[0] ?? 0)

/** A cut capture covers the part of its window that the upload covered, although what is left may begin later and end sooner. */
const coveredBy = (receipt: CutReceipt | undefined): { from: number; until: number } | undefined => {
  const range = quickRange(receipt) ?? receipt?.source
  if (!receipt || !range?.from || !range.to) return undefined
  const from = Math.max(stampSeconds(range.from), stampSeconds(receipt.window.from))
  const until = Math.min(stampSeconds(range.to), stampSeconds(receipt.window.to))
  return until >= from ? { from, until } : undefined
}

/** Frames to look at: all, or those of a narrower window. */
function insideOf({ within }: EvidenceFile): (frame: Frame) => boolean {
  if (!within) return () => true
  const [from, to] = [partsOf(within.fromNs), partsOf(within.toNs)]
  const isBefore = (frame: Frame, [seconds, nanoseconds]: readonly [number, number]) =>
    frame.seconds < seconds || (frame.seconds === seconds && frame.nanoseconds < nanoseconds)
  return (frame) => !Number.isNaN(frame.seconds) && !isBefore(frame, from) && isBefore(frame, to)
}

const BILLION = 1_000_000_000n

const partsOf = (ns: bigint): readonly [number, number] => {
  const nanoseconds = ((ns % BILLION) + BILLION) % BILLION
  return [Number((ns - nanoseconds) / BILLION), Number(nanoseconds)]
}

/** When a file's packets were seen, as far as it is looked at. */
function spanOf({ summary, file }: Member): { from: number; until: number } {
  const [from, until] = [secondsOf(summary.earliest), secondsOf(summary.latest)]
  if (!file.within) return { from, until }
  const [first, end] = [Number(file.within.fromNs) / 1e9, Number(file.within.toNs) / 1e9]
  return { from: Math.max(from, first), until: Math.min(until, end) }
}

/** Every frame of a file to look at, decoded; the packet is valid during the call only. */
export async function scanPackets(
  file: EvidenceFile,
  see: (packet: Packet) => void,
  report: DecompressionReport = newReport(),
): Promise<CaptureSummary> {
  const packet = new Packet()
  const isInside = insideOf(file)
  return scanCapture(decompress(file.source.open(), report), (frame) => {
    if (!isInside(frame)) return
    decode(frame, packet)
    see(packet)
    while (packet.nextSubframe !== ABSENT) {
      decodeNext(frame, packet)
      see(packet)
    }
  })
}
