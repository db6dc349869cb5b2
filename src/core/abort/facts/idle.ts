import type { Segment } from '../../tcp/segment.ts'
import type { Pointer } from '../facts.ts'

/** A silence of the connection: nothing from either side. */
export interface Silence {
  readonly before: Pointer
  readonly after: Segment
  readonly seconds: number
}

/** The silence right before `segment`: what a NAT or a firewall counts (RFC 5382 §5). */
export function silenceBefore(segments: readonly Segment[], segment: Segment): Silence | undefined {
  const at = segments.indexOf(segment)
  const before = segments[at - 1]
  return before && { before, after: segment, seconds: segment.at - before.at }
}

/** The longest silence that the connection survived: both sides spoke after it. */
export function longestSurvived(segments: readonly Segment[], until: number): number {
  let longest = 0
  for (let i = 1; i < segments.length; i++) {
    const [before, after] = [segments[i - 1], segments[i]]
    if (!before || !after || after.at >= until) break
    const answered = segments.slice(i, i + 20).some((later) => later.from !== after.from && later.at < until && !(later.flags & 4))
    if (answered) longest = Math.max(longest, after.at - before.at)
  }
  return longest
}
