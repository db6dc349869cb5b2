import { endOf, FIN, isData, otherRole, RST, type Segment } from '../../tcp/segment.ts'
import { closedByBoth, endingReset } from '../ending.ts'
import { type Facts, observedUntil, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, type Weighed, weigh } from '../rule.ts'

/** Shorter than this a missing FIN means nothing yet: a peer may finish its page first. Seconds. */
const HALF_CLOSE_PATIENCE = 5

/** The host's FIN is repeated and never acknowledged: FIN-WAIT-1 until the stack gives up. */
export const finUnacknowledged: AbortRule = {
  id: 'fin-unacknowledged',
  source: 'RFC 9293 §3.6, §3.8.1 (a FIN is retransmitted like data); KB: Windows TcpMaxDataRetransmissions, Linux tcp_orphan_retries',
  judge(facts) {
    const fin = facts.fins.host
    const ladder = facts.ladders.host
    if (!fin || closedByBoth(facts)) return NOTHING
    const last = fin.sends.at(-1)
    if (ladder?.deaf && ladder.sends.some((send) => send.flags & FIN)) {
      return [
        weigh(
          'fin-wait-1-timeout',
          5,
          `the host's FIN was sent ${ladder.sends.length} times although the peer acknowledged it here: the acknowledgements do not reach the host`,
          [fin.first, fin.ackedBy, ladder.sends.at(-1)],
        ),
      ]
    }
    if (fin.ackedBy) return [weigh('fin-wait-1-timeout', -4, "the peer acknowledged the host's FIN", [fin.first, fin.ackedBy])]
    if (endingReset(facts)?.from === 'peer') return NOTHING
    const dataOpen = ladder?.what === 'data' && ladder.seq < fin.first.seq
    const repeats = Math.max(fin.sends.length, ladder?.what === 'fin' ? ladder.sends.length : 0)
    const weight = repeats >= 4 ? 5.5 : repeats === 3 ? 4.5 : repeats === 2 ? 3 : 1
    return [
      weigh(
        'fin-wait-1-timeout',
        dataOpen ? 1.5 : weight,
        `the host's FIN was sent ${repeats} time${repeats > 1 ? `s in ${seconds((last?.at ?? 0) - fin.first.at)}` : ''} and never acknowledged`,
        [fin.first, last],
      ),
      ...(dataOpen ? [] : [weigh('retransmission-timeout', -1.5, 'all data had been acknowledged before the FIN', [fin.first])]),
    ]
  },
}

/** The FIN was acknowledged, the other FIN did not come: half-closed until somebody's patience ends. */
export const otherFinMissing: AbortRule = {
  id: 'other-fin-missing',
  source:
    'RFC 9293 §3.6 (FIN-WAIT-2 has no timer there); KB923200 and the NDIS FIN_WAIT_2 timer (120 s), KB813056 (300 s), tcp_fin_timeout (60 s)',
  judge(facts) {
    const fin = facts.fins.host
    const acked = fin?.ackedBy
    if (!fin || !acked || facts.ladders.host?.deaf) return NOTHING
    const later = facts.trace.segments.filter((segment) => segment.from === 'peer' && segment.at > acked.at && !segment.copy)
    const late = later.find((segment) => !(segment.flags & RST) && endOf(segment) > segment.seq)
    const refused = late && facts.resets.find((reset) => reset.from === 'host' && reset.segment.at >= late.at)
    if (late && refused) return lateAnswer(fin.first, acked, late, refused.segment)
    if (facts.fins.peer || later.some((segment) => segment.flags & RST)) return NOTHING
    const unseen = unseenFin(facts, acked)
    if (unseen) return unseen
    const lastHeard = later.findLast((segment) => !(segment.flags & RST)) ?? acked
    const waited = observedUntil(facts) - lastHeard.at
    const shown = waited >= 30 ? 5 : waited >= HALF_CLOSE_PATIENCE ? 4 : waited > 1 ? 1 : 0
    const weight = mayHaveClosedBefore(facts, fin.first) ? Math.min(shown, 1) : shown
    return [
      weigh(
        'fin-wait-2-timeout',
        weight,
        `the peer acknowledged the host's FIN and never sent its own: ${seconds(waited)} of silence until the evidence ends`,
        [fin.first, acked],
      ),
    ]
  },
}

/** Of a connection whose beginning was not captured so many packets of the peer before the host's FIN show that it had not closed itself. */
const PEER_STILL_THERE = 3

/** The capture begins so shortly before the host's FIN that the peer's own may lie before it. */
const mayHaveClosedBefore = (facts: Facts, fin: Segment): boolean =>
  facts.quality.startsMidStream &&
  facts.digest === undefined &&
  facts.trace.segments.filter((s) => s.from === 'peer' && s.at <= fin.at && !s.copy).length < PEER_STILL_THERE &&
  !facts.trace.segments.some((s) => s.from === 'peer' && isData(s))

/** The host acknowledged one number more than the peer's packets account for: its FIN, which the capture missed. */
function unseenFin({ trace }: Facts, acked: Segment): readonly Weighed[] | undefined {
  const seen = Math.max(...trace.segments.filter((s) => s.from === 'peer' && !(s.flags & RST)).map(endOf))
  const more = trace.segments.find((s) => s.from === 'host' && s.at >= acked.at && s.kind !== 'rst' && s.ack === seen + 1)
  if (!more) return undefined
  const says =
    "after its own FIN the host acknowledged one number more than the peer's packets account for: a FIN of the peer that the capture missed"
  return [weigh('normal-close', 4.5, says, [acked, more]), weigh('fin-wait-2-timeout', -3, says, [more])]
}

type At = { readonly capture: number; readonly frame: number; readonly at: number }

