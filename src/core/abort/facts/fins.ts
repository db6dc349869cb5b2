import { ACK, endOf, FIN, otherRole, type Role, RST, type Segment } from '../../tcp/segment.ts'

/** One side's FIN: RFC 9293 §3.6. */
export interface Fin {
  readonly role: Role
  /** The first one; its repetitions follow in `sends`. */
  readonly first: Segment
  readonly sends: readonly Segment[]
  /** The other side's first segment that acknowledges it. */
  readonly ackedBy: Segment | undefined
}

export function finOf(segments: readonly Segment[], role: Role): Fin | undefined {
  const sends = segments.filter((segment) => segment.from === role && segment.flags & FIN && !(segment.flags & RST) && !segment.copy)
  const first = sends[0]
  if (!first) return undefined
  const end = endOf(first)
  const ackedBy = segments.find(
    (segment) =>
      segment.from === otherRole(role) && segment.at >= first.at && !(segment.flags & RST) && segment.flags & ACK && segment.ack >= end,
  )
  return { role, first, sends, ackedBy }
}
