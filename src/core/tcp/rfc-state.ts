import type { RfcState } from './connection.ts'
import {
  BASE,
  FIN_ANSWERS_FIN,
  FIN_END,
  FLAGS,
  HAS_ACK,
  HAS_FIN,
  HAS_SYN,
  LAST_ACK,
  PACKETS,
  RESETS,
  STATE_BEFORE_RESET,
} from './live-layout.ts'
import { seqDelta } from './sequence.ts'

const RFC_STATES: readonly RfcState[] = [
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
function inferRfcState(words: Int32Array, own: number, other: number): RfcState {
  const flags = words[own + FLAGS] as number
  const otherFlags = words[other + FLAGS] as number
  const ackedPeerFin = (otherFlags & HAS_FIN) !== 0 && hasAcked(words, own, words[other + FIN_END] as number)
  if (flags & HAS_FIN) {
    const finAcked = hasAcked(words, other, words[own + FIN_END] as number)
    if (flags & FIN_ANSWERS_FIN) return finAcked ? 'CLOSED' : 'LAST_ACK'
    if (!ackedPeerFin) return finAcked ? 'FIN_WAIT_2' : 'FIN_WAIT_1'
    return finAcked ? 'TIME_WAIT' : 'CLOSING'
  }
  if (words[own + PACKETS] === 0) return 'unknown'
  if (ackedPeerFin) return 'CLOSE_WAIT'
  if (!(flags & HAS_SYN)) return (words[own + PACKETS] as number) > (words[own + RESETS] as number) ? 'ESTABLISHED' : 'CLOSED'
  if (!(flags & HAS_ACK)) return 'SYN_SENT'
  return hasAcked(words, other, ((words[own + BASE] as number) + 1) | 0) ? 'ESTABLISHED' : 'SYN_RECEIVED'
}

/** Whether a side acknowledged everything before `seq`. */
const hasAcked = (words: Int32Array, side: number, seq: number): boolean =>
  ((words[side + FLAGS] as number) & HAS_ACK) !== 0 && seqDelta(words[side + LAST_ACK] as number, seq) >= 0

/** Keeps both sides' states just before the first reset. */
export function keepStatesBeforeReset(words: Int32Array, own: number, other: number): void {
  if ((words[own + STATE_BEFORE_RESET] as number) >= 0 || (words[other + STATE_BEFORE_RESET] as number) >= 0) return
  words[own + STATE_BEFORE_RESET] = RFC_STATES.indexOf(inferRfcState(words, own, other))
  words[other + STATE_BEFORE_RESET] = RFC_STATES.indexOf(inferRfcState(words, other, own))
}

/** A side's state just before the act that ended the connection. */
export function rfcState(words: Int32Array, own: number, other: number): RfcState {
  const before = words[own + STATE_BEFORE_RESET] as number
  return before < 0 ? inferRfcState(words, own, other) : (RFC_STATES[before] ?? 'unknown')
}
