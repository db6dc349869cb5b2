/** How far one file's clock is ahead of another's, as far as aligned events tell. All numbers are seconds. */
export interface ClockEstimate {
  /** This file's clock − reference clock: positive when this file is ahead. */
  readonly offsetSeconds: number
  /** Holds the true offset unless an anchor was matched wrongly. */
  readonly interval: readonly [number, number]
  /** Independent events that agree on it. */
  readonly anchors: number
  /** Enough agree, and no other offset explains them as well. */
  readonly confident: boolean
  /** Rate difference, parts per million, where enough pairs over enough time show it. */
  readonly driftPpm: number | undefined
}

/** If this pairing of two events is right, the offset lies in [lo, hi]. */
export interface OffsetBound {
  readonly lo: number
  readonly hi: number
  /** The event that is paired; bounds of one event count once. */
  readonly event: string
  /** The event of the reference that it is paired with; each explains one event. */
  readonly reference: string
}

/**
 * The offset on which the most events agree: a sweep over the bounds' edges, O(n log n). Undefined without bounds.
 *
 * Confident with three events or more, when every other offset explains at most half as many.
 */
export function estimateOffset(bounds: readonly OffsetBound[]): ClockEstimate | undefined {
  const found = agreements(bounds).sort((a, b) => b.bounds.length - a.bounds.length || a.hi - a.lo - (b.hi - b.lo))
  const [best] = found
  if (!best) return undefined
  const second = found.find((other) => other.hi < best.lo || other.lo > best.hi)
  const anchors = best.bounds.length
  const confident = anchors >= 3 && (second === undefined || second.bounds.length * 2 <= anchors)
  return estimate(best.lo, best.hi, anchors, confident)
}

/** An estimate from an interval that is known; zero, where it lies inside, is likelier than any other value: most clocks are synchronised. */
export function estimate(lo: number, hi: number, anchors: number, confident: boolean, driftPpm?: number): ClockEstimate {
  const offsetSeconds = lo <= 0 && hi >= 0 ? 0 : (lo + hi) / 2
  return { offsetSeconds, interval: [lo, hi], anchors, confident, driftPpm }
}

/** Bounds that overlap: as many as there are, on one offset. */
export interface Agreement<Bound extends OffsetBound> {
  readonly lo: number
  readonly hi: number
  /** Each event and each reference event once. */
  readonly bounds: readonly Bound[]
}

/** Where bounds overlap most deeply, in order of offset: a sweep over their edges, O(n log n) and what overlaps. */
export function agreements<Bound extends OffsetBound>(bounds: readonly Bound[]): Agreement<Bound>[] {
  const edges = bounds.flatMap((bound) => [
    { at: bound.lo, open: true, bound },
    { at: bound.hi, open: false, bound },
  ])
  edges.sort((a, b) => a.at - b.at || Number(b.open) - Number(a.open))
  const open = new Set<Bound>()
  const found: Agreement<Bound>[] = []
  edges.forEach(({ at, open: opens, bound }, position) => {
    if (!opens) {
      open.delete(bound)
      return
    }
    open.add(bound)
    // Only where an overlap is as deep as it gets: the next edge closes one.
    if (edges[position + 1]?.open !== false) return
    found.push({ lo: at, hi: Math.min(...[...open].map(({ hi }) => hi)), bounds: distinct([...open]) })
  })
  return found
}

/** Each event and each reference event once, those first that have fewest others to pair with. */
function distinct<Bound extends OffsetBound>(bounds: readonly Bound[]): Bound[] {
  const pairings = (of: (bound: Bound) => string): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const bound of bounds) counts.set(of(bound), (counts.get(of(bound)) ?? 0) + 1)
    return counts
  }
  const [events, references] = [pairings(({ event }) => event), pairings(({ reference }) => reference)]
  const choices = ({ event, reference }: Bound): number => (events.get(event) ?? 0) + (references.get(reference) ?? 0)
  const taken = new Set<string>()
  return [...bounds]
    .sort((a, b) => choices(a) - choices(b))
    .filter(({ event, reference }) => {
      if (taken.has(`event ${event}`) || taken.has(`reference ${reference}`)) return false
      taken.add(`event ${event}`).add(`reference ${reference}`)
      return true
    })
}

