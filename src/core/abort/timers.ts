import { RST } from '../tcp/segment.ts'
import { endingReset } from './ending.ts'
import { usualOf } from './facts/ttl.ts'
import type { Facts, Pointer } from './facts.ts'

/** Where a timer starts counting. */
export type TimerStart =
  | 'lastPacket'
  | 'lastReceived'
  | 'finAcked'
  | 'firstUnackedSend'
  | 'firstSyn'
  | 'windowClosed'
  | 'firstUnansweredProbe'

/** One timer of a stack, a device or a program that can end a connection. Seconds. */
export interface Timer {
  readonly name: string
  readonly seconds: number
  /** Where it can be set: lowest and highest value. */
  readonly range?: readonly [number, number]
  readonly start: TimerStart
  /** Whose timer: which initial TTL the owner's packets have, where that is known; the path's own devices have none. */
  readonly owner: 'windows' | 'unix' | 'printer' | 'path' | 'any'
  readonly source: string
  /** 0 … 1: how well the value is documented. */
  readonly confidence: number
}

/** A row a timer; contradictory documentation gives two rows. */
export const TIMERS: readonly Timer[] = [
  {
    name: 'Windows FIN_WAIT_2',
    seconds: 120,
    start: 'finAcked',
    owner: 'windows',
    source: 'KB923200; Microsoft NDIS: FIN_WAIT_2 timer',
    confidence: 0.9,
  },
  { name: 'Windows half-closed ceiling', seconds: 300, start: 'finAcked', owner: 'windows', source: 'KB813056', confidence: 0.9 },
  {
    name: 'Windows TcpFinWait2Delay as the M1556 article has it',
    seconds: 240,
    range: [30, 300],
    start: 'finAcked',
    owner: 'windows',
    source: 'Loftware M1556 article (vendor claim; likely TcpTimedWaitDelay)',
    confidence: 0.3,
  },
  {
    name: 'Linux tcp_fin_timeout (orphaned sockets)',
    seconds: 60,
    start: 'finAcked',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'FreeBSD, macOS FIN_WAIT_2',
    seconds: 60,
    start: 'finAcked',
    owner: 'unix',
    source: 'net.inet.tcp.finwait2_timeout',
    confidence: 0.7,
  },
  {
    name: 'Solaris FIN_WAIT_2 flush (older releases)',
    seconds: 675,
    start: 'finAcked',
    owner: 'unix',
    source: 'Oracle Endeca documentation',
    confidence: 0.5,
  },
  { name: 'Palo Alto half-closed', seconds: 120, start: 'finAcked', owner: 'path', source: 'Palo Alto session settings', confidence: 0.6 },
  {
    name: 'Cisco ASA half-closed',
    seconds: 600,
    start: 'finAcked',
    owner: 'path',
    source: 'Cisco ASA timeout half-closed',
    confidence: 0.6,
  },
  {
    name: 'Windows connect, 3 SYNs from 3 s (Windows 7, 2008 R2)',
    seconds: 21,
    start: 'firstSyn',
    owner: 'windows',
    source: 'Microsoft: TcpInitialRtt 3000 ms, MaxSynRetransmissions 2',
    confidence: 0.8,
  },
  { name: 'Linux tcp_syn_retries 6', seconds: 127, start: 'firstSyn', owner: 'unix', source: 'Linux kernel ip-sysctl', confidence: 0.9 },
  {
    name: 'Linux tcp_syn_retries 6 with linear time-outs (6.5 and later)',
    seconds: 131,
    start: 'firstSyn',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl, tcp_syn_linear_timeouts',
    confidence: 0.6,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 5 (RTO 0.25 s)',
    seconds: 15.8,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'Microsoft TechNet cc938210',
    confidence: 0.7,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 5 (RTO 0.3 s)',
    seconds: 18.9,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'Microsoft TechNet cc938210',
    confidence: 0.7,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 3 (CIS hardening)',
    seconds: 4.5,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'CIS Microsoft Windows Server benchmark',
    confidence: 0.6,
  },
  {
    name: 'Linux tcp_retries2 15',
    seconds: 924.6,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'Linux tcp_orphan_retries 8, tcp_retries2 8',
    seconds: 102.2,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl (RTO 0.2 s)',
    confidence: 0.6,
  },
  {
    name: 'Solaris tcp_ip_abort_interval',
    seconds: 480,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Solaris tunable parameters',
    confidence: 0.8,
  },
  {
    name: 'Windows keep-alive, 10 probes a second apart',
    seconds: 10,
    start: 'firstUnansweredProbe',
    owner: 'windows',
    source: 'Microsoft KeepAliveInterval 1000 ms',
    confidence: 0.7,
  },
  {
    name: 'Linux keep-alive, 9 probes 75 s apart',
    seconds: 675,
    start: 'firstUnansweredProbe',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'macOS, FreeBSD keep-alive, 8 probes 75 s apart',
    seconds: 600,
    start: 'firstUnansweredProbe',
    owner: 'unix',
    source: 'net.inet.tcp.keepintvl, keepcnt',
    confidence: 0.7,
  },
  { name: 'Keep-alive idle time', seconds: 7_200, start: 'lastReceived', owner: 'any', source: 'RFC 1122 §4.2.3.6', confidence: 0.9 },
  {
    name: 'HP Jetdirect idle time-out',
    seconds: 270,
    range: [1, 3_600],
    start: 'lastPacket',
    owner: 'printer',
    source: 'HP Jetdirect administrator guide',
    confidence: 0.5,
  },
  {
    name: 'HP Jetdirect idle time-out (MFP security paper)',
    seconds: 15,
    range: [5, 60],
    start: 'lastPacket',
    owner: 'printer',
    source: 'HP MFP security paper',
    confidence: 0.4,
  },
  { name: 'Lexmark end-of-job time-out', seconds: 90, start: 'lastPacket', owner: 'printer', source: 'Lexmark settings', confidence: 0.5 },
  {
    name: 'AWS NLB or Nitro connection tracking',
    seconds: 350,
    range: [60, 6_000],
    start: 'lastPacket',
    owner: 'path',
    source: 'AWS NLB: connection idle timeout; EC2 idle connection tracking',
    confidence: 0.9,
  },
  {
    name: 'Azure Load Balancer',
    seconds: 240,
    range: [240, 6_000],
    start: 'lastPacket',
    owner: 'path',
    source: 'Azure: TCP reset and idle timeout',
    confidence: 0.9,
  },
  {
    name: 'Google Cloud NAT, Huawei USG tcp',
    seconds: 1_200,
    start: 'lastPacket',
    owner: 'path',
    source: 'Cloud NAT time-outs; Huawei USG session aging',
    confidence: 0.8,
  },
  {
    name: 'Google VPC firewall',
    seconds: 600,
    start: 'lastPacket',
    owner: 'path',
    source: 'Google VPC connection tracking',
    confidence: 0.6,
  },
  {
    name: 'FortiGate, Cisco ASA, Palo Alto, Check Point session',
    seconds: 3_600,
    range: [300, 604_800],
    start: 'lastPacket',
    owner: 'path',
    source: 'FortiGate session-ttl; ASA timeout conn; vendor defaults',
    confidence: 0.8,
  },
  { name: 'pf established', seconds: 86_400, start: 'lastPacket', owner: 'path', source: 'pf.conf', confidence: 0.6 },
  { name: 'nginx keep-alive', seconds: 75, start: 'lastReceived', owner: 'any', source: 'nginx keepalive_timeout', confidence: 0.6 },
  {
    name: 'nginx, Apache read',
    seconds: 60,
    start: 'lastReceived',
    owner: 'any',
    source: 'nginx proxy_read_timeout, Apache Timeout',
    confidence: 0.5,
  },
  { name: 'HAProxy', seconds: 50, start: 'lastReceived', owner: 'any', source: 'HAProxy example configuration', confidence: 0.5 },
  { name: 'IIS connection', seconds: 120, start: 'lastReceived', owner: 'any', source: 'IIS connectionTimeout', confidence: 0.6 },
]

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
}

