import type { Cause } from '../diagnosis/schema.ts'
import { endOf, RST } from '../tcp/segment.ts'
import { closedByBoth, endingReset } from './ending.ts'
import { longestSurvived } from './facts/idle.ts'
import { usualOf } from './facts/ttl.ts'
import type { Facts, Pointer } from './facts.ts'
import { TIMERS, type Timer, type TimerStart } from './timer-table.ts'

export interface TimerMatch {
  readonly timer: Timer
  readonly min: number
  readonly max: number
  readonly startsAt: Pointer
  readonly endsAt: Pointer | undefined
}

/** An interval that ended with something seen: its two ends, and how far off the end may be. */
interface Interval {
  readonly start: TimerStart
  readonly from: Pointer
  readonly to: Pointer | undefined
  readonly min: number
  readonly max: number
  /** Only timers of these owners can have ended it. */
  readonly owners?: readonly Timer['owner'][]
}

/** All timers that fit what was measured: an interval holds a timer's value, widened by max(0.5 s, 1 %). No end, no assertion. */
export function timersOf(facts: Facts): TimerMatch[] {
  const matches = intervalsOf(facts).flatMap((interval) =>
    TIMERS.filter(
      (timer) =>
        timer.start === interval.start &&
        (interval.owners?.includes(timer.owner) ?? true) &&
        isPlausible(timer, facts) &&
        fits(timer.seconds, interval),
    ).map((timer) => ({
      timer,
      min: interval.min,
      max: interval.max,
      startsAt: interval.from,
      endsAt: interval.to,
    })),
  )
  return matches.sort((a, b) => b.timer.confidence - a.timer.confidence)
}

const fits = (value: number, { min, max }: Interval): boolean => {
  const slack = Math.max(0.5, 0.01 * value)
  return value >= min - slack && value <= max + slack
}

/** A Windows timer on a host whose packets start with TTL 64 is not a match; an unknown initial value excludes nothing. */
const isPlausible = (timer: Timer, facts: Facts): boolean => {
  if (timer.owner !== 'windows' && timer.owner !== 'unix') return true
  const ttl = usualOf(facts.trace.host.ttls)?.value
  if (ttl === undefined || ttl <= 0) return true
  if (timer.owner === 'windows') return ttl > 64 && ttl <= 128
  return ttl <= 64 || ttl > 128
}

/** What a timer that fits argues for, by where it starts and whose it is. */
function arguesFor({ start, owner }: Timer): Cause | undefined {
  switch (start) {
    case 'finAcked':
      // A device that forgot a half-closed connection lets nothing through: what arrived late, or never, does not show it.
      return owner === 'path' ? undefined : 'fin-wait-2-timeout'
    case 'lastPacket':
    case 'lastReceived':
      return owner === 'path' ? 'idle-state-loss' : 'peer-idle-close'
    case 'firstUnackedSend':
      return 'retransmission-timeout'
    case 'firstSyn':
      return 'connect-timeout'
    case 'firstUnansweredProbe':
      return 'keepalive-timeout'
  }
}

/** The causes that fitting timers argue for: two of them are rivals. */
export const arguedBy = (matches: readonly TimerMatch[]): ReadonlySet<Cause> =>
  new Set(matches.map(({ timer }) => arguesFor(timer)).filter((cause) => cause !== undefined))

const intervalsOf = (facts: Facts): Interval[] => [...afterFin(facts), ...inVain(facts), ...beforePeersEnd(facts), ...inSilence(facts)]

/** From `from` to what was seen at its end, else to the incident. */
function interval(facts: Facts, start: TimerStart, from: Pointer | undefined, to: Pointer | undefined): Interval[] {
  if (from && to && to.at > from.at) return [{ start, from, to, min: to.at - from.at, max: to.at - from.at }]
  const { incident } = facts
  if (!from || !incident || incident.at + incident.after <= from.at) return []
  return [
    { start, from, to: undefined, min: Math.max(0, incident.at - incident.before - from.at), max: incident.at + incident.after - from.at },
  ]
}

/** Half-closed: from the acknowledgement of the host's FIN to what came too late. */
function afterFin(facts: Facts): Interval[] {
  const acked = facts.fins.host?.ackedBy
  if (!acked) return []
  const refused = facts.resets.find((one) => one.from === 'host' && one.segment.at > acked.at)?.trigger
  // What comes after the time-out is refused: the timer ran out somewhere before.
  if (refused && refused.at > acked.at + 5) {
    const min = lastHeardWell(facts, acked.at, refused.at) - acked.at
    return [{ start: 'finAcked', from: acked, to: refused, min, max: refused.at - acked.at }]
  }
  return facts.fins.peer ? [] : interval(facts, 'finAcked', acked, undefined)
}

/** Sent again and again: SYN, data, FIN, probes. */
function inVain(facts: Facts): Interval[] {
  const ladder = facts.ladders.host
  const train = facts.keepAlives.host
  const own = ladder?.reset?.from === 'host' ? ladder.reset : undefined
  return [
    ...(ladder?.what === 'syn' ? interval(facts, 'firstSyn', ladder.sends[0], undefined) : []),
    ...(ladder && ladder.what !== 'syn' ? interval(facts, 'firstUnackedSend', ladder.sends[0], own) : []),
    ...(train?.unanswered[0] ? interval(facts, 'firstUnansweredProbe', train.unanswered[0], train.reset) : []),
  ]
}

/** A silence that the peer ended by its FIN, or by an RST that answers nothing. */
function beforePeersEnd(facts: Facts): Interval[] {
  const { segments } = facts.trace
  const reset = endingReset(facts)
  const fin =
    facts.fins.peer && facts.fins.peer.first.at <= (reset?.segment.at ?? Number.POSITIVE_INFINITY) ? facts.fins.peer.first : undefined
  const end = fin ?? (reset?.from === 'peer' ? reset.segment : undefined)
  const before = end && segments[segments.indexOf(end) - 1]
  if (!end || !before || end.at - before.at <= 5 || closedByBoth(facts)) return []
  const gap = end.at - before.at
  const owners: Interval['owners'] = fin ? ['printer', 'any'] : ['printer', 'any', 'path']
  const heard = segments.findLast((s) => s.from === 'host' && endOf(s) > s.seq && s.at < end.at)
  return [{ start: 'lastPacket', from: before, to: end, min: gap, max: gap, owners }, ...interval(facts, 'lastReceived', heard, end)]
}

/** A silence after which things went wrong. */
function inSilence(facts: Facts): Interval[] {
  const reset = endingReset(facts)
  if (reset?.from === 'peer') return reset.trigger ? idleInterval(facts, reset.trigger.at) : []
  const ladder = facts.ladders.host
  return ladder?.sends[0] && ladder.what === 'data' ? idleInterval(facts, ladder.sends[0].at) : []
}

/** The last moment at which the half-closed connection still worked: the host acknowledged something. */
const lastHeardWell = (facts: Facts, from: number, until: number): number =>
  facts.trace.segments.findLast((s) => s.from === 'host' && !(s.flags & RST) && s.at > from && s.at < until)?.at ?? from

/** A device that forgot: its timer ran out somewhere in the silence, and is longer than any silence that was survived. */
const idleInterval = (facts: Facts, at: number): Interval[] => {
  const { segments } = facts.trace
  const before = segments.findLast((s) => s.at < at - 5)
  const next = before && segments[segments.indexOf(before) + 1]
  if (!before || !next || next.at - before.at < 30) return []
  const gap = next.at - before.at
  return [{ start: 'lastPacket', from: before, to: next, min: longestSurvived(segments, next.at), max: gap, owners: ['path'] }]
}
