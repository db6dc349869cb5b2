import { RST } from '../tcp/segment.ts'
import { endingReset } from './ending.ts'
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

function intervalsOf(facts: Facts): Interval[] {
  const intervals: Interval[] = []
  const { segments } = facts.trace
  const reset = endingReset(facts)
  const add = (start: TimerStart, from: Pointer | undefined, to: Pointer | undefined) => {
    if (from && to && to.at > from.at) intervals.push({ start, from, to, min: to.at - from.at, max: to.at - from.at })
    else if (from && facts.incident && facts.incident.at + facts.incident.after > from.at) {
      const { at, before, after } = facts.incident
      intervals.push({ start, from, to: undefined, min: Math.max(0, at - before - from.at), max: at + after - from.at })
    }
  }
  const acked = facts.fins.host?.ackedBy
  if (acked) {
    const refused = facts.resets.find((one) => one.from === 'host' && one.segment.at > acked.at)?.trigger
    // What comes after the time-out is refused: the timer ran out somewhere before.
    if (refused && refused.at > acked.at + 5) {
      intervals.push({
        start: 'finAcked',
        from: acked,
        to: refused,
        min: lastHeardWell(facts, acked.at, refused.at) - acked.at,
        max: refused.at - acked.at,
      })
    } else if (!facts.fins.peer) add('finAcked', acked, undefined)
  }
  const ladder = facts.ladders.host
  if (ladder?.what === 'syn') add('firstSyn', ladder.sends[0], undefined)
  else if (ladder) add('firstUnackedSend', ladder.sends[0], ladder.reset?.from === 'host' ? ladder.reset : undefined)
  const train = facts.keepAlives.host
  if (train?.unanswered[0]) add('firstUnansweredProbe', train.unanswered[0], train.reset)
  const end =
    facts.fins.peer && facts.fins.peer.first.at <= (reset?.segment.at ?? Number.POSITIVE_INFINITY) ? facts.fins.peer.first : undefined
  if (end && !facts.fins.host) {
    const before = segments[segments.indexOf(end) - 1]
    if (before && end.at - before.at > 5) {
      intervals.push({
        start: 'lastPacket',
        from: before,
        to: end,
        min: end.at - before.at,
        max: end.at - before.at,
        owners: ['printer', 'any'],
      })
      add(
        'lastReceived',
        segments.findLast((s) => s.from === 'host' && s.length > 0 && s.at < end.at),
        end,
      )
    }
  }
  if (reset?.from === 'peer' && reset.trigger) idleInterval(facts, reset.trigger.at, intervals)
  else if (ladder?.sends[0] && ladder.what === 'data') idleInterval(facts, ladder.sends[0].at, intervals)
  return intervals
}

/** The last moment at which the half-closed connection still worked: the host acknowledged something. */
const lastHeardWell = (facts: Facts, from: number, until: number): number =>
  facts.trace.segments.findLast((s) => s.from === 'host' && !(s.flags & RST) && s.at > from && s.at < until)?.at ?? from

/** A device that forgot: its timer ran out somewhere in the silence, and is longer than any silence that was survived. */
const idleInterval = (facts: Facts, at: number, intervals: Interval[]): void => {
  const { segments } = facts.trace
  const before = segments.findLast((s) => s.at < at - 5)
  const next = before && segments[segments.indexOf(before) + 1]
  if (!before || !next || next.at - before.at < 30) return
  const gap = next.at - before.at
  intervals.push({ start: 'lastPacket', from: before, to: next, min: longestSurvived(segments, next.at), max: gap, owners: ['path'] })
}