/** All timers that fit what was measured: an interval holds a timer's value, widened by max(0.5 s, 1 %). No end, no assertion. */
export function timersOf(facts: Facts): TimerMatch[] {
  const matches = intervalsOf(facts).flatMap((interval) =>
    TIMERS.filter((timer) => timer.start === interval.start && isPlausible(timer, facts) && fits(timer.seconds, interval)).map((timer) => ({
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
  const train = facts.keepAlive
  if (train?.unanswered[0]) add('firstUnansweredProbe', train.unanswered[0], train.reset)
  const end =
    facts.fins.peer && facts.fins.peer.first.at <= (reset?.segment.at ?? Number.POSITIVE_INFINITY) ? facts.fins.peer.first : undefined
  if (end && !facts.fins.host) {
    const before = segments[segments.indexOf(end) - 1]
    if (before && end.at - before.at > 5) {
      add('lastPacket', before, end)
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

/** A device that forgot: its timer ran out some time in the silence, so any value up to it fits; the nearest below is listed. */
const idleInterval = (facts: Facts, at: number, intervals: Interval[]): void => {
  const after = facts.trace.segments.find((s) => s.at >= at && !(s.flags & RST))
  const before = facts.trace.segments.findLast((s) => s.at < at - 5)
  const next = before && facts.trace.segments[facts.trace.segments.indexOf(before) + 1]
  if (!after || !before || !next || next.at - before.at < 30) return
  const gap = next.at - before.at
  intervals.push({ start: 'lastPacket', from: before, to: next, min: 0.8 * gap, max: gap })
}
