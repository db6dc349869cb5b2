import { endOf, FIN, otherRole, type Role, RST, type Segment, SYN } from '../../tcp/segment.ts'

/**
 * The same bytes (or SYN, or FIN) sent again and again because no acknowledgement came: RFC 6298 §5, RFC 9293 §3.8.1. What a stack
 * does before it gives up on a timer.
 */
export interface Ladder {
  readonly role: Role
  readonly what: 'syn' | 'syn-ack' | 'data' | 'fin'
  readonly seq: number
  /** Payload bytes of the repeated segment. */
  readonly length: number
  /** The first one and its retransmissions, in time order. */
  readonly sends: readonly Segment[]
  /** The other side did acknowledge it where the capture was taken, and the sender went on as if deaf. */
  readonly deaf: boolean
  /** What the other side still said (RST aside) after the first send. */
  readonly heardAfter: readonly Segment[]
  /** The first RST of either side after the first retransmission. */
  readonly reset: Segment | undefined
}

const consumes = (segment: Segment): boolean =>
  !(segment.flags & RST) &&
  !segment.copy &&
  segment.kind !== 'keep-alive' &&
  segment.kind !== 'zero-window-probe' &&
  endOf(segment) > segment.seq

const kindOf = (segment: Segment): Ladder['what'] => {
  if (segment.flags & SYN) return segment.flags & 16 ? 'syn-ack' : 'syn'
  return segment.flags & FIN && segment.length === 0 ? 'fin' : 'data'
}

/** The unresolved ladder of `role` at the end of the connection, where there is one; at least one retransmission. */
export function ladderOf(segments: readonly Segment[], role: Role): Ladder | undefined {
  const own = segments.filter((segment) => segment.from === role && consumes(segment))
  const best = silentLadder(own) ?? deafLadder(own)
  if (!best) return undefined
  const [first, second] = best.sends
  if (!first || !second) return undefined
  const after = segments.filter((segment) => segment.at >= first.at && segment.from === otherRole(role) && !segment.copy)
  return {
    role,
    what: kindOf(second.flags & FIN && second.length === 0 ? second : first),
    seq: first.seq,
    length: first.length,
    sends: best.sends,
    deaf: best.deaf,
    heardAfter: after.filter((segment) => !(segment.flags & RST)),
    reset: segments.find((segment) => segment.flags & RST && segment.at >= second.at && !segment.copy),
  }
}

interface Sends {
  readonly sends: readonly Segment[]
  readonly deaf: boolean
}

const bySeq = (segments: readonly Segment[]): Segment[][] => {
  const groups = new Map<number, Segment[]>()
  for (const segment of segments) {
    const group = groups.get(segment.seq)
    if (group) group.push(segment)
    else groups.set(segment.seq, [segment])
  }
  return [...groups.values()].filter((group) => group.length > 1)
}

const longest = (groups: Segment[][]): Segment[] | undefined => groups.sort((a, b) => b.length - a.length)[0]

/** Never acknowledged, as seen here. */
const silentLadder = (own: readonly Segment[]): Sends | undefined => {
  const open = own.filter((segment) => segment.deliveredAt === undefined)
  const delivered = new Set(own.filter((segment) => segment.deliveredAt !== undefined).map((segment) => segment.seq))
  const sends = longest(bySeq(open.filter((segment) => !delivered.has(segment.seq))))
  return sends && { sends, deaf: false }
}

/** Acknowledged here, and yet sent again at least twice after that, up to the end: the acknowledgements get lost behind the capture point. */
const deafLadder = (own: readonly Segment[]): Sends | undefined => {
  const last = own.at(-1)
  if (!last) return undefined
  const group = own.filter((segment) => segment.seq <= last.seq && endOf(segment) > last.seq)
  const delivered = Math.min(...group.map((segment) => segment.deliveredAt ?? Number.POSITIVE_INFINITY))
  const again = group.filter((segment) => segment.at > delivered)
  return again.length >= 2 ? { sends: group, deaf: true } : undefined
}
