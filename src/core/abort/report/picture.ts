import { isoOf } from '../../diagnosis/refs.ts'
import type { Ref, SequenceStep, Timeline } from '../../diagnosis/schema.ts'
import { ACK, FIN, isData, otherRole, PSH, RST, type Segment, SYN } from '../../tcp/segment.ts'
import { SERIES } from '../../tcp/trace.ts'
import { endingReset } from '../ending.ts'
import type { Pointer } from '../facts.ts'
import type { Investigation } from '../investigate.ts'
import type { Studied } from '../study.ts'
import { lineRef } from './logged-errors.ts'

type RefOf = (pointer: Pointer) => Ref

const MOST_STEPS = 60
/** Kept of the beginning: the handshake and the first exchange. */
const FIRST = 5
const MOST_BINS = 120

interface Event {
  readonly at: number
  readonly step: SequenceStep
  readonly weight: number
}

/** The dying connection, packet by packet: its beginning, what decided, and its end; gaps stand for what is left out. At most 60 steps. */
export function sequenceOf(found: Investigation, subject: Studied, refOf: RefOf): SequenceStep[] {
  const { facts, judgement } = subject
  const decisive = new Set(
    judgement.weighed
      .filter((one) => one.cause === judgement.cause && one.logOdds > 0)
      .flatMap(({ refs }) => refs.map((ref) => `${ref.capture}#${ref.frame}`)),
  )
  const lost = new Set([...(facts.pair?.toPeer.lost ?? []), ...(facts.pair?.toHost.lost ?? [])])
  const forged = forgedResets(subject)
  const segments = facts.trace.segments.filter((segment) => !segment.copy)
  const events: Event[] = segments.map((segment, i) => {
    const isDecisive = decisive.has(`${segment.capture}#${segment.frame}`)
    return {
      at: segment.at,
      step: { ...segmentStep(segment, isDecisive, lost.has(segment), refOf), ...(forged.has(segment) ? fromThePath(segment) : {}) },
      weight: weightOf(segment, isDecisive, i, segments.length),
    }
  })
  events.push(...sideEvents(found, subject, decisive, refOf))
  events.sort((a, b) => a.at - b.at)
  return withGaps(events)
}

/** RSTs that the verdict gives to a device on the path: the one that ended it, and those that came out of nowhere between two captures. */
function forgedResets({ facts, judgement: { act } }: Studied): ReadonlySet<Segment> {
  if (act.abortedBy !== 'middlebox' || act.mechanism !== 'rst') return new Set()
  const appeared = [...(facts.pair?.toHost.appeared ?? []), ...(facts.pair?.toPeer.appeared ?? [])]
  const reset = endingReset(facts)
  return new Set([...appeared.filter(({ flags }) => flags & RST), ...(reset ? [reset.segment] : [])])
}

const fromThePath = ({ from }: Segment) => ({ from: 'middlebox', to: otherRole(from) }) as const

const weightOf = (segment: Segment, isDecisive: boolean, index: number, count: number): number => {
  if (isDecisive) return 1_000
  if (segment.flags & (SYN | FIN | RST)) return 500 + index / count
  if (index < FIRST) return 400
  const special =
    segment.kind === 'retransmission' || segment.kind === 'keep-alive' || segment.kind === 'zero-window-probe' || segment.window === 0
  // The nearer to the end, the more it tells.
  return (special ? 100 : 0) + 200 * (index / count)
}

