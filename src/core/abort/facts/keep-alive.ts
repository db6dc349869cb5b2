import { FIN, otherRole, type Role, RST, type Segment, SYN } from '../../tcp/segment.ts'

/** Keep-alive probes of one side on an idle connection: RFC 9293 §3.8.4, RFC 1122 §4.2.3.6. */
export interface KeepAliveTrain {
  readonly role: Role
  /** Probes that the other side answered, as seen here. */
  readonly answered: number
  /** The probes at the end that nothing answered. */
  readonly unanswered: readonly Segment[]
  /** All of them. */
  readonly probes: readonly Segment[]
  /** Seconds between consecutive probes: the median. */
  readonly interval: number | undefined
  /** The prober's RST after the last probe, at the next step of the same beat or in place of it. */
  readonly reset: Segment | undefined
  /** That RST came one beat after a probe which was answered here: the prober never saw its answers. */
  readonly deaf: boolean
}

const median = (values: readonly number[]): number | undefined => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

export function keepAliveOf(segments: readonly Segment[], role: Role): KeepAliveTrain | undefined {
  const known = segments.filter((segment) => segment.from === role && segment.kind === 'keep-alive' && !segment.copy)
  const probes = known.length > 0 ? known : regularRepeats(segments, role)
  const last = probes.at(-1)
  if (!last) return undefined
  const other = otherRole(role)
  const isAfter = (segment: Segment) => segment.at > last.at && !segment.copy
  // Data, FIN or a new exchange after the probes: the train is not what the connection ended with.
  if (segments.some((segment) => isAfter(segment) && !(segment.flags & RST) && (segment.length > 0 || segment.flags & 1))) return undefined
  const lastHeard = segments.findLast((segment) => segment.from === other && !(segment.flags & RST))
  const unanswered = probes.filter((probe) => !lastHeard || probe.at > lastHeard.at)
  const steps = probes.slice(1).map((probe, i) => probe.at - (probes[i]?.at ?? probe.at))
  const interval = median(steps)
  const reset = segments.find((segment) => isAfter(segment) && segment.from === role && segment.flags & RST)
  const wait = reset ? reset.at - last.at : 0
  const onBeat = interval !== undefined && Math.abs(wait - interval) < 0.15 * interval
  return {
    role,
    answered: probes.length - unanswered.length,
    unanswered,
    probes,
    interval,
    reset,
    deaf: unanswered.length === 0 && reset !== undefined && probes.length >= 3 && onBeat,
  }
}

/** Without the data before it a probe looks like any acknowledgement: three alike in a row, a second or more apart, nothing in between. */
function regularRepeats(segments: readonly Segment[], role: Role): Segment[] {
  const run: Segment[] = []
  for (const segment of segments.filter((one) => !one.copy && !(one.flags & RST)).reverse()) {
    const next = run[0]
    if (segment.from !== role || segment.length > 1 || segment.flags & (SYN | FIN)) break
    if (next && (segment.seq !== next.seq || segment.ack !== next.ack || next.at - segment.at < 0.9)) break
    run.unshift(segment)
  }
  return run.length >= 3 ? run : []
}
