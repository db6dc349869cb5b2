import { FIN, isData, otherRole, type Role, RST, type Segment, SYN } from '../tcp/segment.ts'
import type { Trace } from '../tcp/trace.ts'
import { estimateCaptureOffset, type SharedPacket } from '../time/clocks.ts'
import type { PairFacts, Passage } from './facts/pair.ts'
import type { View } from './study.ts'

/** A segment's identity that a NAT leaves alone. */
type Key = string

/** How two traces of one connection lie to each other. */
export interface Alignment {
  /** Segments that both hold, once each. */
  readonly matches: number
  /** Far clock − near clock, seconds, at the near clock's `since`, and how fast it grows: seconds a second. */
  readonly offset: number
  readonly since: number
  readonly drift: number
  /** How far off it may be. */
  readonly uncertainty: number
}

/** Far clock − near clock at a moment of the near clock. */
export const offsetAt = ({ offset, since, drift }: Alignment, at: number): number => offset + drift * (at - since)

/** Tolerance for the same segment at two places after the offset is taken out: queues and slow paths, seconds. */
const TRANSIT = 0.3

const keyer = (near: Trace, far: Trace): ((trace: Trace, segment: Segment) => Key) => {
  // Sequence numbers count from the ISN where both saw it: then even a device that rewrites ISNs does no harm.
  const relative: Record<Role, boolean> = { host: near.host.sawSyn && far.host.sawSyn, peer: near.peer.sawSyn && far.peer.sawSyn }
  const absolute = (trace: Trace, role: Role, number: number): number =>
    relative[role] ? number : (number + (role === 'host' ? trace.host : trace.peer).base) >>> 0
  return (trace, segment) => {
    const seq = absolute(trace, segment.from, segment.seq)
    const ack = segment.flags & 16 ? absolute(trace, otherRole(segment.from), segment.ack) : 0
    return `${segment.from} ${seq} ${ack} ${segment.length} ${segment.flags & (SYN | FIN | RST)}`
  }
}

const byKey = (trace: Trace, key: (trace: Trace, segment: Segment) => Key): Map<Key, Segment[]> => {
  const groups = new Map<Key, Segment[]>()
  for (const segment of trace.segments) {
    if (segment.copy) continue
    const name = key(trace, segment)
    const group = groups.get(name)
    if (group) group.push(segment)
    else groups.set(name, [segment])
  }
  return groups
}

/** Aligns the traces of what may be one connection; undefined where they share too little. */
export function align(near: Trace, far: Trace): Alignment | undefined {
  const key = keyer(near, far)
  const [a, b] = [byKey(near, key), byKey(far, key)]
  const shared: SharedPacket[] = []
  for (const [name, [first, second]] of a) {
    const [there, again] = b.get(name) ?? []
    if (!first || second || !there || again) continue
    if (first.flags & RST) continue
    shared.push({ referenceAt: first.at, otherAt: there.at, referenceFirst: first.from === 'host' })
  }
  const found = estimateCaptureOffset(shared)
  if (!found) return undefined
  const [lo, hi] = found.interval
  const isTwoWay = shared.some(({ referenceFirst }) => referenceFirst) && shared.some(({ referenceFirst }) => !referenceFirst)
  return {
    matches: shared.length,
    offset: (lo + hi) / 2,
    since: Math.min(...shared.map(({ referenceAt }) => referenceAt)),
    drift: (found.driftPpm ?? 0) / 1e6,
    uncertainty: isTwoWay ? (hi - lo) / 2 : TRANSIT,
  }
}

/** The same connection is seen under other addresses or ports. */
export const isTranslated = (a: View, b: View): boolean =>
  a.host.ip !== b.host.ip || a.host.port !== b.host.port || a.peer.ip !== b.peer.ip || a.peer.port !== b.peer.port

