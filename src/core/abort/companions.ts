import type { TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import { type Alignment, align, isTranslated } from './pairing.ts'
import { type View, viewsOf } from './study.ts'
import type { Candidate } from './subject.ts'

/** Candidates that are traced in another capture to find the subject under other addresses. */
const MOST_LOOKALIKES = 24

export interface Companion {
  readonly view: View
  /** Its clock − the subject view's clock. */
  readonly alignment: Alignment
}

/** The subject connection as another capture saw it: by addresses and content, else by what a NAT leaves alone. */
export async function findCompanion(subject: View, other: Capture): Promise<Companion | undefined> {
  const likely = lookalikes(subject, other)
  const given = other.members[0]?.file.options.vantage
  const views = await viewsOf(other, likely, given)
  let best: Companion | undefined
  for (const view of views) {
    const alignment = align(subject.trace, view.trace)
    if (alignment && isSameConnection(subject, view, alignment) && (!best || alignment.matches > best.alignment.matches))
      best = { view, alignment }
  }
  return best
}

/**
 * Exact 32-bit numbers that agree are chance once in four thousand million: two of them from a SYN or under the same addresses and ports,
 * three from anywhere.
 */
const isSameConnection = (a: View, b: View, alignment: Alignment): boolean =>
  alignment.matches >= (isTranslated(a, b) ? 3 : 2) ||
  (a.trace.host.sawSyn && b.trace.host.sawSyn && a.trace.host.base === b.trace.host.base)

function lookalikes(subject: View, other: Capture): Candidate[] {
  const ranked: { candidate: Candidate; distance: number }[] = []
  for (const connection of other.connections) {
    if (connection.protocol !== 'tcp') continue
    const candidate = asCandidate(subject, connection)
    if (!candidate) continue
    ranked.push({ candidate, distance: unlikeness(subject, candidate) })
    if (ranked.length > 4 * MOST_LOOKALIKES) ranked.sort((a, b) => a.distance - b.distance).length = MOST_LOOKALIKES
  }
  return ranked
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_LOOKALIKES)
    .map(({ candidate }) => candidate)
}

/** Which end is the host is known by addresses, or, behind a NAT, by which end opened the connection. */
function asCandidate(subject: View, connection: TrackedConnection): Candidate | undefined {
  const { originator, responder } = connection
  const isHost = (ip: string) => ip === subject.host.ip
  const isPeer = (ip: string) => ip === subject.peer.ip
  const hostOpened = sideThatOpened(subject)
  const turned = isHost(responder.ip) || isPeer(originator.ip) || (!isHost(originator.ip) && !isPeer(responder.ip) && !hostOpened)
  const [host, peer] = turned ? [responder, originator] : [originator, responder]
  return { connection, host, peer, ending: 'alive', noticed: { from: 0, to: 0 }, score: 0 }
}

const sideThatOpened = (subject: View): boolean => subject.connection.originator.ip === subject.host.ip

function unlikeness(subject: View, { host, peer }: Candidate): number {
  const same = Number(host.ip === subject.host.ip) + Number(peer.ip === subject.peer.ip)
  const ports = Number(host.port === subject.host.port) + Number(peer.port === subject.peer.port)
  const size = (mine: number, theirs: number) => Math.abs(Math.log2((mine + 1) / (theirs + 1)))
  return 4 * (2 - same) + 3 * (2 - ports) + size(subject.trace.host.packets, host.packets) + size(subject.trace.peer.packets, peer.packets)
}
