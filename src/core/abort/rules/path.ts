import { endOf, RST } from '../../tcp/segment.ts'
import { closedByBoth, endingReset, openStall } from '../ending.ts'
import { longestSurvived, type Silence, silenceBefore } from '../facts/idle.ts'
import { counted, type Facts, lastOf, observedUntil, seconds } from '../facts.ts'
import { withMaker } from '../link-makers.ts'
import { type AbortRule, NOTHING, type Weighed, weigh } from '../rule.ts'
import { rstIpId, rstMac, rstTtl } from './forged.ts'

/** No NAT or firewall in the timer table forgets a TCP connection sooner; seconds. */
const SHORTEST_STATE_TIMER = 30

/** The silence after which things went wrong: before the first unanswered send, or before what the RST answers. */
const silenceBeforeTrouble = (facts: Facts): Silence | undefined => {
  const reset = endingReset(facts)
  const burst = reset?.from === 'peer' && reset.trigger ? burstStart(facts, reset.trigger.at) : facts.ladders.host?.sends[0]
  if (!burst) return undefined
  const silence = silenceBefore(facts.trace.segments, burst)
  const heard = facts.digest?.peer.lastAt
  // Cut away before the burst: the digest knows when the peer was last heard, where it was not heard again.
  if (!silence && facts.digest && heard !== undefined && heard > 0 && heard < burst.at) {
    return { before: { ...facts.digest.pointer, at: heard }, after: burst, seconds: burst.at - heard }
  }
  return silence
}

/** The first segment of the burst that the trigger belongs to: nothing of the peer in between. */
const burstStart = (facts: Facts, at: number) => {
  const heard = facts.trace.segments.findLast((s) => s.from === 'peer' && !(s.flags & RST) && s.at < at)
  return facts.trace.segments.find((s) => s.from === 'host' && s.at > (heard?.at ?? 0) && endOf(s) > s.seq)
}

/** After a long silence the path no longer knows the connection. */
export const idleThenTrouble: AbortRule = {
  id: 'idle-then-trouble',
  source: 'RFC 5382 §5; KB: AWS 350 s, Azure 240 s, GCP 1200 s, FortiGate and ASA 3600 s, Huawei 1200 s',
  judge(facts) {
    if (!facts.established || closedByBoth(facts) || openStall(facts) || facts.fins.peer || facts.fins.host) return NOTHING
    const silence = silenceBeforeTrouble(facts)
    if (!silence || silence.seconds < 5) return NOTHING
    const survived = longestSurvived(facts.trace.segments, silence.after.at)
    const isLongest = silence.seconds > 1.5 * survived
    const reset = endingReset(facts)
    const isLadder = facts.ladders.host?.what === 'data' && reset?.from !== 'peer'
    if (!isLadder && reset?.from !== 'peer') return NOTHING
    const refs = [silence.before, silence.after, reset?.segment]
    const says = `after ${seconds(silence.seconds)} of silence (the longest survived before: ${seconds(survived)}) the next data were ${reset?.from === 'peer' ? 'answered by RST' : 'never acknowledged'}`
    if (!isLongest) return [weigh('idle-state-loss', -1.5, `a longer silence had been survived (${seconds(survived)})`, refs)]
    const isLong = silence.seconds >= SHORTEST_STATE_TIMER
    return isLadder
      ? [weigh('idle-state-loss', isLong ? 5.2 : 2.5, says, refs), ...(isLong ? [weigh('retransmission-timeout', -0.7, says, refs)] : [])]
      : [weigh('idle-state-loss', isLong ? 2.4 : 0.8, says, refs)]
  },
}

