import { captureFormat } from './formats.ts'
import { parsePcapHeader } from './pcap-header.ts'
import { BLOCK, eachBlock } from './pcapng-blocks.ts'
import { CaptureScanner } from './scan.ts'
import { type Found, pcapngProbe, pcapProbe } from './seek-probe.ts'
import { type CaptureSummary, instantToNs } from './summary.ts'
import { tickScaleOf } from './ticks.ts'

/** Bytes: longer than the longest usual packet (64 KiB where the network card joins segments), so that a chain must hold true records. */
const PROBE = 131_072
const LONG_PROBE = 262_144
/** Bytes: the bisection ends when so little is left. */
const CLOSE = 262_144
const MAX_PROBES = 22

export interface SeekPlan {
  /** File header, or section header and interfaces: what comes before the first packet. */
  readonly head: Uint8Array
  /** Offset of a record before which nothing is of interest. */
  readonly start: number
  /** That record is the file's first: frames are counted from there as in the file. */
  readonly isFirst: boolean
  /** pcapng interface statistics after the last packet. */
  readonly tailBlocks: Uint8Array
}

type Read = (offset: number, length: number) => Promise<Uint8Array>

/**
 * Where to begin reading for packets at or after `fromNs` (the margin taken off already).
 *
 * @returns undefined where the capture is not fit for seeking: damaged or out of order in front, unordered probes, interfaces unknown
 */
export async function planSeek(read: Read, size: number, fromNs: bigint, marginNs: bigint): Promise<SeekPlan | undefined> {
  const front = await read(0, LONG_PROBE)
  const format = captureFormat(front)
  if (format === undefined) return undefined
  const { summary, firstOffset } = scanFront(front)
  const [first] = summary.interfaces
  if (firstOffset < 0 || first === undefined || summary.earliest === undefined || !isFit(summary, marginNs)) return undefined
  const probe =
    format === 'pcap' ? pcapProbe(parsePcapHeader(front)) : pcapngProbe(summary.byteOrder === 'little', summary.interfaces.map(tickScaleOf))
  const length = Math.max(...summary.interfaces.map(({ snaplen }) => snaplen)) * 2 > PROBE ? LONG_PROBE : PROBE
  const order = new Order(marginNs)
  order.add(firstOffset, instantToNs(summary.earliest))
  const slack = Number(marginNs / 1_000_000_000n) + 1
  const from = summary.earliest.seconds - slack
  const tail = await probeTail(read, size, length, (bytes, final) => probe(bytes, final, { from, to: Number.POSITIVE_INFINITY }))
  if (tail === undefined || !order.add(tail.offset, tail.timestampNs)) return undefined
  const range = { from, to: Number(tail.timestampNs / 1_000_000_000n) + slack }
  const ends = { low: firstOffset, lowNs: instantToNs(summary.earliest), high: size, highNs: tail.timestampNs }
  const start = await narrow(read, { ...ends, length, fromNs }, (bytes, final) => probe(bytes, final, range), order)
  if (start === undefined) return undefined
  const tailBlocks = format === 'pcapng' ? statisticsIn(tail.rest, summary.byteOrder === 'little') : new Uint8Array(0)
  return { head: front.slice(0, firstOffset), start, isFirst: start === firstOffset, tailBlocks }
}

function scanFront(front: Uint8Array): { summary: CaptureSummary; firstOffset: number } {
  let firstOffset = -1
  const scanner = new CaptureScanner((frame) => {
    if (firstOffset < 0) firstOffset = frame.fileOffset
  })
  scanner.push(front)
  return { summary: scanner.stop(), firstOffset }
}

const isFit = ({ damageCount, sections, disorder, framesWithoutTime }: CaptureSummary, marginNs: bigint): boolean =>
  damageCount === 0 && sections === 1 && framesWithoutTime === 0 && BigInt(Math.ceil(disorder.maxSeconds * 1e9)) <= marginNs

type RangedProbe = (bytes: Uint8Array, final: boolean) => Found | undefined

/** The record looked for lies between two offsets with their stamps. */
interface Range {
  readonly low: number
  readonly lowNs: bigint
  readonly high: number
  readonly highNs: bigint
}

interface Search extends Range {
  readonly length: number
  readonly fromNs: bigint
}

/** Guesses by time that left more than a quarter of the range: then it is halved, which never takes more than 16 probes for 10 GB. */
const MAX_BAD_GUESSES = 2

/** Offset of a record older than `fromNs`, close to the first that is not; `low` where there is none. */
async function narrow(read: Read, search: Search, probe: RangedProbe, order: Order): Promise<number | undefined> {
  const { length, fromNs } = search
  let range: Range = search
  let badGuesses = 0
  for (let probes = 0; range.high - range.low > CLOSE; probes++) {
    if (probes === MAX_PROBES) return range.low
    const middle = range.low + (range.high - range.low) / 2
    const at = Math.floor((badGuesses < MAX_BAD_GUESSES ? guess(range, fromNs, length) : middle) / 4) * 4
    const found: Found | undefined = probe(await read(at, length), false)
    if (found === undefined || !order.add(at + found.at, found.timestampNs)) return undefined
    const before = range.high - range.low
    if (found.timestampNs < fromNs) range = { ...range, low: at + found.at, lowNs: found.timestampNs }
    else range = { ...range, high: at, highNs: found.timestampNs }
    if (range.high - range.low > before / 4) badGuesses++
  }
  return range.low
}

/**
 * Where a probe should begin, were packets spread evenly over time: so that its last record is a little older than `fromNs`; and once such
 * a one is known close by, so that its last record is a little younger.
 */
function guess({ low, lowNs, high, highNs }: Range, fromNs: bigint, length: number): number {
  const share = highNs > lowNs ? Number(fromNs - lowNs) / Number(highNs - lowNs) : 0.5
  const place = low + (high - low) * Math.min(1, Math.max(0, share))
  const isCloseBehind = place - low < length
  const wanted = isCloseBehind ? low + length / 2 : place - length * 1.5
  return Math.min(Math.max(wanted, low + 4), high - 4)
}

/** The last record of the file, and what comes after it. */
async function probeTail(
  read: Read,
  size: number,
  length: number,
  probe: RangedProbe,
): Promise<{ offset: number; timestampNs: bigint; rest: Uint8Array } | undefined> {
  const from = Math.max(0, size - length)
  const aligned = from - (from % 4)
  const bytes = await read(aligned, size - aligned)
  const found = probe(bytes, true)
  return found && { offset: aligned + found.at, timestampNs: found.timestampNs, rest: bytes.subarray(found.end) }
}

/** Stamps seen at offsets: each may be older than one before it by the margin at most. */
class Order {
  readonly #marginNs: bigint
  readonly #seen: { readonly offset: number; readonly ns: bigint }[] = []

  constructor(marginNs: bigint) {
    this.#marginNs = marginNs
  }

  /** False where the order does not hold. */
  add(offset: number, ns: bigint): boolean {
    const holds = this.#seen.every((other) => {
      const [earlier, later] = other.offset <= offset ? [other.ns, ns] : [ns, other.ns]
      return later >= earlier - this.#marginNs
    })
    this.#seen.push({ offset, ns })
    return holds
  }
}

function statisticsIn(rest: Uint8Array, littleEndian: boolean): Uint8Array {
  const kept: Uint8Array[] = []
  eachBlock(rest, littleEndian, (type, block) => {
    if (type === BLOCK.interfaceStatistics) kept.push(block)
  })
  const all = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const block of kept) {
    all.set(block, at)
    at += block.length
  }
  return all
}
