import { ACK, type Role, SYN } from '../../tcp/segment.ts'
import { closedByBoth, endingReset, openStall } from '../ending.ts'
import { type Facts, lastOf, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, weigh } from '../rule.ts'

/** How the connection ended was not captured, or nobody's packets but one side's were. */
export const endNotSeen: AbortRule = {
  id: 'end-not-seen',
  source: 'Capture quality comes first: KB, rules learned from existing analysers',
  judge(facts) {
    const { quality } = facts
    if (quality.oneSided && otherSideSpoke(facts, quality.oneSided)) {
      const side = quality.oneSided === 'host' ? "the host's" : "the peer's"
      const packets = facts.trace[quality.oneSided].packets
      const says = `only ${side} packets are in the capture (${packets} of them), although the other side was answering: what it did is not known`
      return [weigh('undetermined', 6, says, [lastOf(facts, quality.oneSided)])]
    }
    if (looksAlive(facts)) {
      const last = facts.trace.segments.at(-1)
      const where = quality.endsBefore ? 'the capture ends before the incident, and until then' : 'when its packets end'
      return [weigh('undetermined', 3, `${where} the connection looks healthy`, [last])]
    }
    if (quality.unseenShare > 0.12 && quality.unseen >= 3) {
      return [
        weigh(
          'undetermined',
          4.5 * Math.min(1, quality.unseenShare * 4),
          `${quality.unseen} segments were acknowledged that the capture does not hold: it lost packets, the decisive ones perhaps`,
          [],
        ),
      ]
    }
    return NOTHING
  },
}

/**
 * One side's packets show that the other was there: its SYN was answered (it went on from there), they acknowledge more and more, or new
 * data go out time and again without being repeated. A sender that only repeats itself was alone indeed.
 */
const otherSideSpoke = (facts: Facts, side: Role): boolean => {
  const own = facts.trace.segments.filter((segment) => segment.from === side && !segment.copy && segment.kind !== 'rst')
  const acks = new Set(own.filter((segment) => segment.ack > 0).map((segment) => segment.ack))
  const fresh = own.filter((segment) => segment.kind === 'data' || segment.kind === 'fin')
  const repeated = own.filter((segment) => segment.kind === 'retransmission').length
  const isAnswered = facts.sawSyn && own.some((segment) => segment.flags & ACK && !(segment.flags & SYN))
  return isAnswered || acks.size >= 2 || (fresh.length >= 4 && repeated < 2)
}

/** Established, not closed, nothing outstanding for long, no RST: it was still working when the packets end. */
export const looksAlive = (facts: Facts): boolean => {
  if (!facts.established || closedByBoth(facts) || endingReset(facts) || openStall(facts)) return false
  if (facts.fins.host || facts.fins.peer) return false
  const ladder = facts.ladders.host
  return !ladder && !facts.hole && (facts.keepAlives.host?.unanswered.length ?? 0) < 2
}

/** Going on for so long after an error shows that it did not end the connection; seconds. */
const STILL_WELL = 5

/** A log shows an abort, the capture covers the moment in both directions without loss, and shows none. */
export const nothingOnTheWire: AbortRule = {
  id: 'nothing-on-the-wire',
  source: 'KB: no evidence on the wire is a class of its own; Windows filter drivers and socket time-outs abort without a packet',
  judge(facts) {
    const { incident, quality } = facts
    if (!incident || !facts.loggedError || facts.namesAnother || quality.oneSided || quality.endsBefore || quality.unseenShare > 0.02)
      return NOTHING
    const closesLater = closedByBoth(facts) && !endingReset(facts) && !facts.ladders.host
    if (!looksAlive(facts) && !closesLater) return NOTHING
    const spoken = facts.trace.segments.some((segment) => segment.at < incident.at)
    if (incident.at < facts.from || !spoken) return NOTHING
    const margin = facts.until - incident.at
    const goesOn = facts.trace.segments.filter((segment) => segment.at > incident.at + incident.after)
    const both = goesOn.some((s) => s.from === 'host') && goesOn.some((s) => s.from === 'peer')
    const firstFin = Math.min(...[facts.fins.host, facts.fins.peer].map((fin) => fin?.first.at ?? Number.POSITIVE_INFINITY))
    if (closesLater && firstFin < incident.at + incident.after + STILL_WELL) {
      const says = 'the log shows an abort of this connection, and on the wire it was closed in order'
      return facts.logMatched ? [weigh('no-wire-cause', 5, says, [facts.fins.host?.first, facts.fins.peer?.first])] : NOTHING
    }
    if (margin < STILL_WELL || !both) return NOTHING
    return [
      weigh(
        'no-wire-cause',
        closesLater ? 8 : 5.5,
        `the log shows an abort; the capture covers that moment and ${seconds(margin)} after it, and the connection goes on in both directions`,
        [goesOn[0], goesOn.at(-1)],
      ),
    ]
  },
}

/** Data after the end of the story: whatever went wrong before had been repaired. */
export const recovered: AbortRule = {
  id: 'recovered',
  source: 'RFC 9293 §3.8.1; RFC 6298: retransmission is how TCP repairs loss, not a failure',
  judge(facts) {
    if (!closedByBoth(facts) || endingReset(facts)) return NOTHING
    const lost = facts.trace.host.retransmissions + facts.trace.peer.retransmissions
    if (lost === 0) return NOTHING
    return [
      weigh('retransmission-timeout', -3, `${lost} segments were sent again, and everything was acknowledged in the end`, [
        facts.fins.host?.first,
      ]),
    ]
  },
}
