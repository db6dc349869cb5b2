import type { ConnState } from './connection.ts'
import { CLOSED, ESTABLISHED, INACTIVE, PARTIAL, RESET, SYN_ACK_SENT, SYN_SENT } from './endpoint-state.ts'

/** What counts beside the states. */
interface Beyond {
  readonly history: string
  readonly originator: { readonly uniqueBytes: number }
  readonly responder: { readonly uniqueBytes: number }
}

/**
 * Zeek's `conn_state` of a TCP connection, from the endpoint states that were left.
 *
 * @param facts asked only where the states do not tell
 */
export function tcpConnState(originator: number, responder: number, facts: Beyond): ConnState {
  const originatorSilent = originator === INACTIVE || originator === PARTIAL
  const responderSilent = responder === INACTIVE || responder === PARTIAL
  if (responder === RESET) {
    const isAttempt = originator === SYN_SENT || originator === SYN_ACK_SENT || (originator === RESET && hasNoPayload(facts))
    if (isAttempt) return 'REJ'
    return originatorSilent ? 'RSTRH' : 'RSTR'
  }
  if (originator === RESET) {
    if (!responderSilent) return 'RSTO'
    return /^\^?S[^HAFGIQ]*R/.test(facts.history) ? 'RSTOS0' : 'OTH'
  }
  if (originator === CLOSED && responder === CLOSED) return 'SF'
  if (originator === CLOSED) return responderSilent ? 'SH' : 'S2'
  if (responder === CLOSED) return originatorSilent ? 'SHR' : 'S3'
  if (originator === SYN_SENT && responder === INACTIVE) return 'S0'
  return originator === ESTABLISHED && responder === ESTABLISHED ? 'S1' : 'OTH'
}

/** Neither side's sequence space advanced beyond SYN and FIN. */
const hasNoPayload = ({ originator, responder }: Beyond): boolean => originator.uniqueBytes === 0 && responder.uniqueBytes === 0

/** Zeek's `conn_state` of a UDP flow: who spoke. */
export function udpConnState(originatorSpoke: boolean, responderSpoke: boolean): ConnState {
  if (originatorSpoke) return responderSpoke ? 'SF' : 'S0'
  return responderSpoke ? 'SHR' : 'OTH'
}
