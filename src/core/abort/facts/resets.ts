import { ACK, endOf, otherRole, type Role, RST, type Segment } from '../../tcp/segment.ts'

/** One RST and what it answers: RFC 9293 §3.5.2, §3.10.7. */
export interface Reset {
  readonly segment: Segment
  /** Whose address it carries: not yet who sent it. */
  readonly from: Role
  /**
   * `bare`: without ACK, sequence number taken from the segment it answers: a stack that knows no such connection (any more).
   * `full`: with ACK and a sequence number of its own: a stack that ends a connection it knows.
   */
  readonly form: 'bare' | 'full'
  /** The other side's segment that it answers, as far as can be told: the last one before it. */
  readonly trigger: Segment | undefined
  /** Its sequence number is the next one the other side waits for. */
  readonly exact: boolean
}

export function resetsIn(segments: readonly Segment[]): Reset[] {
  const resets: Reset[] = []
  const last: Partial<Record<Role, Segment>> = {}
  const expected: Record<Role, number> = { host: 0, peer: 0 }
  const answered = new Set<Segment>()
  for (const segment of segments) {
    if (segment.copy) continue
    const other = otherRole(segment.from)
    if (segment.flags & RST) {
      const trigger = answerTo(segments, segment, last[other], answered)
      if (trigger) answered.add(trigger)
      const exact = segment.seq === expected[segment.from] || (trigger?.flags ? trigger.ack === segment.seq : false)
      resets.push({ segment, from: segment.from, form: segment.flags & ACK ? 'full' : 'bare', trigger, exact })
      continue
    }
    last[segment.from] = segment
    expected[segment.from] = Math.max(expected[segment.from], endOf(segment))
  }
  return resets
}

/** Answers come in the order of what they answer: the oldest recent segment of the other side that none answers yet and whose ACK fits. */
const answerTo = (
  segments: readonly Segment[],
  reset: Segment,
  last: Segment | undefined,
  answered: ReadonlySet<Segment>,
): Segment | undefined => {
  if (!last || reset.flags & ACK) return last
  const at = segments.indexOf(reset)
  const acked = Math.max(
    0,
    ...segments
      .slice(Math.max(0, at - 200), at)
      .filter((s) => s.from === reset.from && !(s.flags & RST))
      .map((s) => s.ack),
  )
  let found: Segment | undefined
  for (let i = at - 1; i >= 0 && i > at - 200; i--) {
    const segment = segments[i]
    if (!segment || segment.copy || segment.from === reset.from || segment.flags & RST) continue
    if (answered.has(segment)) break
    if (segment.ack === reset.seq && endOf(segment) > Math.max(segment.seq, acked)) found = segment
    else if (found) break
  }
  return found ?? last
}
