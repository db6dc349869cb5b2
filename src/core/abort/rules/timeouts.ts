import { otherRole, type Segment } from '../../tcp/segment.ts'
import { closedByBoth, openStall, stoodStill } from '../ending.ts'
import type { KeepAliveTrain } from '../facts/keep-alive.ts'
import type { Ladder } from '../facts/ladder.ts'
import type { ZeroWindow } from '../facts/zero-window.ts'
import { type Facts, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, type Weighed, weigh } from '../rule.ts'

/** The other side ended it while the ladder ran: then the ladder is not what it ended with. */
const answeredByReset = (facts: Facts, ladder: Ladder): boolean =>
  facts.resets.some((reset) => reset.from !== ladder.role && reset.segment.at >= (ladder.sends[0]?.at ?? 0))

/** The evidence ends before the next send was due: whether an answer came is not known. */
const endsTooSoon = (facts: Facts, ladder: Ladder): boolean => {
  const [before, last] = ladder.sends.slice(-2)
  if (!before || !last || ladder.reset) return false
  return facts.until - last.at < 1.2 * (last.at - before.at)
}

/** Data sent again and again without an acknowledgement. */
export const dataLadder: AbortRule = {
  id: 'data-ladder',
  source: 'RFC 9293 §3.8.3 (R2), RFC 6298 §5; KB: Windows TcpMaxDataRetransmissions 5, Linux tcp_retries2 15, macOS and FreeBSD 12',
  judge(facts) {
    const ladder = facts.ladders.host
    if (ladder?.what !== 'data' || answeredByReset(facts, ladder) || closedByBoth(facts) || !facts.established) return NOTHING
    const [first, last] = [ladder.sends[0], ladder.sends.at(-1)]
    if (!first || !last) return NOTHING
    const repeats = ladder.sends.length - 1
    const shown = repeats >= 4 ? 5 : repeats === 3 ? 4.5 : repeats === 2 ? 3.8 : 2.5
    const weight = repeats <= 2 && endsTooSoon(facts, ladder) ? 0.8 : shown
    const says = ladder.deaf
      ? `the same ${ladder.length} bytes were sent ${ladder.sends.length} times although the peer acknowledged them here: the acknowledgements do not reach the host`
      : `the same ${ladder.length} bytes were sent ${ladder.sends.length} times in ${seconds(last.at - first.at)}, and never acknowledged`
    return [weigh('retransmission-timeout', weight, says, [first, ladder.sends[1], last]), ...ownResetAfter(ladder)]
  },
}

/** An RST that ends a ladder is its end, not a will of its own: whose timer it was (stack or program) the wire does not say. */
const ownResetAfter = (ladder: Ladder): Weighed[] => {
  if (ladder.reset?.from !== 'host') return []
  const says = "the host's RST came after its retransmissions had gone unanswered"
  return [weigh('retransmission-timeout', 2, says, [ladder.reset]), weigh('host-abort', -3, says, [ladder.sends[0], ladder.reset])]
}

/** The other way round: the peer repeated what it had to say, the host never acknowledged it, and the peer gave up. */
export const peerLadder: AbortRule = {
  id: 'peer-ladder',
  source: 'RFC 9293 §3.8.3 (R2), RFC 6298 §5',
  judge(facts) {
    const ladder = facts.ladders.peer
    const [first, last] = [ladder?.sends[0], ladder?.sends.at(-1)]
    if (!ladder || !first || !last || ladder.what === 'syn-ack' || !facts.established || facts.ladders.host || closedByBoth(facts))
      return NOTHING
    if (answeredByReset(facts, ladder) || ladder.sends.length < 3) return NOTHING
    const says = `the peer sent the same ${ladder.what === 'fin' ? 'FIN' : `${ladder.length} bytes`} ${ladder.sends.length} times in ${seconds(last.at - first.at)}, and the host never acknowledged it`
    // A FIN of the peer that nobody acknowledges is the end of a story that went wrong before, or on the way.
    if (ladder.what === 'fin' && !ladder.reset) return [weigh('retransmission-timeout', 0.5, says, [first, last])]
    const weight = (ladder.sends.length >= 5 ? 5 : 4) + (ladder.reset ? 1.5 : 0)
    return [
      weigh('retransmission-timeout', ladder.reset ? weight : weight - 1.5, says, [first, last, ladder.reset]),
      ...(ladder.reset ? [weigh('peer-reset', -3, says, [ladder.reset])] : []),
    ]
  },
}

