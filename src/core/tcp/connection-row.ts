import type { ConnState, RfcState, SideFacts, TrackedConnection } from './connection.ts'
import { secondsText } from './seconds.ts'
import { serviceOf } from './service-ports.ts'

/** One connection as `hangup connections --json` prints it. Bytes are payload as the sequence numbers count it. */
export interface ConnectionRow {
  /** First packet, RFC 3339. */
  readonly ts: string
  readonly protocol: 'tcp' | 'udp'
  readonly streamIndex: number
  readonly originator: { readonly ip: string; readonly port: number }
  readonly responder: { readonly ip: string; readonly port: number }
  /** How the originator was told. */
  readonly originatorBy: TrackedConnection['originatorBy']
  /** Registered service of the responder's port, by number alone. */
  readonly service: string | null
  readonly connState: ConnState
  readonly history: string
  readonly originatorState: RfcState
  readonly responderState: RfcState
  readonly durationSeconds: number
  readonly originatorBytes: number
  readonly responderBytes: number
  readonly originatorPackets: number
  readonly responderPackets: number
  readonly retransmissions: { readonly originator: number; readonly responder: number }
  /** Who sent the first reset. */
  readonly resetBy: 'originator' | 'responder' | null
  readonly icmpErrors: number
  readonly firstFrame: number
  readonly lastFrame: number
  readonly vlan: number | null
}

export function connectionRow(connection: TrackedConnection): ConnectionRow {
  const { originator, responder } = connection
  return {
    ts: secondsText(connection.startedAt),
    protocol: connection.protocol,
    streamIndex: connection.streamIndex,
    originator: { ip: originator.ip, port: originator.port },
    responder: { ip: responder.ip, port: responder.port },
    originatorBy: connection.originatorBy,
    service: serviceOf(responder.port) ?? null,
    connState: connection.connState,
    history: connection.history,
    originatorState: originator.rfcState,
    responderState: responder.rfcState,
    durationSeconds: Math.round((connection.endedAt - connection.startedAt) * 1e6) / 1e6,
    originatorBytes: originator.uniqueBytes,
    responderBytes: responder.uniqueBytes,
    originatorPackets: originator.packets,
    responderPackets: responder.packets,
    retransmissions: { originator: originator.retransmissions, responder: responder.retransmissions },
    resetBy: resetBy(connection),
    icmpErrors: connection.icmpErrors,
    firstFrame: connection.firstFrame,
    lastFrame: connection.lastFrame,
    vlan: connection.vlan ?? null,
  }
}

/** The side whose address the first reset carries: evidence, not a verdict. */
export function resetBy(connection: TrackedConnection): 'originator' | 'responder' | null {
  const { originator, responder } = connection
  const first = originator.resets + responder.resets > 0 ? connection.decisive.find((packet) => packet.role === 'rst') : undefined
  if (first !== undefined) return first.from
  const wasReset = (side: SideFacts): boolean => side.resets > 0 || side.state === 'reset'
  if (wasReset(originator)) return 'originator'
  return wasReset(responder) ? 'responder' : null
}