/** What each capture saw that the other did not. `near` is the one nearer to the host. */
export function comparePair(near: View, far: View, alignment: Alignment): PairFacts {
  const key = keyer(near.trace, far.trace)
  const slack = TRANSIT + alignment.uncertainty
  const matched = match(near.trace, far.trace, key, alignment, slack)
  const inFarClock = (at: number) => at + offsetAt(alignment, at)
  const inNearClock = (at: number) => at - offsetAt(alignment, at - alignment.offset)
  const inFar = (segment: Segment) => inFarClock(segment.at) >= far.capture.from - slack && inFarClock(segment.at) <= far.capture.until
  const inNear = (segment: Segment) => inNearClock(segment.at) >= near.capture.from - slack && inNearClock(segment.at) <= near.capture.until
  const superNear = hasSuperFrames(near.trace)
  const superFar = hasSuperFrames(far.trace)
  const isComparable = (segment: Segment) => !(superNear.has(segment.from) || superFar.has(segment.from)) || !isData(segment)
  const onlyNear = near.trace.segments.filter((s) => !s.copy && !matched.near.has(s) && inFar(s) && isComparable(s))
  const onlyFar = far.trace.segments.filter((s) => !s.copy && !matched.far.has(s) && inNear(s) && isComparable(s))
  const passage = (from: Role): Passage => {
    const [lost, appeared] = from === 'host' ? [onlyNear, onlyFar] : [onlyFar, onlyNear]
    const passed = [...matched.near].filter((s) => s.from === from)
    const arrived = passed.length
    const arrivedResets = passed.filter((s) => s.flags & RST).length
    const ownLost = lost.filter((s) => s.from === from)
    return {
      from,
      left: arrived + ownLost.length,
      arrived,
      arrivedResets,
      lost: ownLost,
      appeared: appeared.filter((s) => s.from === from),
    }
  }
  const toPeer = passage('host')
  const toHost = passage('peer')
  const end = near.trace.segments.findLast((s) => s.flags & RST) ?? near.trace.segments.at(-1)
  const shortBy = end === undefined ? 0 : inFarClock(end.at) - far.capture.until
  return {
    near: { capture: near.capture.members[0]?.input ?? 0, vantage: near.vantage },
    far: { capture: far.capture.members[0]?.input ?? 0, vantage: far.vantage },
    toPeer,
    toHost,
    translated: isTranslated(near, far),
    hurt: matched.hurt,
    // An ordinary packet that arrived without having been seen before the way shows a hole in the other capture.
    farIsLossy: toHost.appeared.some((s) => !(s.flags & RST)) || far.trace.host.unseen > near.trace.host.unseen + 2 + toPeer.lost.length,
    nearIsLossy: toPeer.appeared.some((s) => !(s.flags & RST)),
    farStopsShortBy: shortBy > 0.01 && toPeer.lost.length === 0 && toHost.appeared.length === 0 ? shortBy : undefined,
    farCoversEnd: end !== undefined && inFarClock(end.at) <= far.capture.until + 0.01,
  }
}

const hasSuperFrames = (trace: Trace): Set<Role> => new Set(trace.segments.filter((s) => s.length > 3_000).map((s) => s.from))

interface Matched {
  readonly near: Set<Segment>
  readonly far: Set<Segment>
  /** Intact where they left, damaged where they arrived: the arrival. */
  readonly hurt: Segment[]
}

function match(near: Trace, far: Trace, key: (trace: Trace, segment: Segment) => Key, alignment: Alignment, slack: number): Matched {
  const groups = byKey(far, key)
  const matched: Matched = { near: new Set(), far: new Set(), hurt: [] }
  for (const segment of near.segments) {
    if (segment.copy) continue
    const candidates = groups.get(key(near, segment)) ?? []
    const offset = offsetAt(alignment, segment.at)
    let best: Segment | undefined
    for (const one of candidates) {
      if (matched.far.has(one)) continue
      const off = Math.abs(one.at - segment.at - offset)
      if (off <= slack && (!best || off < Math.abs(best.at - segment.at - offset))) best = one
    }
    if (!best) continue
    matched.near.add(segment)
    matched.far.add(best)
    const [source, target] = segment.from === 'host' ? [segment, best] : [best, segment]
    if (!source.damaged && target.damaged) matched.hurt.push(target)
  }
  return matched
}