/** Keep-alive probes on an idle connection without an answer: of the host, else of the peer. */
export const keepAliveUnanswered: AbortRule = {
  id: 'keep-alive-unanswered',
  source: 'RFC 9293 §3.8.4; KB: Windows 10 × 1 s, Linux 9 × 75 s, macOS and FreeBSD 8 × 75 s',
  judge(facts) {
    if (closedByBoth(facts) || openStall(facts) || openStall(facts, 'host')) return NOTHING
    const { host, peer } = facts.keepAlives
    const own = host ? ofProber(facts, host) : NOTHING
    // A printer's probes that nobody answers are no trouble of their own while the connection goes on; with its RST they ended it.
    return own.length === 0 && peer?.reset ? ofProber(facts, peer) : own
  },
}

function ofProber(facts: Facts, train: KeepAliveTrain): readonly Weighed[] {
  const [prober, other] = train.role === 'host' ? ['host', 'peer'] : ['peer', 'host']
  const rival = train.role === 'host' ? 'host-abort' : 'peer-reset'
  const last = train.probes.at(-1)
  if (train.deaf && train.reset) {
    const says = `keep-alive probes of the ${prober} every ${seconds(train.interval ?? 0)}; in place of the next one came its RST, although the ${other} had answered all of them here: the answers do not reach the ${prober}`
    return [
      weigh('keepalive-timeout', 5, says, [last, train.reset]),
      weigh(rival, -2, `the ${prober}'s RST keeps the beat of its keep-alive probes`, [train.reset]),
    ]
  }
  const count = train.unanswered.length
  if (count === 0 || facts.ladders[train.role]?.what === 'data') return NOTHING
  const says = `${count} keep-alive probe${count > 1 ? 's' : ''} of the ${prober} at the end went unanswered${train.answered > 0 ? `, after ${train.answered} had been answered` : ''}`
  const weight = train.reset ? 5.5 : count >= 3 ? 5 : count === 2 ? 4 : 1.5
  return [
    weigh('keepalive-timeout', weight, says, [train.unanswered[0], last, train.reset]),
    ...(train.reset ? [weigh(rival, -4, `${says}; its RST followed`, [train.reset])] : []),
  ]
}

/** A window that was closed to the end: the peer's, else the host's own. */
export const windowStayedClosed: AbortRule = {
  id: 'window-stayed-closed',
  source: 'RFC 9293 §3.8.6.1; RFC 6429 (TCP sender clarification for persist condition)',
  judge(facts) {
    const stall = openStall(facts) ?? (stoodStill(facts, 'host') ? openStall(facts, 'host') : undefined)
    if (!stall || closedByBoth(facts)) return NOTHING
    const end = facts.resets.find((reset) => reset.segment.at > stall.closedBy.at)?.segment
    const until = end?.at ?? facts.incident?.at ?? facts.until
    const lasted = until - stall.closedBy.at
    const probed = stall.probes.length
    const says = `the ${stall.reader} closed its receive window for ${seconds(lasted)} and never opened it again; ${probed} window probes, ${stall.answers.length} answered with the window still closed`
    const weight = probed >= 2 || lasted > 10 ? 6 : probed === 1 || lasted > 2 ? 4.5 : stall.senderWaits ? 3 : 1.5
    const refs = [stall.closedBy, stall.probes.at(-1), stall.answers.at(-1), end]
    return [weigh('zero-window-stall', weight, says, refs), ...rivalsOfStall(facts, stall, end)]
  },
}

/** The writer's RST is the end of its patience; the reader's may be a will of its own, where nothing had stood still for long. */
function rivalsOfStall(facts: Facts, { reader, closedBy }: ZeroWindow, end: Segment | undefined): Weighed[] {
  const [ofReader, ofWriter] = reader === 'peer' ? (['peer-reset', 'host-abort'] as const) : (['host-abort', 'peer-reset'] as const)
  return [
    end?.from === reader
      ? weigh(ofReader, stoodStill(facts, reader) ? -2.5 : 0, 'before the RST the transfer had stood still', [closedBy, end])
      : weigh(ofWriter, -4, `the ${otherRole(reader)} gave up a transfer that stood still`, [closedBy, end]),
    weigh('retransmission-timeout', -3, `the ${reader} kept acknowledging with a closed window`, [closedBy]),
  ]
}

/** A window that reopened is a pause, not an end. */
export const windowReopened: AbortRule = {
  id: 'window-reopened',
  source: 'RFC 9293 §3.8.6.1',
  judge(facts) {
    const last = facts.zeroWindows.peer.at(-1)
    if (!last?.reopenedBy) return NOTHING
    return [
      weigh('zero-window-stall', -4, `the peer's window reopened after ${seconds(last.reopenedBy.at - last.closedBy.at)}`, [
        last.closedBy,
        last.reopenedBy,
      ]),
    ]
  },
}