/** The marks of a forged RST count for a forgetful device as well, when a silence came before. */
export const resetAfterIdleByOther: AbortRule = {
  id: 'reset-after-idle-by-other',
  source: 'RFC 5382 §5; Azure TCP reset on idle; AWS NLB (RST for data after the idle timeout)',
  judge(facts) {
    const reset = endingReset(facts)
    if (reset?.from !== 'peer' || (reset.form === 'full' && !facts.established)) return NOTHING
    const silence = silenceBeforeTrouble(facts)
    if (!silence || silence.seconds < SHORTEST_STATE_TIMER) return NOTHING
    const marks = forgedMarks(facts)
    if (marks <= 0) return NOTHING
    const says = `the RST that came after ${seconds(silence.seconds)} of silence bears marks of another sender than the peer`
    return [weigh('idle-state-loss', marks + 0.5, says, [silence.before, reset.segment]), weigh('middlebox-reset', -1, says, [])]
  },
}

const forgedMarks = (facts: Facts): number => {
  let sum = 0
  for (const rule of [rstTtl, rstMac, rstIpId])
    for (const weight of rule.judge(facts)) if (weight.cause === 'middlebox-reset') sum += weight.logOdds
  const appeared = facts.pair?.toHost.appeared.some((segment) => segment.flags & RST) && facts.pair.farCoversEnd && !facts.pair.farIsLossy
  return sum + (appeared ? 5 : 0)
}

/** Small segments pass, full-size ones never do. */
export const onlySmallPass: AbortRule = {
  id: 'only-small-pass',
  source: 'RFC 2923 §2.1, RFC 8899; quinn issues 1855 and 2791 (ordinary loss taken for a limit of size)',
  judge(facts) {
    const { sizes } = facts
    const ladder = facts.ladders.host
    if (!sizes || !ladder || ladder.deaf || closedByBoth(facts) || endingReset(facts)?.from === 'peer' || openStall(facts)) return NOTHING
    const refs = [ladder.sends[0], ladder.sends.at(-1)]
    const larger = sizes.largerSince[0]
    if (larger)
      return [weigh('path-mtu-black-hole', -3, `a segment of ${larger.length} bytes was delivered after the trouble began`, [larger])]
    if (sizes.lost < 500) return [weigh('path-mtu-black-hole', -4, `the lost segment has only ${sizes.lost} bytes`, refs)]
    const passed = sizes.smallerSince.length
    if (passed > 0) {
      const weight = passed >= 3 ? 6.5 : passed === 2 ? 6 : 5
      const says = `segments of ${sizes.lost} bytes never arrive, while ${passed} smaller one${passed > 1 ? 's' : ''} (up to ${sizes.largestSince} bytes) sent later did`
      return [weigh('path-mtu-black-hole', weight, says, [...refs, sizes.smallerSince[0]]), weigh('retransmission-timeout', -1, says, [])]
    }
    const fresh = sizes.largestEver < sizes.lost && sizes.smallerBefore.length >= 1
    if (!fresh) return NOTHING
    const says = `no segment of ${sizes.lost} bytes was ever delivered on this connection; the largest that was has ${sizes.largestEver} bytes`
    return [weigh('path-mtu-black-hole', sizes.smallerBefore.length >= 3 ? 3 : 2, says, refs)]
  },
}

/** Seen from the peer's side: the large segments are missing, only small ones come through, and the peer asks for the rest in vain. */
export const onlySmallArrive: AbortRule = {
  id: 'only-small-arrive',
  source: 'RFC 2923 §2.1, RFC 2018 (the peer reports what came behind the hole)',
  judge(facts) {
    const { hole } = facts
    const last = facts.trace.segments.at(-1)
    if (!hole || !last || facts.ladders.host || endingReset(facts) || closedByBoth(facts)) return NOTHING
    const gap = hole.to - hole.from
    const silence = observedUntil(facts) - last.at
    if (gap <= hole.largestSeen || gap < 500 || silence < 0.5 || hole.largestSeen >= 1_300) return NOTHING
    const says = `${gap} bytes of the host never came past here, while ${hole.arrivals.length} smaller segments sent after them did (none larger than ${hole.largestSeen} bytes ever arrived); the peer asked for the missing ones in vain`
    const refs = [hole.arrivals[0], hole.arrivals.at(-1), last]
    // A capture that loses packets has holes of its own making.
    if (facts.quality.unseen >= 3) return [weigh('path-mtu-black-hole', 0.5, says, refs)]
    return [weigh('path-mtu-black-hole', hole.arrivals.length >= 2 ? 5 : 3.5, says, refs), weigh('retransmission-timeout', 2, says, refs)]
  },
}

