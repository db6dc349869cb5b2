import type { DigestConnection, FlowDigest } from '../intake/receipt.ts'
import type { ConnState, EndpointState, RfcState, SideFacts, TrackedConnection } from './connection.ts'
import { DIGEST_COUNTERS } from './flow-digest.ts'
import { NOTHING } from './side-facts.ts'

/**
 * A flow digest as the tracker's facts. What a digest does not carry is 0 or undefined; there are no decisive packets, and frame
 * numbers are 0, because the digest counts in the upload, not in what was kept of it.
 */
export function* digestFacts(digest: FlowDigest): Generator<TrackedConnection> {
  for (const connection of digest.connections) {
    const startedAt = Date.parse(connection.startedAt.slice(0, 19).concat('Z')) / 1000 + fraction(connection.startedAt)
    yield {
      protocol: connection.protocol,
      streamIndex: connection.streamIndex,
      originator: endFacts(connection.originator, startedAt, digest.macs),
      responder: endFacts(connection.responder, startedAt, digest.macs),
      originatorBy: connection.originatorBy,
      connState: connection.connState as ConnState,
      history: connection.history,
      startedAt,
      endedAt: startedAt + connection.seconds,
      firstFrame: 0,
      lastFrame: 0,
      vlan: undefined,
      icmpErrors: 0,
      detailed: false,
      decisive: [],
    }
  }
}

const fraction = (stamp: string): number => Number(/\.\d+/.exec(stamp)?.[0] ?? 0)

function endFacts(end: DigestConnection['originator'], startedAt: number, macs: readonly string[]): SideFacts {
  const [firstAfter = 0, lastAfter = 0, lastDataAfter] = end.after ?? []
  const counters = Object.fromEntries(DIGEST_COUNTERS.map((counter) => [counter, end[counter] ?? 0]))
  const [mss, windowScale, sackPermitted, timestamps] = end.syn ?? [null, null, false, false]
  return {
    ...NOTHING,
    ...counters,
    ip: end.ip,
    port: end.port,
    state: end.state as EndpointState,
    rfcState: (end.rfcState ?? 'unknown') as RfcState,
    packets: end.packets,
    bytes: end.bytes,
    uniqueBytes: Math.min(end.bytes, end.sentSeq ?? end.bytes),
    firstAt: end.packets > 0 ? startedAt + firstAfter : 0,
    lastAt: end.packets > 0 ? startedAt + lastAfter : 0,
    lastDataAt: lastDataAfter === undefined ? undefined : startedAt + lastDataAfter,
    synOptions:
      end.syn === undefined ? undefined : { mss: mss ?? undefined, windowScale: windowScale ?? undefined, sackPermitted, timestamps },
    ttl: ttlOf(end.ttl),
    ipId: (end.ipId ?? 'unknown') as SideFacts['ipId'],
    macs: (end.macs ?? []).flatMap((index) => macs[index] ?? []),
    rtt: end.rtt === undefined ? undefined : { min: end.rtt[0], median: end.rtt[1], samples: end.rtt[2] },
  }
}

function ttlOf(ttl: readonly number[] | undefined): SideFacts['ttl'] {
  const [usual, share, ...others] = ttl ?? []
  return usual === undefined ? undefined : { usual, share: share ?? 1, seen: [usual, ...others] }
}