const NAMES: readonly (readonly [number, string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
]

const LABELS: Readonly<Partial<Record<Segment['kind'], string>>> = {
  retransmission: 'sent again',
  'keep-alive': 'keep-alive probe',
  'zero-window-probe': 'window probe',
  'duplicate-ack': 'the same acknowledgement again',
}

function segmentStep(segment: Segment, isDecisive: boolean, isLost: boolean, refOf: RefOf): SequenceStep {
  const ref = refOf(segment)
  const says = [
    LABELS[segment.kind] ?? (isData(segment) ? `${segment.length} bytes` : ''),
    segment.damaged ? 'damaged (wrong checksum)' : '',
    segment.window === 0 && !(segment.flags & (RST | SYN)) ? 'window closed' : '',
    isLost ? 'did not arrive' : '',
  ]
  return {
    at: ref.at ?? '',
    kind: 'segment',
    from: segment.from,
    ...(isLost ? { lost: true } : {}),
    label: says.filter(Boolean).join(', '),
    flags: NAMES.filter(([bit]) => segment.flags & bit)
      .map(([, name]) => name)
      .join(' '),
    // A forged RST may have come before it and been taken for the beginning.
    seq: segment.flags & SYN ? 0 : segment.seq,
    ack: segment.ack,
    length: segment.length,
    ref,
    decisive: isDecisive,
  }
}

/** ICMP errors, address resolution and the log's line, between the packets. */
function sideEvents({ files, error, logClocks }: Investigation, { facts }: Studied, decisive: ReadonlySet<string>, refOf: RefOf): Event[] {
  const isDecisive = (pointer: Pointer) => decisive.has(`${pointer.capture}#${pointer.frame}`)
  const events: Event[] = []
  for (const icmp of [...facts.unreachable, ...facts.tooBig].slice(0, 4)) {
    const ref = refOf(icmp)
    const label = `ICMP type ${icmp.type} code ${icmp.code} from ${icmp.from}`
    const from = icmp.from === facts.peer.ip ? 'peer' : 'middlebox'
    events.push({
      at: icmp.at,
      weight: 900,
      step: { at: ref.at ?? '', kind: 'icmp', from, to: 'host', label, ref, decisive: isDecisive(icmp) },
    })
  }
  const requests = facts.unansweredRequests
  for (const [i, request] of requests.entries()) {
    const ref = refOf(request)
    const flags = request.ip.includes(':') ? 'ND' : 'ARP'
    const step = { at: ref.at ?? '', kind: 'arp', from: 'host', flags, label: `who has ${request.ip}? no answer`, ref } as const
    const isEnd = i === 0 || i === requests.length - 1
    events.push({ at: request.at, weight: isEnd ? 900 : 150, step: { ...step, decisive: isDecisive(request) } })
  }
  const file = error && files[error.input]
  if (error && file) {
    const at = error.event.at - (logClocks.get(error.input)?.offsetSeconds ?? 0)
    const stamp = isoOf(at) ?? ''
    const label = error.decoded.codes[0] ?? error.decoded.canonical
    const ref = lineRef(file, error.event.line, at, error.event.stampedAt)
    events.push({ at, weight: 950, step: { at: stamp, kind: 'log', from: 'host', label, ref, decisive: false } })
  }
  return events
}

function withGaps(events: readonly Event[]): SequenceStep[] {
  for (let most = MOST_STEPS; most > 0; most -= 4) {
    const kept = new Set([...events].sort((a, b) => b.weight - a.weight).slice(0, most))
    const steps: SequenceStep[] = []
    let skipped = 0
    for (const event of events) {
      if (!kept.has(event)) {
        skipped++
        continue
      }
      if (skipped > 0)
        steps.push({ at: event.step.at, kind: 'gap', from: null, label: `${skipped} packets`, packets: skipped, decisive: false })
      skipped = 0
      steps.push(event.step)
    }
    if (steps.length <= MOST_STEPS) return steps
  }
  return []
}

/** The connection's time, to the incident, and to the log's error where that is not much farther away than the connection is long. */
function spanOf(
  connection: { startedAt: number; endedAt: number },
  incident: number | undefined,
  logged: number | undefined,
): [number, number] {
  const start = connection.startedAt
  const end = Math.max(connection.endedAt, incident ?? 0)
  if (logged === undefined) return [start, end]
  const reach = Math.max(2, end - start)
  if (logged < start - reach || logged > end + reach) return [start, end]
  return [Math.min(start, logged), Math.max(end, logged)]
}

/** The connection's time as equal bins: bytes each way, trouble, and how busy the rest of the capture was. */
export function timelineOf({ files, error, logClocks, observations }: Investigation, { view, facts }: Studied): Timeline | null {
  const { bins } = view.trace
  const own = observations.find((one) => one.view.capture === view.capture)?.offset ?? 0
  const logged = error && error.event.at - (logClocks.get(error.input)?.offsetSeconds ?? 0)
  const [first, end] = spanOf(view.connection, facts.incident?.at, logged && logged + own)
  if (!Number.isFinite(first) || !Number.isFinite(end) || end - first > 366 * 86_400) return null
  let width = bins.width
  while ((end - first) / width > MOST_BINS) width *= 2
  const start = bins.origin + Math.floor((first - bins.origin) / width) * width
  const count = Math.max(1, Math.ceil((end - start + width) / width))
  const series = (of: number) => Array.from({ length: count }, (_, i) => Math.round(bins.sum(of, start + i * width, width)))
  const all = Array.from({ length: count }, (_, i) => view.capture.bins.sum(0, start + i * width, width))
  const packets = series(SERIES.packets)
  const logEvents: Timeline['logEvents'] = []
  const file = error && files[error.input]
  if (file && logged !== undefined && logged + own >= start && logged + own <= end) {
    const ref = lineRef(file, error.event.line, logged, error.event.stampedAt)
    logEvents.push({ at: isoOf(logged) ?? '', label: error.decoded.codes[0] ?? error.decoded.canonical, ref })
  }
  return {
    from: isoOf(start - own) ?? '',
    binSeconds: width,
    hostBytes: series(SERIES.hostBytes),
    peerBytes: series(SERIES.peerBytes),
    retransmissions: series(SERIES.retransmissions),
    zeroWindows: series(SERIES.zeroWindows),
    resets: series(SERIES.resets),
    otherPackets: all.map((total, i) => Math.max(0, Math.round(total) - (packets[i] ?? 0))),
    logEvents,
  }
}