/** A router says that the packet is too big, and the sender does not heed it. */
export const tooBigIgnored: AbortRule = {
  id: 'too-big-ignored',
  source: 'RFC 1191 §4, RFC 8201 §4',
  judge(facts) {
    const [error] = facts.tooBig
    const { sizes } = facts
    if (!error || !sizes || facts.ladders.host?.what !== 'data') return NOTHING
    return [
      weigh(
        'path-mtu-black-hole',
        3,
        `${error.from} reported that packets over ${error.mtu} bytes do not fit, and ${sizes.lost} bytes were sent again all the same`,
        [error],
      ),
    ]
  },
}

/** Segments with a wrong checksum that had to be sent again. */
export const damagedSegments: AbortRule = {
  id: 'damaged-segments',
  source: 'RFC 9293 §3.1 (checksum); Stone, Partridge: When the CRC and TCP checksum disagree, SIGCOMM 2000',
  judge(facts) {
    const damaged = facts.trace.segments.filter((segment) => segment.damaged)
    const [first] = damaged
    if (!first || (facts.quality.checksumOffload && damaged.every((segment) => segment.from === 'host'))) return NOTHING
    const last = damaged.at(-1)
    const ladder = facts.ladders.host
    const inLadder = ladder?.sends.filter((send) => send.damaged).length ?? 0
    const says = `${counted(damaged.length, 'segment')} ${damaged.length === 1 ? 'has' : 'have'} a wrong TCP checksum${inLadder > 0 ? `, ${inLadder} of them the repeated one that was never acknowledged` : ''}`
    const refs = [first, last, ...(ladder?.sends.filter((send) => send.damaged).slice(-1) ?? []), ladder?.sends.at(-1)]
    if (closedByBoth(facts)) return [weigh('corruption', 1, says, refs)]
    const answers = ladder?.heardAfter ?? []
    if (answers.length >= 2 && answers.every((answer) => answer.damaged)) {
      const vain = `every one of the ${answers.length} answers to what the host repeated has a wrong TCP checksum: its stack had to drop them`
      return [weigh('corruption', 7, vain, [answers[0], answers.at(-1), ladder?.sends.at(-1)])]
    }
    const weight = inLadder >= 2 ? 8.5 : inLadder === 1 ? 6 : damaged.length >= 5 ? 4 : 2
    return [weigh('corruption', weight, says, refs)]
  },
}

/** Nobody answers for the peer's (or the gateway's) address. */
export const nobodyAnswersArp: AbortRule = {
  id: 'nobody-answers-arp',
  source: 'RFC 826; RFC 4861 §7.3 (unreachability detection: 3 unicast, then 3 multicast solicitations)',
  judge(facts) {
    const asked = facts.unansweredRequests
    const [first, last] = [asked[0], asked.at(-1)]
    if (!first || !last || closedByBoth(facts)) return NOTHING
    const heard = lastOf(facts, 'peer')
    if (heard && heard.at > last.at) return NOTHING
    const weight = asked.length >= 3 ? 7 : asked.length === 2 ? 5 : 2.5
    const says = `${counted(asked.length, 'request')} for the link address of ${first.ip} went unanswered`
    const out: Weighed[] = [
      weigh('neighbor-unreachable', weight, says, [first, last, facts.ladders.host?.sends.at(-1), lastOf(facts, 'host')]),
    ]
    if (asked.length >= 2) {
      for (const cause of ['retransmission-timeout', 'connect-timeout', 'idle-state-loss', 'path-mtu-black-hole'] as const)
        out.push(weigh(cause, -1, says, []))
    }
    return out
  },
}

