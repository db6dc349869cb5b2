import { endOf, isData } from '../../tcp/segment.ts'
import { endingReset, openStall } from '../ending.ts'
import type { Reset } from '../facts/resets.ts'
import { type Facts, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, weigh } from '../rule.ts'

/** The host's own RST on a connection that worked, without a ladder, a probe train or a closed window before it. */
export const hostReset: AbortRule = {
  id: 'host-reset',
  source: 'RFC 9293 §3.10.5 (ABORT), RFC 2525 §2.17 (close with unread data), SO_LINGER 0',
  judge(facts) {
    const reset = endingReset(facts)
    if (reset?.from !== 'host' || !facts.established) return NOTHING
    const at = reset.segment.at
    const repeats = (facts.ladders.host?.sends.filter((send) => send.at < at).length ?? 1) - 1
    const unread = facts.trace.segments.findLast((s) => s.from === 'peer' && isData(s) && s.at <= at)
    const heard = facts.trace.segments.findLast((s) => s.from === 'peer' && s.at < at && !s.copy)
    if (isStranger(facts, reset)) {
      const says = "the host's stack answered the peer with the RST of a stack that knows no such connection: it had let go of it before"
      return [weigh('host-abort', 1.2, says, [reset.trigger, reset.segment])]
    }
    const wasAlive = heard !== undefined && repeats === 0 && facts.keepAlives.host?.reset === undefined && !openStall(facts)
    const says = wasAlive
      ? `the host sent an RST ${seconds(at - heard.at)} after the peer's last word: no retransmission, no unanswered probe, no closed window before it`
      : 'the host sent an RST'
    const refs = [heard, reset.segment]
    return [
      weigh('host-abort', wasAlive ? (facts.vantage === 'host' ? 6 : 4.5) : heard ? 3 : 1, says, refs),
      ...(unread && at - unread.at < 5
        ? [weigh('host-abort', 0.5, `the peer's ${unread.length} bytes may have lain unread when the host closed`, [unread])]
        : []),
    ]
  },
}

/**
 * A bare RST that answers the peer: stacks abort with RST and ACK and a sequence number of their own. The end itself lies before: an RST
 * that this capture does not show, a restart, a FIN long ago.
 */
const isStranger = (facts: Facts, { form, trigger, segment }: Reset): boolean => {
  if (form !== 'bare' || !trigger) return false
  const spoke = facts.trace.segments.findLast((s) => s.from === 'host' && s.kind !== 'rst' && s.at < segment.at)
  const isLate = !spoke || segment.at - spoke.at > 5
  // Its own abort would carry its next sequence number; one that was acknowledged long since is an echo of the peer's segment.
  const sent = Math.max(0, ...facts.trace.segments.filter((s) => s.from === 'host' && s.at < segment.at).map(endOf))
  return isLate || (!facts.fins.host && segment.seq < sent)
}
