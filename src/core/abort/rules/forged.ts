import { isData, otherRole, type Role, RST, type Segment } from '../../tcp/segment.ts'
import type { TraceSide } from '../../tcp/trace-side.ts'
import { endingReset } from '../ending.ts'
import type { Reset } from '../facts/resets.ts'
import { hopsOf, usualOf } from '../facts/ttl.ts'
import { type Facts, seconds } from '../facts.ts'
import { makerOf, withMaker } from '../link-makers.ts'
import { type AbortRule, NOTHING, type Weighed, weigh } from '../rule.ts'

const PAPER = 'Weaver, Sommer, Paxson: Detecting Forged TCP Reset Packets, NDSS 2009'

/** The RST under suspicion: the one that ended the connection, or answered the SYN. */
const suspect = (facts: Facts): Reset | undefined => endingReset(facts)

const sideOf = (facts: Facts, role: Role): TraceSide => (role === 'host' ? facts.trace.host : facts.trace.peer)

/** Does the capture point sit with the sender itself? Then its packets come from no one else. */
const isAtSender = (facts: Facts, role: Role): boolean => facts.vantage === role

/** A forged RST rarely travels the same number of hops as the side it claims to come from. */
export const rstTtl: AbortRule = {
  id: 'rst-ttl',
  source: PAPER,
  judge(facts) {
    const reset = suspect(facts)
    if (!reset || reset.segment.ttl <= 0) return NOTHING
    const seen = usualOf(sideOf(facts, reset.from).ttls)
    const digest = facts.digest?.[reset.from]
    const byLink = usualByLink(facts, reset)
    const isCut = digest?.ttl !== undefined && digest.packets > 2 * (seen?.total ?? 0)
    const own = isCut && digest.ttl ? { value: digest.ttl.usual, share: digest.ttl.share, total: digest.packets } : (byLink ?? seen)
    const where = isCut ? facts.digest?.pointer : undefined
    const elsewhere = reset.from === 'peer' ? facts.peerTtlElsewhere[0] : undefined
    const usual = own && own.total >= 1 ? own.value : elsewhere
    if (usual === undefined || usual <= 0) return NOTHING
    const { ttl } = reset.segment
    const frames = own?.total ?? 0
    if (ttl === usual || (own && !byLink && sideOf(facts, reset.from).ttls.has(ttl) && own.share < 0.9)) {
      return [weigh('middlebox-reset', -1, `the RST's TTL ${ttl} is that side's usual one`, [reset.segment])]
    }
    const sameHops = hopsOf(ttl) === hopsOf(usual)
    // A stack may send its RSTs from another code path with another initial TTL, the way being the same.
    const weight = (sameHops ? 1.2 : 3.4) * (own ? Math.min(1, 0.5 + own.total / 20) * own.share : 0.6)
    const says = `the RST has TTL ${ttl}; ${frames > 0 ? `${frames} other packets` : 'other connections'} of ${reset.from === 'peer' ? facts.peer.ip : facts.host.ip} have ${usual}${sameHops ? ' (the same number of hops from another initial value)' : ''}`
    return [
      weigh('middlebox-reset', weight, says, [reset.segment, where]),
      weigh(reset.from === 'peer' ? 'peer-reset' : 'host-abort', -0.6 * weight, says, [reset.segment]),
      ...(reset.from === 'peer' ? [weigh('peer-restarted', -0.8 * weight, says, []), weigh('early-close', -0.5 * weight, says, [])] : []),
    ]
  },
}

/** A mirror of both sides of a router shows every packet twice, with two link addresses and two TTLs: like is compared with like. */
function usualByLink(facts: Facts, { segment, from }: Reset): ReturnType<typeof usualOf<number>> {
  if (sideOf(facts, from).macs.size === 0 || segment.mac === '') return undefined
  const own = facts.trace.segments.filter((s) => s.from === from && !(s.flags & RST))
  const alike = own.filter(({ mac }) => mac === segment.mac)
  if (alike.length < 3 || alike.length === own.length) return undefined
  const counts = new Map<number, number>()
  for (const { ttl } of alike) counts.set(ttl, (counts.get(ttl) ?? 0) + 1)
  return usualOf(counts)
}

/** What a mirror of both sides of a device shows once began at the device. */
export const rstOnOneSide: AbortRule = {
  id: 'rst-on-one-side',
  source: 'RFC 1812 §5.3.1 (a router lowers the TTL of what it forwards, and forwards all of it)',
  judge(facts) {
    const reset = suspect(facts)
    if (!reset) return NOTHING
    const own = facts.trace.segments.filter((s) => s.from === reset.from)
    const copies = own.filter((s) => s.copy && !(s.flags & RST))
    const originals = own.filter((s) => !s.copy && !(s.flags & RST))
    const isTwofold = copies.length >= 4 && copies.length > 0.9 * originals.length && originals[0]?.ttl !== copies[0]?.ttl
    if (!isTwofold || own.some((s) => s.copy && s.flags & RST)) return NOTHING
    const says = `each of the ${originals.length} other packets of that side is there twice, before and behind a router; the RST only once: it began between the two`
    return [weigh('middlebox-reset', 3.5, says, [reset.segment]), weigh(reset.from === 'peer' ? 'peer-reset' : 'host-abort', -2, says, [])]
  },
}

