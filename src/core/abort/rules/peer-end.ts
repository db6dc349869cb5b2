import { endOf, isData, RST, type Segment } from '../../tcp/segment.ts'
import { closedByBoth, endingReset, stoodStill } from '../ending.ts'
import { silenceBefore } from '../facts/idle.ts'
import { counted, type Facts, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, weigh } from '../rule.ts'

/** A pause after which a close looks like a timer rather than like a reaction, seconds. */
const QUIET = 8

/** The peer closed its side while the host was still sending; what the host sent later was answered by RST. */
export const peerClosedFirst: AbortRule = {
  id: 'peer-closed-first',
  source: 'RFC 9293 §3.6.1, RFC 2525 §2.17; KB: HP Jetdirect interlock',
  judge(facts) {
    const fin = facts.fins.peer
    if (!fin || closedWellAfter(facts, fin.first)) return NOTHING
    const before = facts.trace.segments.filter((segment) => segment.at < fin.first.at && !segment.copy)
    const hostFinBefore = facts.fins.host && facts.fins.host.first.at < fin.first.at
    if (hostFinBefore) return NOTHING
    const later = facts.trace.segments.filter((s) => s.from === 'host' && s.at > fin.first.at && isData(s) && !s.copy)
    const resets = facts.resets.filter((reset) => reset.segment.at >= fin.first.at)
    const silence = silenceBefore(facts.trace.segments, fin.first)
    const isQuiet = (silence?.seconds ?? 0) >= QUIET && !hasUnackedHostData(before)
    const isHostGone = facts.digest !== undefined && facts.digest.host.fins > 0 && !facts.fins.host
    if ((later.length === 0 && !resets.some((reset) => reset.from === 'peer')) || isHostGone) return NOTHING
    const what = `the peer sent its FIN ${later.length > 0 ? `while the host went on sending (${counted(later.length, 'segment')} after it)` : 'before the host had closed'}`
    const refs = [fin.first, later[0], resets[0]?.segment]
    const answered = resets.some((reset) => reset.from === 'peer')
    if (isQuiet) {
      const quiet = `after ${seconds(silence?.seconds ?? 0)} of silence the peer closed with FIN; what the host sent later was ${answered ? 'answered by RST' : 'in vain'}`
      return [weigh('peer-idle-close', 6, quiet, refs), weigh('early-close', 3.5, what, refs)]
    }
    return [
      weigh('early-close', answered || later.length > 0 ? 6 : 0.5, what, refs),
      weigh('peer-reset', -1.5, 'its FIN came before its RST', [fin.first]),
      weigh('middlebox-reset', -2, "the peer's own FIN came before the RST", [fin.first]),
    ]
  },
}

/** Both closed in the end, without an RST from the peer before it acknowledged the host's FIN: half-close used properly. */
const closedWellAfter = (facts: Facts, fin: Segment): boolean => {
  const settled = facts.fins.host?.ackedBy?.at ?? Number.POSITIVE_INFINITY
  return closedByBoth(facts) && !facts.resets.some(({ from, segment }) => from === 'peer' && segment.at >= fin.at && segment.at < settled)
}

const hasUnackedHostData = (before: readonly Segment[]): boolean => {
  const sent = Math.max(0, ...before.filter((s) => s.from === 'host' && isData(s)).map(endOf))
  const acked = Math.max(0, ...before.filter((s) => s.from === 'peer').map((s) => s.ack))
  return sent > acked
}

/** The peer said something and reset at once while data lay unread: it had read enough. */
export const statusThenReset: AbortRule = {
  id: 'status-then-reset',
  source: 'RFC 9293 §3.6.1, RFC 2525 §2.17 (close with unread data sends RST)',
  judge(facts) {
    const reset = endingReset(facts)
    if (reset?.from !== 'peer' || facts.fins.peer || !facts.established) return NOTHING
    const at = reset.segment.at
    const status = facts.trace.segments.findLast((s) => s.from === 'peer' && isData(s) && s.at < at && !s.copy)
    if (!status || stoodStill(facts)) return NOTHING
    const sending = facts.trace.segments.filter((s) => s.from === 'host' && isData(s) && s.at >= status.at - 1 && s.at <= at + 1)
    const wait = at - status.at
    if (wait > 5 || sending.length === 0) return NOTHING
    return [
      weigh(
        'early-close',
        wait < 2 ? 6 : 4,
        `the peer sent ${status.length} bytes and, ${seconds(wait)} later, an RST, while the host was still sending`,
        [status, reset.segment],
      ),
    ]
  },
}

/** An RST with the peer's address ends a connection that worked. */
export const resetByPeer: AbortRule = {
  id: 'reset-by-peer',
  source: 'RFC 9293 §3.5.2',
  judge(facts) {
    const reset = endingReset(facts)
    if (reset?.from !== 'peer' || !facts.established) return NOTHING
    const known = facts.trace.segments.some((s) => s.from === 'peer' && !(s.flags & RST) && s.at < reset.segment.at)
    if (!known && !facts.digest?.peer.packets && facts.peerTtlElsewhere.length === 0) {
      const says = `an RST with the address of ${facts.peer.ip} answered the host; no other packet of that address is in the capture to compare it with`
      return [weigh('peer-reset', reset.form === 'full' ? 1.2 : 0.8, says, [reset.trigger, reset.segment])]
    }
    const closing = facts.fins.peer && facts.fins.peer.first.at <= reset.segment.at
    // Known from its other connections only, it is compared with less.
    const weight = closing ? 2 : known || facts.digest?.peer.packets ? 4 : 2.5
    return [
      weigh(
        'peer-reset',
        weight,
        `an RST with the address of ${facts.peer.ip} ended the connection${reset.form === 'full' ? ' (with ACK: a stack that knew it)' : ''}`,
        [reset.trigger, reset.segment],
      ),
    ]
  },
}

/** The peer's stack does not know the connection: data after a silence are answered by a bare RST, without any FIN before. */
export const strangerToPeer: AbortRule = {
  id: 'stranger-to-peer',
  source: 'RFC 9293 §3.5.1 (half-open connections and recovery from a crash), §3.10.7.1',
  judge(facts) {
    const reset = endingReset(facts)
    if (reset?.from !== 'peer' || reset.form !== 'bare' || facts.fins.peer || !facts.established) return NOTHING
    const ladder = facts.ladders.host
    const silent = lastHeardBefore(facts, reset.segment)
    const wait = reset.segment.at - (silent?.at ?? reset.segment.at)
    const sends = ladder?.sends.filter((send) => send.at < reset.segment.at).length ?? 0
    if (sends >= 2) {
      return [
        weigh(
          'peer-restarted',
          5,
          `the peer had stopped answering (${sends} sends in vain), and then answered with an RST of a stack that knows no such connection`,
          [ladder?.sends[0], reset.segment],
        ),
      ]
    }
    if (wait < 3) return NOTHING
    return [
      weigh(
        'peer-restarted',
        wait > 20 ? 3.2 : 2.5,
        `${seconds(wait)} after its last word the peer answered new data with an RST of a stack that knows no such connection`,
        [silent, reset.segment],
      ),
    ]
  },
}

const lastHeardBefore = (facts: Facts, segment: Segment): Segment | undefined =>
  facts.trace.segments.findLast((other) => other.from === 'peer' && other.at < segment.at && !(other.flags & RST))
