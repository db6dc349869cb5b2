import type { RfcState } from './connection.ts'
import type { LiveSide } from './live-side.ts'
import { seqDelta } from './sequence.ts'

export const RFC_STATES: readonly RfcState[] = [
  'unknown',
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECEIVED',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
]

/**
 * RFC 9293 §3.3.2 state of one side, as far as the wire shows it: what this side sent, and what it acknowledged. A packet that
 * it was sent but never acknowledged may not have reached it, so it changes nothing.
 */
export function inferRfcState(own: LiveSide, other: LiveSide): RfcState {
  if (own.hasFin) return afterOwnFin(own, other)
  if (own.packets === 0) return 'unknown'
  const ackedPeerFin = other.hasFin && own.hasAck && seqDelta(own.lastAck, other.finEnd) >= 0
  if (ackedPeerFin) return 'CLOSE_WAIT'
  if (!own.hasSyn) return own.packets > own.resets ? 'ESTABLISHED' : 'CLOSED'
  if (!own.hasAck) return 'SYN_SENT'
  const ownSynAcked = other.hasAck && seqDelta(other.lastAck, own.base) > 0
  return ownSynAcked ? 'ESTABLISHED' : 'SYN_RECEIVED'
}

function afterOwnFin(own: LiveSide, other: LiveSide): RfcState {
  const finAcked = other.hasAck && seqDelta(other.lastAck, own.finEnd) >= 0
  const ackedPeerFin = other.hasFin && own.hasAck && seqDelta(own.lastAck, other.finEnd) >= 0
  if (own.finAnswersFin) return finAcked ? 'CLOSED' : 'LAST_ACK'
  if (!ackedPeerFin) return finAcked ? 'FIN_WAIT_2' : 'FIN_WAIT_1'
  return finAcked ? 'TIME_WAIT' : 'CLOSING'
}

export const rfcStateCode = (state: RfcState): number => RFC_STATES.indexOf(state)