/** A stack that uses timestamps puts them into its own resets too; a device that copies addresses seldom does. */
export const rstTimestamps: AbortRule = {
  id: 'rst-timestamps',
  source: 'RFC 7323 §3.2 (an RST should carry the option where it was negotiated)',
  judge(facts) {
    const reset = suspect(facts)
    if (!reset || !facts.established || !sideOf(facts, reset.from).usesTimestamps) return NOTHING
    const { timestampEcho, timestampValue } = reset.segment
    if (timestampValue === undefined) {
      // Many stacks answer a connection they do not know without options.
      if (reset.form === 'bare') return NOTHING
      return [weigh('middlebox-reset', 1, 'the RST has no timestamp, though both sides had agreed on them', [reset.segment])]
    }
    const echoed = facts.trace.segments.findLast(
      (s) => s.from !== reset.from && s.at <= reset.segment.at && s.timestampValue === timestampEcho,
    )
    return echoed ? [weigh('middlebox-reset', -2, "the RST echoes the other side's timestamp", [echoed, reset.segment])] : NOTHING
  },
}

/** A stack that counts its IP-IDs goes on counting in its RST; zero is what many stacks write into the RST of an unknown connection. */
export const rstIpId: AbortRule = {
  id: 'rst-ip-id',
  source: PAPER,
  judge(facts) {
    const reset = suspect(facts)
    if (!reset || reset.segment.ipId < 0) return NOTHING
    const side = sideOf(facts, reset.from)
    const counts = side.ipIdSmall >= 3 && side.ipIdSmall > 4 * (side.ipIdOther + side.ipIdZero)
    if (!counts) return NOTHING
    const before = facts.trace.segments.findLast((s) => s.from === reset.from && !(s.flags & RST) && s.at <= reset.segment.at && s.ipId > 0)
    // Answers to a connection that a stack does not know are often numbered 0, whatever it counts elsewhere.
    if (!before || (reset.segment.ipId === 0 && reset.form === 'bare')) return NOTHING
    const step = (reset.segment.ipId - before.ipId) & 0xffff
    if (step > 0 && step < 0x400)
      return [weigh('middlebox-reset', -1.5, `the RST's IP-ID follows that side's last one by ${step}`, [before, reset.segment])]
    const says = `the RST's IP-ID ${reset.segment.ipId} does not continue that side's count (${before.ipId})`
    return [weigh('middlebox-reset', 1.2, says, [before, reset.segment])]
  },
}

/** A side that has reset a connection does not go on with it. */
export const rstThenMore: AbortRule = {
  id: 'rst-then-more',
  source: PAPER,
  judge(facts) {
    const reset = suspect(facts)
    if (!reset) return NOTHING
    const rtt = Math.min(sideOf(facts, otherRole(reset.from)).rttMin, 1)
    const after = facts.trace.segments.filter(
      (s) => s.from === reset.from && s.at > reset.segment.at && !(s.flags & RST) && !s.copy && s.kind !== 'retransmission',
    )
    const later = after.filter((s) => s.at > reset.segment.at + 0.2 * rtt)
    const goesOn = later.find((s) => isData(s) || s.ack > reset.segment.seq || isNewAck(facts, s, reset))
    if (!goesOn) return NOTHING
    const says = `after the RST ordinary packets of ${reset.from === 'peer' ? facts.peer.ip : facts.host.ip} went on arriving (${after.length}): it had not reset anything`
    return [
      weigh('middlebox-reset', 4.5, says, [reset.segment, goesOn]),
      weigh(reset.from === 'peer' ? 'peer-reset' : 'host-abort', -3, says, [goesOn]),
      ...(reset.from === 'peer' ? [weigh('peer-restarted', -3, says, [goesOn]), weigh('early-close', -3, says, [goesOn])] : []),
    ]
  },
}

/** Acknowledges data that were sent after the RST had passed here. */
const isNewAck = (facts: Facts, segment: Segment, reset: Reset): boolean =>
  facts.trace.segments.some(
    (sent) =>
      sent.from === otherRole(segment.from) &&
      sent.at <= segment.at &&
      isData(sent) &&
      sent.seq < segment.ack &&
      sent.at > reset.segment.at,
  ) || segment.at - reset.segment.at > 0.005

