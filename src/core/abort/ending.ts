import { ACK, endOf, isData, otherRole, type Role, RST, type Segment, SYN } from '../tcp/segment.ts'
import type { Ladder } from './facts/ladder.ts'
import type { Reset } from './facts/resets.ts'
import type { ZeroWindow } from './facts/zero-window.ts'
import type { Facts } from './facts.ts'

/** Both sides have closed by FIN, whatever followed: RFC 9293 §3.6. */
export const closedByBoth = (facts: Facts): boolean => {
  const { host, peer } = facts.fins
  if (!host || !peer) return false
  // A side whose FIN the other never acknowledged, and which goes on repeating it, has not closed.
  if (isLateFinRefused(facts)) return false
  const settled = (ladder: Ladder | undefined) => ladder?.what !== 'fin' || ladder.sends.length < 3
  return (host.ackedBy !== undefined || settled(facts.ladders.host)) && (peer.ackedBy !== undefined || settled(facts.ladders.peer))
}

/** A FIN that comes this long after the other side's was acknowledged, and is answered by RST, finds the half-closed socket gone; seconds. */
const HALF_CLOSE_PATIENCE = 5

const isLateFinRefused = (facts: Facts): boolean => isFinRefused(facts, 'host') || isFinRefused(facts, 'peer')

/** `closer` closed first; the other side's FIN came when it had long let go. */
const isFinRefused = ({ fins, resets }: Facts, closer: Role): boolean => {
  const acked = fins[closer]?.ackedBy
  const late = fins[otherRole(closer)]
  if (!acked || !late || late.ackedBy || late.first.at - acked.at < HALF_CLOSE_PATIENCE) return false
  return resets.some((reset) => reset.from === closer && reset.segment.at >= late.first.at)
}

/** The moment after which nothing can end the connection any more. */
const closedAt = (facts: Facts): number =>
  facts.fins.host && facts.fins.peer ? Math.max(facts.fins.host.first.at, facts.fins.peer.first.at) : Number.POSITIVE_INFINITY

/** The first RST while the connection lived; one after both FINs ends nothing, nor does one that makes room for it or is not heeded. */
export const endingReset = (facts: Facts): Reset | undefined => {
  const opened = openedAt(facts)
  return facts.resets.find((reset) => reset.segment.at >= opened && reset.segment.at < closedAt(facts) && !isSurvived(facts, reset))
}

/** What was on its way when the RST came past may still come past after it, for so many round trips to its receiver, or seconds. */
const ON_ITS_WAY = { roundTrips: 3, atLeast: 0.05, unknown: 0.5 }

/**
 * Both sides go on after the RST as if nothing had been: the receiver with something new, its alleged sender by acknowledging that. A stack
 * drops an RST whose sequence number does not fit (RFC 9293 §3.10.7.4, RFC 5961 §3).
 */
const isSurvived = ({ trace }: Facts, { from, segment: reset }: Reset): boolean => {
  const { rttMin } = trace[from]
  const margin = Number.isFinite(rttMin) ? Math.max(ON_ITS_WAY.atLeast, ON_ITS_WAY.roundTrips * rttMin) : ON_ITS_WAY.unknown
  const isPlain = (one: Segment) => !(one.flags & RST) && !one.copy
  const goesOn = trace.segments.find(
    (one) => one.from !== from && one.at > reset.at + margin && isPlain(one) && one.kind !== 'retransmission' && endOf(one) > one.seq,
  )
  return (
    goesOn !== undefined &&
    trace.segments.some((one) => one.from === from && one.at > goesOn.at && isPlain(one) && one.ack >= endOf(goesOn))
  )
}

/**
 * The SYN-ACK of a handshake that had to clear away an older connection first: the SYN was answered by that one's ACK, the ACK by an RST,
 * and then the SYN succeeded (RFC 9293 §3.5.1, figure 9).
 */
const openedAt = ({ trace, resets }: Facts): number => {
  const [first] = resets
  if (!first) return Number.NEGATIVE_INFINITY
  const other = otherRole(first.from)
  const syn = trace.segments.find((segment) => segment.from === first.from && segment.kind === 'syn')
  const synAck = trace.segments.find((segment) => segment.from === other && isSynAck(segment))
  const isCleared = syn && synAck && syn.at < first.segment.at && synAck.at > first.segment.at && first.trigger?.from === other
  return isCleared ? synAck.at : Number.NEGATIVE_INFINITY
}

/** The reader's window was closed when it ended: the last episode, where it never reopened. */
export const openStall = (facts: Facts, reader: Role = 'peer'): ZeroWindow | undefined => {
  const last = facts.zeroWindows[reader].at(-1)
  return last && !last.reopenedBy ? last : undefined
}

/** A window that closes in the instant of the end is full of unread data, not stalled: RFC 9293 §3.8.6.1 speaks of probes after a timeout; seconds. */
const STALL = 1

/** The transfer stood still behind a closed window for long enough to be felt. */
export const stoodStill = (facts: Facts, reader: Role = 'peer'): boolean => {
  const stall = openStall(facts, reader)
  if (!stall) return false
  const end = facts.resets.find((reset) => reset.segment.at > stall.closedBy.at)?.segment.at ?? Number.POSITIVE_INFINITY
  return stall.probes.length > 0 || end - stall.closedBy.at > STALL
}

/** The host's data were still on their way when `segment` came: the other side ended it in the middle of a job. */
export const hostWasSending = (facts: Facts, segment: Segment, within: number): boolean =>
  facts.trace.segments.some((other) => other.from === 'host' && isData(other) && Math.abs(other.at - segment.at) <= within)

export const isSynAck = (segment: Segment): boolean => (segment.flags & (SYN | ACK | RST)) === (SYN | ACK)