const lateAnswer = (fin: At, acked: At, late: At, refused: At): Weighed[] => {
  const waited = late.at - acked.at
  const says = `${seconds(waited)} after the peer had acknowledged the host's FIN it still sent something, and the host's stack answered with RST: the half-closed socket was gone`
  return [
    weigh('fin-wait-2-timeout', waited >= HALF_CLOSE_PATIENCE ? 6 : 1, says, [fin, acked, late, refused]),
    weigh('host-abort', waited >= HALF_CLOSE_PATIENCE ? -3 : 0.5, says, [late, refused]),
  ]
}

/** The host's FIN was cut away, but the digest counts it: what the peer said late was refused by a host that had let go. */
export const finBeforeTheCut: AbortRule = {
  id: 'fin-before-the-cut',
  source: 'RFC 9293 §3.6; the flow digest of the whole upload',
  judge(facts) {
    const { digest, fins } = facts
    if (!digest || fins.host || digest.host.fins === 0) return NOTHING
    const refused = facts.resets.find((reset) => reset.from === 'host' && reset.trigger !== undefined)
    if (!refused?.trigger) return NOTHING
    const says =
      "the host had sent its FIN before the part that was kept; what the peer sent much later was answered by the host's RST: the half-closed socket was gone"
    return [weigh('fin-wait-2-timeout', 5, says, [digest.pointer, refused.trigger, refused.segment]), weigh('host-abort', -3, says, [])]
  },
}

/** Both FINs were sent and acknowledged: nothing was aborted, an RST afterwards included. */
export const bothClosed: AbortRule = {
  id: 'both-closed',
  source: 'RFC 9293 §3.6; Microsoft SQL Network Analyzer and noahdavids.org: an RST after both FINs is benign',
  judge(facts) {
    const { host, peer } = facts.fins
    if (!host || !peer || !closedByBoth(facts)) return NOTHING
    if (endingReset(facts)) return NOTHING
    const after = facts.resets.filter((reset) => reset.segment.at >= Math.max(host.first.at, peer.first.at))
    const lost = facts.ladders.host?.what === 'data' && !facts.ladders.host.deaf
    const refs = [host.first, peer.first, after[0]?.segment]
    const says =
      after.length > 0
        ? 'both sides had closed with FIN before the RST: it ended nothing'
        : 'both sides closed with FIN, and both were acknowledged'
    const unread = facts.trace.segments.some((segment) => segment.from === 'host' && isData(segment) && segment.at > peer.first.at)
    const settled = host.ackedBy?.at ?? Number.POSITIVE_INFINITY
    const earlyByPeer =
      peer.first.at < host.first.at && unread && after.some((reset) => reset.from === 'peer' && reset.segment.at < settled)
    return [weigh('normal-close', lost || earlyByPeer ? 1 : 6.5, says, refs)]
  },
}

/** One side had closed, everything was delivered, and the other ended its own with RST instead of FIN: many programs do. */
export const resetInPlaceOfFin: AbortRule = {
  id: 'reset-in-place-of-fin',
  source: 'RFC 2525 §2.17; noahdavids.org: an RST after the other side has closed is usually benign',
  judge(facts) {
    const reset = endingReset(facts)
    if (!reset || facts.loggedError) return NOTHING
    const [ender, closer] = [reset.from, otherRole(reset.from)]
    const fin = facts.fins[closer]
    if (!fin || facts.fins[ender] || reset.segment.at < fin.first.at || facts.ladders[ender]) return NOTHING
    const [own, other] = [facts.trace[ender], facts.trace[closer]]
    const sentLater = facts.trace.segments.some((segment) => segment.from === ender && isData(segment) && segment.at > fin.first.at)
    // A peer that resets may have left the host's last bytes unread, acknowledged though they are: its FIN's acknowledgement shows nothing.
    const isRead = ender === 'host' || facts.trace.segments.some((s) => s.from === ender && isData(s) && s.ack >= fin.first.seq)
    if (sentLater || own.acked < own.maxEnd || !isRead) return NOTHING
    const says = `the ${closer} had closed with FIN and everything was acknowledged (${own.bytes} and ${other.bytes} bytes) when the ${ender} ended its side with RST`
    const rivals = ender === 'host' ? (['host-abort'] as const) : (['peer-reset', 'early-close'] as const)
    return [weigh('normal-close', 4.5, says, [fin.first, reset.segment]), ...rivals.map((cause) => weigh(cause, -3.5, says, [fin.first]))]
  },
}

/** A monitor's look at a port ends sooner than any timer; seconds. */
const LOOK = 5

/** Opened and let go by RST without a byte: a port check, as load balancers and monitors make them every few seconds. */
export const lookedAtPort: AbortRule = {
  id: 'looked-at-port',
  source: 'RFC 9293 §3.10.5; health checks of HAProxy, F5 and Nagios end the handshake by RST (SO_LINGER 0)',
  judge(facts) {
    const { host, peer, segments } = facts.trace
    const reset = endingReset(facts)
    const [syn] = segments
    if (!reset || !facts.established || !facts.sawSyn || facts.logMatched || !syn) return NOTHING
    const isLook = syn.from === reset.from && reset.segment.at - syn.at < LOOK
    if (
      !isLook ||
      host.bytes + peer.bytes > 0 ||
      facts.fins.host ||
      facts.fins.peer ||
      facts.resets.some(({ from }) => from !== reset.from)
    )
      return NOTHING
    const says = `the ${reset.from} opened the connection and let go of it by RST after ${seconds(reset.segment.at - syn.at)}, without a byte from either side: a look whether the port is open`
    const rival = reset.from === 'host' ? 'host-abort' : 'peer-reset'
    return [weigh('normal-close', 4.5, says, [syn, reset.segment]), weigh(rival, -4, says, [reset.segment])]
  },
}