/** Two machines claim the peer's address. */
export const twoMachines: AbortRule = {
  id: 'two-machines',
  source: 'RFC 5227 §1.1, RFC 4862 §5.4',
  judge(facts) {
    const reset = endingReset(facts)
    const usual = [...facts.trace.peer.macs.entries()].sort((a, b) => b[1] - a[1])[0]?.[0]
    if (!usual) return NOTHING
    const other = facts.peerBindings.filter((binding) => binding.mac !== usual && binding.mac !== '')
    const rst = reset?.from === 'peer' && reset.segment.mac !== '' && reset.segment.mac !== usual ? reset.segment : undefined
    const says = `two machines answer for ${facts.peer.ip}: ${withMaker(usual)} and ${withMaker(rst?.mac ?? other[0]?.mac ?? '')}`
    if (rst && other.some((binding) => binding.mac === rst.mac)) {
      return [
        weigh('duplicate-address', 9, `${says}; the second one announced the address and sent the RST`, [rst, other[0]]),
        weigh('middlebox-reset', -2, 'the RST came from a machine that claims the address', [other[0]]),
      ]
    }
    if (rst) return [weigh('duplicate-address', 2, says, [rst])]
    if (other.length === 0) return NOTHING
    const near = reset?.from === 'peer' && other.some((binding) => Math.abs(binding.at - reset.segment.at) < 60)
    return [weigh('duplicate-address', near ? 4.5 : facts.ladders.host ? 3 : 0.5, says, [other[0], reset?.segment])]
  },
}

/** An ICMP error about this connection. */
export const unreachableReported: AbortRule = {
  id: 'unreachable-reported',
  source: 'RFC 9293 §3.9.2.2, RFC 1122 §4.2.3.9, RFC 5461 (soft errors), RFC 4443 §3.1',
  judge(facts) {
    const [first] = facts.unreachable
    const last = facts.unreachable.at(-1)
    if (!first || !last || closedByBoth(facts)) return NOTHING
    const heardAfter = facts.trace.segments.some((s) => s.from === 'peer' && s.at > last.at + 0.001 && !(s.flags & RST))
    const says = `${first.from} reported ${facts.peer.ip} unreachable (ICMP type ${first.type}, code ${first.code}) ${facts.unreachable.length} time${facts.unreachable.length > 1 ? 's' : ''}`
    return [
      weigh('icmp-unreachable', heardAfter ? 2 : 9, says, [first, last]),
      ...(heardAfter
        ? []
        : [
            weigh('connect-timeout', -2, says, []),
            weigh('retransmission-timeout', -2, says, []),
            weigh('neighbor-unreachable', -2, says, []),
          ]),
    ]
  },
}

/** Several peers fell silent at once. */
export const severalPeersSilent: AbortRule = {
  id: 'several-peers-silent',
  source: 'RFC 9293 §3.8.3; one cause for many: the shared part of the path',
  judge(facts) {
    const { outage } = facts
    if (!outage || closedByBoth(facts)) return NOTHING
    const peers = new Set(outage.dead.map((dead) => dead.ip))
    if (peers.size < 2) return NOTHING
    const says = `${counted(outage.dead.length, 'connection')} to ${counted(peers.size, 'different peer')} fell silent at the same moment${outage.alive.length > 0 ? `, while ${counted(outage.alive.length, 'other peer')} went on answering` : ''}`
    const refs = [facts.ladders.host?.sends.at(-1), lastOf(facts, 'host'), ...outage.dead.slice(0, 6).map((dead) => dead.last)]
    const out: Weighed[] = [weigh('network-outage', peers.size >= 3 ? 8 : 6.5, says, refs)]
    for (const cause of ['retransmission-timeout', 'fin-wait-1-timeout', 'keepalive-timeout', 'connect-timeout'] as const)
      out.push(weigh(cause, -1, says, []))
    return out
  },
}