/** An answer cannot come sooner than the path's shortest round trip. */
export const rstTooSoon: AbortRule = {
  id: 'rst-too-soon',
  source: PAPER,
  judge(facts) {
    const reset = suspect(facts)
    if (!reset?.trigger || !facts.established || reset.form !== 'bare' || isAtSender(facts, reset.from)) return NOTHING
    const way = sideOf(facts, otherRole(reset.from))
    if (way.rttSamples < 4 || way.rttMin < 0.0005) return NOTHING
    const wait = reset.segment.at - reset.trigger.at
    if (wait <= 0 || wait > 0.5 * way.rttMin) return NOTHING
    const says = `the RST answered within ${seconds(wait)}; the shortest of ${way.rttSamples} round trips took ${seconds(way.rttMin)}`
    const weight = wait < 0.3 * way.rttMin && way.rttMin > 0.002 ? 3 : 2
    return [
      weigh('middlebox-reset', weight, says, [reset.trigger, reset.segment]),
      weigh(reset.from === 'peer' ? 'peer-reset' : 'host-abort', -0.5 * weight, says, [reset.segment]),
    ]
  },
}

/** RSTs to both ends at once: an RST is never an answer to an RST. */
export const rstToBothEnds: AbortRule = {
  id: 'rst-to-both-ends',
  source: 'RFC 9293 §3.10.7 (no RST answers an RST); Microsoft CSS wiki: Network Device Reset Connection',
  judge(facts) {
    const first = suspect(facts)
    if (!first) return NOTHING
    const back = facts.resets.find((reset) => reset.from !== first.from && Math.abs(reset.segment.at - first.segment.at) < 1)
    if (!back || answersSomething(facts, back, first)) return NOTHING
    const says =
      'an RST in each direction at the same moment, neither of which answers the other: both ends were told that the other had reset'
    return [
      weigh('middlebox-reset', 4, says, [first.segment, back.segment]),
      weigh('peer-reset', -2, says, []),
      weigh('host-abort', -2, says, []),
    ]
  },
}

/** The second RST answers a segment of the other side that is no RST: its sender had closed already. */
const answersSomething = (facts: Facts, back: Reset, first: Reset): boolean =>
  facts.trace.segments.some(
    (s) =>
      s.from === first.from &&
      !(s.flags & RST) &&
      !s.copy &&
      s.at > first.segment.at - 0.0005 &&
      s.at <= back.segment.at &&
      s !== first.trigger,
  )

/** What a maker's name weighs: any maker's interface may sit in any device. */
const HINT = 0.5

/** Another link address than the rest of that side's packets: another machine put it on the wire. */
export const rstMac: AbortRule = {
  id: 'rst-mac',
  source: 'IEEE 802.3: the source address is that of the last machine that sent the frame',
  judge(facts) {
    const reset = suspect(facts)
    if (!reset?.segment.mac) return NOTHING
    const digest = facts.digest?.[reset.from]
    const seen = usualOf(sideOf(facts, reset.from).macs)
    const usual = seen && seen.total >= 3 ? seen : digest?.mac ? { value: digest.mac, share: 1, total: digest.packets } : seen
    if (!usual || usual.value === '' || usual.total < 3 || usual.share < 0.9) return NOTHING
    if (usual.value === reset.segment.mac) return []
    const says = `the RST came from link address ${withMaker(reset.segment.mac)}; ${usual.total} other packets of that side came from ${withMaker(usual.value)}`
    const out: Weighed[] = [weigh('middlebox-reset', 2.5, says, [reset.segment])]
    const [maker, usually] = [makerOf(reset.segment.mac), makerOf(usual.value)]
    if (maker?.makes === 'network devices' && usually?.makes !== 'network devices') {
      out.push(weigh('middlebox-reset', HINT, `${maker.name}, whose link address sent the RST, makes network devices`, [reset.segment]))
    }
    if (reset.from === 'peer')
      out.push(weigh('peer-reset', -2.5, says, [reset.segment]), weigh('peer-restarted', -2, says, []), weigh('early-close', -2, says, []))
    else out.push(weigh('host-abort', -2.5, says, [reset.segment]))
    return out
  },
}

/** Something shows that the RST is its alleged sender's own: seen at its side, or at both, or marked as only that stack could. */
export function isShownGenuine(facts: Facts): boolean {
  const reset = suspect(facts)
  if (!reset) return true
  const fin = facts.fins[reset.from]
  const closing = fin !== undefined && fin.first.at <= reset.segment.at
  const proven = facts.pair && (reset.from === 'peer' ? facts.pair.toHost : facts.pair.toPeer).arrivedResets > 0
  const isMarked = [rstIpId, rstTimestamps].some((rule) => rule.judge(facts).some(({ logOdds }) => logOdds < 0))
  return isAtSender(facts, reset.from) || closing || proven === true || isMarked
}
