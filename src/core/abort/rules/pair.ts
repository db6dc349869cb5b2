import { FIN, isData, RST, type Segment } from '../../tcp/segment.ts'
import { endingReset } from '../ending.ts'
import type { Reset } from '../facts/resets.ts'
import { counted, type Facts, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, type Weighed, weigh } from '../rule.ts'

const CSS = 'Microsoft CSS wiki: Network Device Reset Connection (two captures)'

/** An RST that arrived but never left its alleged sender proves a third machine; one that left both is genuine. */
export const rstAppeared: AbortRule = {
  id: 'rst-appeared',
  source: CSS,
  judge(facts) {
    const { pair } = facts
    const reset = endingReset(facts)
    if (!pair || !reset) return NOTHING
    const way = reset.from === 'peer' ? pair.toHost : pair.toPeer
    const forged = forgedToOther(facts, reset)
    if (forged) return forged
    const [source, covers, lossy] =
      reset.from === 'peer' ? [pair.far, pair.farCoversEnd, pair.farIsLossy] : [pair.near, true, pair.nearIsLossy]
    const appeared = way.appeared.find((segment) => segment.flags & RST)
    if (appeared && covers && !lossy) {
      const says = `the RST arrived at one capture but is absent from the one nearer to its alleged sender, which was running and lost nothing: a device in between sent it`
      const where = source.vantage === 'unknown' ? 0.8 : 1
      const out: Weighed[] = [weigh('middlebox-reset', 8 * where, says, [reset.segment, appeared])]
      for (const cause of ['peer-reset', 'peer-restarted', 'early-close', 'host-abort'] as const) out.push(weigh(cause, -5, says, []))
      return out
    }
    if (appeared) {
      const why = covers ? 'misses packets that demonstrably passed' : 'had ended before'
      return [
        weigh('middlebox-reset', -0.3, `the RST is absent from the other capture, but that one ${why}: this proves nothing`, [appeared]),
      ]
    }
    if (reset.from === 'peer' && !covers && pair.far.vantage !== 'host') return stopsShort(pair, reset.segment)
    if (way.arrived === 0 || !covers) return NOTHING
    const says = 'the same RST left its sender and arrived: both captures hold it'
    return [
      weigh('middlebox-reset', pair.far.vantage === 'peer' ? -5 : -2, says, [reset.segment]),
      weigh(reset.from === 'peer' ? 'peer-reset' : 'host-abort', 1, says, [reset.segment]),
    ]
  },
}

/** What the peer answers by RST may be the end that a device had told it: an RST of the host arrived there that the host never sent. */
const forgedToOther = ({ pair }: Facts, reset: Reset): readonly Weighed[] | undefined => {
  const told = reset.from === 'peer' && pair && !pair.nearIsLossy ? pair.toPeer.appeared.find((one) => one.flags & RST) : undefined
  if (!told) return undefined
  const says = `an RST with the host's address arrived at the capture nearer to the peer that the host, captured without loss, never sent: a device in between ended the connection, and the peer's RST is its answer`
  const rivals = (['peer-reset', 'peer-restarted', 'early-close', 'idle-state-loss'] as const).map((cause) => weigh(cause, -5, says, []))
  return [weigh('middlebox-reset', 8, says, [told, reset.segment]), ...rivals]
}

/** A capture that anyone stops by hand hardly stops in the very seconds between the last packet that passed and the RST; seconds. */
const HARDLY_BY_CHANCE = 3

/** The far capture holds all until just before the RST, and neither the RST nor what it answers: it may have been stopped, or nothing came. */
const stopsShort = ({ farStopsShortBy: short }: NonNullable<Facts['pair']>, reset: Segment): readonly Weighed[] => {
  if (short === undefined || short > HARDLY_BY_CHANCE) return NOTHING
  const says = `the capture nearer to the peer holds every packet up to ${seconds(short)} before the RST, and nothing later: neither the RST nor what it answers passed there, or it was stopped in that very moment`
  return [weigh('middlebox-reset', 4.5, says, [reset]), weigh('peer-reset', -2, says, []), weigh('peer-restarted', -2, says, [])]
}

/** What left and did not arrive: the path, and which direction of it. */
export const lostBetween: AbortRule = {
  id: 'lost-between',
  source: 'RFC 9293 §3.8.1; two places of capture',
  judge(facts) {
    const { pair } = facts
    if (!pair) return NOTHING
    const out: Weighed[] = []
    const lostFin = pair.toHost.lost.find((segment) => segment.flags & FIN)
    if (lostFin && facts.fins.host?.ackedBy && !facts.fins.peer) {
      out.push(weigh('fin-wait-2-timeout', 2, "the peer's FIN left the peer and never arrived at the host", [lostFin]))
    }
    const lostRst = pair.toHost.lost.find((segment) => segment.flags & RST)
    if (lostRst && !facts.resets.some((reset) => reset.from === 'peer') && !pair.nearIsLossy) {
      out.push(weigh('peer-reset', 7, 'the peer sent an RST that never arrived at the host: the peer ended it, the path hid it', [lostRst]))
      out.push(weigh('retransmission-timeout', -1.5, 'the peer had reset the connection', [lostRst]))
    }
    const ladder = facts.ladders.host
    if (ladder && !pair.farIsLossy && pair.farCoversEnd) {
      const lost = pair.toPeer.lost.filter((segment) => isData(segment) || segment.flags & FIN)
      const says =
        lost.length > 0
          ? `${counted(lost.length, 'segment')} left the host and never arrived at the peer's capture`
          : 'what the host repeated arrived at the other capture'
      out.push(weigh(ladder.what === 'fin' ? 'fin-wait-1-timeout' : 'retransmission-timeout', 0.8, says, [lost[0] ?? ladder.sends.at(-1)]))
    }
    return out
  },
}

/** Damaged on the way: intact where it left, wrong checksum where it arrived. */
export const hurtBetween: AbortRule = {
  id: 'hurt-between',
  source: 'RFC 9293 §3.1; two places of capture',
  judge(facts) {
    const hurt = facts.pair?.hurt ?? []
    const [first] = hurt
    if (!first) return NOTHING
    return [
      weigh('corruption', hurt.length >= 2 ? 8 : 5, `${counted(hurt.length, 'segment')} left intact and arrived with a wrong checksum`, [
        first,
        hurt.at(-1),
      ]),
    ]
  },
}
