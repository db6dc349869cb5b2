import type { TrackedConnection } from '../tcp/connection.ts'
import { NOTHING as NO_SIDE } from '../tcp/side-facts.ts'
import { FlowTrace } from '../tcp/trace.ts'
import type { Capture } from './captures/read-capture.ts'
import type { NeighborMessage } from './facts/surroundings.ts'
import type { View } from './study.ts'
import { farness, type Sought } from './subject.ts'

/** Fewer requests are everyday life: a cache is refreshed, an answer gets lost. */
const LEAST_REQUESTS = 2

/**
 * Asked for by nobody's hint and no log: then the asker must have given up on it (RFC 4861 §10, MAX_UNICAST_SOLICIT 3), and an error must have
 * been logged that names nobody. Machines look in vain for others all day.
 */
const LEAST_UNNAMED = 3

/**
 * Peers that not even a SYN was sent to: nobody answered for their link address (RFC 826, RFC 4861 §7.2). The connection exists in the
 * program only; its port is unknown (0).
 */
export function absentPeers(capture: Capture, sought: Sought): { view: View; score: number; because: string }[] {
  const byTarget = new Map<string, NeighborMessage[]>()
  for (const message of capture.surroundings.neighbors) byTarget.set(message.ip, [...(byTarget.get(message.ip) ?? []), message])
  const spoken = peersSpokenTo(capture)
  const found: { view: View; score: number; because: string }[] = []
  for (const [ip, messages] of byTarget) {
    const requests = messages.filter(({ kind }) => kind === 'request')
    const [first] = requests
    if (!first || requests.length < LEAST_REQUESTS || requests.length < messages.length || spoken.has(ip)) continue
    if (sought.peer && sought.peer.ip !== ip) continue
    const asker = addressOf(capture, first)
    const isAskersIncident =
      requests.length >= LEAST_UNNAMED && spoken.has(asker) && (sought.host ? sought.host === asker : sought.isNameless)
    if (!isNamed(sought, ip) && !isAskersIncident) continue
    const host = sought.host ?? asker
    const view = emptyView(capture, 'tcp', { ip: host, port: 0 }, { ip, port: sought.peer?.port ?? 0 }, requests)
    found.push({
      view,
      score: scoreOf(requests, sought, ip),
      because: `nobody answered ${requests.length} requests for the link address of ${ip}`,
    })
  }
  return found
}

/** Any machine may look for another in vain: only a hint or a log makes that the incident. */
const isNamed = (sought: Sought, ip: string): boolean => sought.peer?.ip === ip || sought.logPeers.some((named) => named.ip === ip)

const peersSpokenTo = (capture: Capture): Set<string> => {
  const spoken = new Set<string>()
  for (const { originator, responder } of capture.connections) spoken.add(originator.ip).add(responder.ip)
  return spoken
}

/** An IPv6 asker may use its link-local address: its MAC leads to the address it has connections with. */
function addressOf(capture: Capture, request: NeighborMessage): string {
  if (!request.sender.startsWith('fe80:') && request.sender !== '::') return request.sender
  for (const { originator, responder } of capture.connections) {
    for (const side of [originator, responder]) if (side.macs[0] === request.mac && side.ip.includes(':')) return side.ip
  }
  return request.sender
}

function scoreOf(requests: readonly NeighborMessage[], sought: Sought, ip: string): number {
  const [first, last] = [requests[0]?.at ?? 0, requests.at(-1)?.at ?? 0]
  let score = isNamed(sought, ip) ? 5.5 : 3
  if (sought.incident) {
    const distance = Math.max(0, first - sought.incident.to, sought.incident.from - (last + 3))
    score -= farness(distance, sought.tolerance)
  }
  if (sought.logPeers.some((named) => named.ip === ip)) score += 4
  return score
}

/** A subject of which no segment is there: only what others say about it. */
export function emptyView(
  capture: Capture,
  protocol: 'tcp' | 'udp',
  hostEnd: View['host'],
  peerEnd: View['peer'],
  messages: readonly { readonly at: number }[],
): View {
  const first = messages[0]
  const last = messages.at(-1)
  const side = (ip: string, sidePort: number): TrackedConnection['originator'] => ({
    ...NO_SIDE,
    ip,
    port: sidePort,
    firstAt: Number.NaN,
    lastAt: Number.NaN,
  })
  return {
    capture,
    connection: {
      protocol,
      streamIndex: -1,
      originator: side(hostEnd.ip, hostEnd.port),
      responder: side(peerEnd.ip, peerEnd.port),
      originatorBy: 'first-packet',
      connState: 'OTH',
      history: '',
      startedAt: first?.at ?? Number.NaN,
      endedAt: last?.at ?? Number.NaN,
      firstFrame: 0,
      lastFrame: 0,
      vlan: undefined,
      icmpErrors: 0,
      detailed: false,
      decisive: [],
    },
    host: hostEnd,
    peer: peerEnd,
    trace: new FlowTrace().result(),
    vantage: 'unknown',
  }
}