/** The same packet seen in two captures. */
export interface SharedPacket {
  readonly referenceAt: number
  readonly otherAt: number
  /** It passed the reference capture first (its sender is on that side); undefined where nobody knows. */
  readonly referenceFirst: boolean | undefined
}

/** Between what the offset of two captures lies; undefined where no packet went that way. */
interface Envelope {
  /** The least difference (other − reference) of packets that passed the reference first. */
  readonly upper: number | undefined
  /** The greatest of those that passed it last. */
  readonly lower: number | undefined
}

function envelope(packets: Iterable<{ readonly difference: number; readonly referenceFirst: boolean | undefined }>): Envelope {
  let upper: number | undefined
  let lower: number | undefined
  for (const { difference, referenceFirst } of packets) {
    if (referenceFirst === true) upper = Math.min(upper ?? difference, difference)
    if (referenceFirst === false) lower = Math.max(lower ?? difference, difference)
  }
  return { upper, lower }
}

const MIN_DRIFT_SPAN = 30 // seconds below which a drift cannot be told from jitter
const MAX_DRIFT = 200e-6

/**
 * The offset of one capture against another from packets that both hold. A packet that passes the reference first arrives later at the
 * other by its travel time, one that comes the other way earlier: the offset lies between the least of the former and the greatest of
 * the latter (Paxson 1998, §4). Drift is taken out first, by the line through the lower envelope of each direction.
 */
export function estimateCaptureOffset(pairs: readonly SharedPacket[]): ClockEstimate | undefined {
  if (pairs.length === 0) return undefined
  const sorted = [...pairs].sort((a, b) => a.referenceAt - b.referenceAt)
  const start = sorted[0]?.referenceAt ?? 0
  const drift = driftOf(sorted)
  const differences = sorted.map((pair) => pair.otherAt - pair.referenceAt - drift * (pair.referenceAt - start))
  const { upper, lower } = envelope(differences.map((difference, i) => ({ difference, referenceFirst: sorted[i]?.referenceFirst })))
  const confident = pairs.length >= 5
  const driftPpm = drift === 0 ? undefined : drift * 1e6
  if (upper !== undefined && lower !== undefined) {
    return estimate(Math.min(lower, upper), Math.max(lower, upper), pairs.length, confident, driftPpm)
  }
  const middle = quantile(differences, 0.5)
  const spread = Math.max(0.001, quantile(differences, 0.9) - quantile(differences, 0.1))
  return estimate(middle - spread, middle + spread, pairs.length, confident, driftPpm)
}

/** The slope of the differences between the first and the last third, robust against delays; 0 where the span is too short. */
function driftOf(sorted: readonly SharedPacket[]): number {
  const span = (sorted.at(-1)?.referenceAt ?? 0) - (sorted[0]?.referenceAt ?? 0)
  const third = Math.floor(sorted.length / 3)
  if (span < MIN_DRIFT_SPAN || third < 5) return 0
  const slopes: number[] = []
  for (const direction of [true, false, undefined]) {
    const early = sorted.slice(0, third).filter((pair) => pair.referenceFirst === direction)
    const late = sorted.slice(-third).filter((pair) => pair.referenceFirst === direction)
    if (early.length < 3 || late.length < 3) continue
    const slope =
      (median(late, (p) => p.otherAt - p.referenceAt) - median(early, (p) => p.otherAt - p.referenceAt)) /
      (median(late, (p) => p.referenceAt) - median(early, (p) => p.referenceAt))
    if (Math.abs(slope) <= MAX_DRIFT) slopes.push(slope)
  }
  return slopes.length === 0 ? 0 : slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length
}

const median = (pairs: readonly SharedPacket[], of: (pair: SharedPacket) => number): number => quantile(pairs.map(of), 0.5)

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
