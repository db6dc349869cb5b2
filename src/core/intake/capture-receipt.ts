import { type CutFacts, inFileClock } from '../capture/cut.ts'
import { type CaptureSummary, type Instant, instantToIso, instantToNs } from '../capture/summary.ts'
import { isoFromNs } from '../time/civil.ts'
import { inLargerUnits } from '../time/duration.ts'
import type { Window } from '../time/window.ts'
import { QUICK_LEAD_SECONDS } from './quick-range.ts'
import type { CutReceipt, FileOptions } from './receipt.ts'

type Parts = Pick<CutReceipt, 'format' | 'dropped' | 'options' | 'quality' | 'warnings'> & {
  readonly recordsSeen: number | null
  readonly from: string | null
  readonly to: string | null
  readonly kept: Omit<CutReceipt['kept'], 'sha256'>
  readonly ordinals: CutReceipt['ordinals']
}

/** What a capture's cut receipt says of its packets. */
export function captureParts(facts: CutFacts, window: Window, given: FileOptions): Parts {
  const { capture, kept, seeked } = facts
  const range = { from: isoOf(capture.earliest), to: isoOf(capture.latest) }
  return {
    format: capture.format,
    ...(seeked ? { recordsSeen: null, from: null, to: null } : { recordsSeen: capture.frames, ...range }),
    kept: { records: kept.records, bytes: kept.bytes, from: isoOf(kept.earliest), to: isoOf(kept.latest) },
    dropped: { ...facts.dropped },
    ordinals: facts.ordinals.map(([first, original]) => [first, original]),
    options: { ...captureOptions(capture, given), ...(seeked ? { quick: quickOption(range) } : {}) },
    quality: [...(seeked ? [quickQuality(range)] : []), ...captureQuality(capture), ...cutQuality(facts)],
    warnings: nothingInside(facts, inFileClock(window, given.clockOffset ?? 0)),
  }
}

interface ReadRange {
  readonly from: string | null
  readonly to: string | null
}

/** What was read instead of the whole, stamps of its first and last packet. */
const quickOption = (range: ReadRange) => ({ value: { leadSeconds: QUICK_LEAD_SECONDS, ...range }, from: 'option' })

const quickQuality = ({ from, to }: ReadRange): string =>
  `quick: of the file only the packets from ${from} to ${to} were read; counts and digest are of them, and what lies earlier is not known`

const isoOf = (instant: Instant | undefined): string | null => (instant && instantToIso(instant)) ?? null

function captureOptions(capture: CaptureSummary, given: FileOptions): Record<string, unknown> {
  const options: Record<string, unknown> = {
    linkTypes: { value: capture.linkTypes.slice(0, 100), from: 'read' },
    snaplen: { value: Math.max(0, ...capture.interfaces.slice(0, 1000).map(({ snaplen }) => snaplen)), from: 'read' },
    ticksPerSecond: { value: [...new Set(capture.interfaces.map(({ ticksPerSecond }) => ticksPerSecond))].slice(0, 100), from: 'read' },
  }
  if (capture.drops !== undefined) options.packetsDropped = { value: capture.drops, from: 'read' }
  if (given.clockOffset !== undefined) options.clockOffset = { value: given.clockOffset, from: 'option' }
  if (given.vantage !== undefined) options.vantage = { value: given.vantage, from: 'option' }
  return options
}

/** How far the capture can be trusted, in sentences. */
export function captureQuality(capture: CaptureSummary): string[] {
  const said = capture.damage.slice(0, 20).map(({ says, offset }) => `byte ${offset}: ${says}`)
  if (capture.damageCount > 20) said.push(`${capture.damageCount - 20} more places are damaged`)
  if (capture.bytesSkipped > 0) said.push(`${capture.bytesSkipped} bytes were skipped as damaged`)
  if (capture.slicedFrames > 0) said.push(`${capture.slicedFrames} of ${capture.frames} packets are cut short by the snaplen`)
  if (capture.disorder.frames > 0) {
    said.push(`${capture.disorder.frames} packets are older than one before them, by up to ${capture.disorder.maxSeconds} s`)
  }
  if (capture.drops !== undefined && capture.drops > 0) said.push(`the capturing machine lost ${capture.drops} packets`)
  return said
}

function cutQuality({ capture, dropped, ordinalRunsLeftOut }: CutFacts): string[] {
  const said: string[] = []
  if (dropped.withoutTime > 0) said.push(`${dropped.withoutTime} packets carry no time: they are in no window and were not kept`)
  if (ordinalRunsLeftOut > 0)
    said.push(`original frame numbers are known for the first part of the file only (${ordinalRunsLeftOut} runs left out)`)
  if (capture.frames > 0 && capture.earliest !== undefined && capture.earliest.seconds < 86_400) {
    said.push('some stamps are of 1 January 1970: the capturing machine did not know the time')
  }
  return said
}

/** Nothing kept: say by how much the window missed. */
function nothingInside({ capture, kept, dropped }: CutFacts, inFile: Window): CutReceipt['warnings'] {
  if (kept.records > 0) return []
  const window = `${isoFromNs(inFile.fromNs)} to ${isoFromNs(inFile.toNs)}`
  const code = 'nothing-in-window'
  if (capture.frames === 0) return [{ code, message: 'the capture holds no packet' }]
  if (capture.earliest === undefined || capture.latest === undefined) return [{ code, message: 'no packet of the capture carries a time' }]
  if (dropped.outOfScope > 0) {
    return [{ code, message: `${dropped.outOfScope} packets lie inside ${window}, but none is to or from the peer` }]
  }
  return [{ code, message: `no packet lies inside ${window}: ${missedBy(capture.earliest, capture.latest, inFile)}` }]
}

function missedBy(earliest: Instant, latest: Instant, { fromNs, toNs }: Window): string {
  const [first, last] = [instantToNs(earliest), instantToNs(latest)]
  if (last < fromNs) return `the capture ends ${missed(fromNs - last, 'before it')}`
  if (first >= toNs) return `the capture begins ${missed(first - toNs, 'after its end')}`
  return 'the capture has a gap there'
}

const missed = (ns: bigint, where: string): string => `${Number(ns) / 1e9} s ${where}${inLargerUnits(Number(ns) / 1e9)}`
