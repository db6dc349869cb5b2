import { ACK, FIN, RST, SYN } from '../packet/packet.ts'
import type { EndpointState } from './connection.ts'

/** Zeek's endpoint states as small integers, for the hot path. */
export const INACTIVE = 0
export const SYN_SENT = 1
export const SYN_ACK_SENT = 2
export const PARTIAL = 3
export const ESTABLISHED = 4
export const CLOSED = 5
export const RESET = 6

const NAMES: readonly EndpointState[] = ['inactive', 'syn-sent', 'syn-ack-sent', 'partial', 'established', 'closed', 'reset']

export const endpointStateName = (state: number): EndpointState => NAMES[state] ?? 'inactive'

/**
 * Both sides' states, packed: own state, own previous state, peer's state, peer's previous state, three bits each, lowest first.
 * "Own" is the sender of the packet at hand.
 */
export const pack = (own: number, ownBefore: number, peer: number, peerBefore: number): number =>
  own | (ownBefore << 3) | (peer << 6) | (peerBefore << 9)

export const ownState = (packed: number): number => packed & 7
export const peerState = (packed: number): number => (packed >> 6) & 7
/** The same states from the other side's point of view. */
export const turned = (packed: number): number => ((packed >> 6) & 63) | ((packed & 63) << 6)

const withOwn = (packed: number, state: number): number =>
  (packed & 7) === state ? packed : (packed & 0xfc0) | ((packed & 7) << 3) | state
const withPeer = (packed: number, state: number): number => turned(withOwn(turned(packed), state))

/**
 * The states after one packet, by the rules of Zeek's connection analyser: what was observed, not what the stacks think.
 *
 * @param packed states before it, the sender's first
 * @param hasPayload whether it carries payload
 */
export function afterSegment(packed: number, flags: number, hasPayload: boolean, fromOriginator: boolean): number {
  switch (packed & 7) {
    case INACTIVE:
      return fromInactive(packed, flags, hasPayload, fromOriginator)
    case SYN_SENT:
    case SYN_ACK_SENT: {
      const afterFin = flags & FIN ? withOwn(packed, CLOSED) : packed
      return flags & RST ? withOwn(afterFin, RESET) : afterFin
    }
    case ESTABLISHED:
    case PARTIAL:
      return fromEstablished(packed, flags)
    case CLOSED:
      // After both FINs a reset ends nothing: the connection was over.
      return flags & RST && peerState(packed) !== CLOSED ? withOwn(packed, RESET) : packed
    default:
      return packed
  }
}

function fromInactive(packed: number, flags: number, hasPayload: boolean, fromOriginator: boolean): number {
  let next = packed
  if (flags & SYN) {
    if (fromOriginator) next = withOwn(next, flags & ACK ? SYN_ACK_SENT : SYN_SENT)
    else {
      if (peerState(next) === SYN_SENT) next = withPeer(next, ESTABLISHED)
      next = withOwn(next, ESTABLISHED)
    }
  }
  if (flags & FIN) next = withOwn(next, CLOSED)
  if (flags & RST) next = withOwn(next, RESET)
  if (ownState(next) !== INACTIVE) return next
  // Some stacks acknowledge a SYN before they answer it: not yet a connection joined in the middle.
  if (!fromOriginator && !hasPayload && peerState(next) === SYN_SENT) return next
  // A SYN-ACK and now an ACK: only the SYN was missed.
  if (flags & ACK && peerState(next) === ESTABLISHED) return withOwn(next, ESTABLISHED)
  return withOwn(next, PARTIAL)
}

function fromEstablished(packed: number, flags: number): number {
  let next = packed
  const isSynAfterPartial = flags & SYN && !(flags & ACK) && ownState(next) === PARTIAL && peerState(next) === INACTIVE
  if (isSynAfterPartial) next = withOwn(next, SYN_SENT)
  if (flags & FIN && !(flags & RST)) {
    next = withOwn(next, CLOSED)
    // The peer's FIN was followed by its reset, and now comes this side's FIN: that was a normal end after all.
    const peerWasClosed = ((next >> 9) & 7) === CLOSED
    if (peerState(next) === RESET && peerWasClosed) next = withPeer(next, CLOSED)
  }
  return flags & RST ? withOwn(next, RESET) : next
}
