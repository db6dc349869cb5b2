import type { TrackedConnection } from '../tcp/connection.ts'
import type { Role } from '../tcp/segment.ts'
import type { Trace } from '../tcp/trace.ts'
import type { Around } from './around.ts'
import { assemble, vantageOf } from './assemble.ts'
import type { Capture } from './captures/read-capture.ts'
import { type TraceRequest, traceCapture } from './captures/trace-capture.ts'
import { classify, type Judgement } from './classify.ts'
import { digestBaseline } from './facts/digest.ts'
import type { LogTies } from './facts/log-ties.ts'
import type { Facts, Vantage } from './facts.ts'
import { type Candidate, sidesOf } from './subject.ts'

/** One capture's view of the subject connection, looked at in detail. */
export interface View {
  readonly capture: Capture
  readonly connection: TrackedConnection
  readonly host: { readonly ip: string; readonly port: number }
  readonly peer: { readonly ip: string; readonly port: number }
  readonly trace: Trace
  readonly vantage: Vantage
}

export const requestFor = (candidate: Pick<Candidate, 'connection' | 'host' | 'peer'>): TraceRequest => ({
  host: { ip: candidate.host.ip, port: candidate.host.port },
  peer: { ip: candidate.peer.ip, port: candidate.peer.port },
  firstFrame: candidate.connection.firstFrame,
  lastFrame: candidate.connection.lastFrame,
})

/** Checksums that a network card was left to finish are seen on the sending machine only. */
const offloadingSide = ({ host, peer }: Candidate): Vantage | undefined => {
  if (host.offloadedChecksums > 2 && peer.offloadedChecksums === 0) return 'host'
  return peer.offloadedChecksums > 2 && host.offloadedChecksums === 0 ? 'peer' : undefined
}

/** Traces the likeliest candidates of one capture in one pass. */
export async function viewsOf(capture: Capture, candidates: readonly Candidate[], given: Vantage | undefined): Promise<View[]> {
  const traces = await traceCapture(capture, candidates.map(requestFor))
  return candidates.map((candidate, i) => {
    const trace = traces[i]
    if (!trace) throw new Error('a trace for every request')
    return {
      capture,
      connection: candidate.connection,
      host: { ip: candidate.host.ip, port: candidate.host.port },
      peer: { ip: candidate.peer.ip, port: candidate.peer.port },
      trace,
      vantage: vantageOf(trace, given ?? offloadingSide(candidate)),
    }
  })
}

/** One connection, judged. */
export interface Studied {
  readonly view: View
  readonly facts: Facts
  readonly judgement: Judgement
}

export interface StudyInput {
  readonly view: View
  readonly incident: Facts['incident']
  readonly pair: Facts['pair']
  readonly ties: LogTies
  readonly around: Around
}

/** All facts about one view, and what the rules make of them. */
export function study({ view, incident, pair, ties, around }: StudyInput): { facts: Facts; judgement: Judgement } {
  const { capture, connection, trace } = view
  const states = statesOf(connection, view)
  const facts = assemble({
    host: view.host,
    peer: view.peer,
    trace,
    capture,
    vantage: view.vantage,
    incident,
    outage: around.outage,
    pair,
    peerTtlElsewhere: around.peerTtlElsewhere,
    states,
    digest: digestBaseline(capture, view, connection.startedAt),
    checksumOffload: connection.originator.offloadedChecksums + connection.responder.offloadedChecksums > 2,
    ackedUnseen: connection.originator.ackedUnseen + connection.responder.ackedUnseen,
    ties,
  })
  return { facts, judgement: classify(facts) }
}

const statesOf = (connection: TrackedConnection, view: View): Facts['states'] => {
  const { host, peer } = sidesOf(connection, { host: view.host.ip, peer: { ip: view.peer.ip, port: view.peer.port } })
  const states: Record<Role, Facts['states']['host']> = { host: host.rfcState, peer: peer.rfcState }
  return states
}
