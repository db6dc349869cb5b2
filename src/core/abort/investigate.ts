import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { RST } from '../tcp/segment.ts'
import type { TrackerLimits } from '../tcp/tracker.ts'
import type { LogClock } from '../time/log-clock.ts'
import { aroundOf } from './around.ts'
import type { Capture } from './captures/read-capture.ts'
import { type Chosen, chooseSubject } from './choose-subject.ts'
import { type Companion, findCompanion } from './companions.ts'
import type { PairFacts } from './facts/pair.ts'
import type { Facts } from './facts.ts'
import { chooseError, type LogClocks, latestCovered } from './logs/choose-error.ts'
import { clocksAgainst } from './logs/log-clocks.ts'
import type { EvidenceLog, LoggedError } from './logs/read-evidence-log.ts'
import { align, comparePair, isTranslated, offsetAt } from './pairing.ts'
import { readEvidence } from './read-evidence.ts'
import { type Studied, study, type View } from './study.ts'

/** One capture's view of the subject. */
export interface Observation {
  readonly view: View
  /** Its clock − the reference clock, seconds. */
  readonly offset: number
  readonly interval: readonly [number, number]
  /** Packets that both captures hold. */
  readonly anchors: number
  /** Other addresses or ports than in the view that was chosen. */
  readonly translated: boolean
}

/** All that was found out, before it is put into words. */
export interface Investigation {
  readonly files: readonly EvidenceFile[]
  readonly captures: readonly Capture[]
  readonly logs: readonly EvidenceLog[]
  readonly subject: Studied | undefined
  /** Other connections that ended abnormally, judged as well. */
  readonly others: readonly Studied[]
  /** Every capture's view of the subject, the one nearest the host first: it is the reference clock. */
  readonly observations: readonly Observation[]
  readonly incident: Facts['incident']
  /** Each log's clock − the reference clock. */
  readonly logClocks: LogClocks
  /** The log's error that the case is about. */
  readonly error: LoggedError | undefined
  readonly chosenBecause: string
  /** Files that could not be read, in words. */
  readonly unreadable: readonly string[]
}

const toSeconds = (ns: bigint): number => Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9

/** A time given to the minute means that minute, one to the second that second. */
export function incidentOf(question: Question): Facts['incident'] {
  if (question.incidentAtNs === undefined) return undefined
  const at = toSeconds(question.incidentAtNs)
  const grain = question.incidentAtNs % 60_000_000_000n === 0n ? 60 : question.incidentAtNs % 1_000_000_000n === 0n ? 1 : 0
  return { at, before: 0, after: grain }
}

/** Reads the evidence, chooses the connection, looks at it from all sides. */
export async function investigate(files: readonly EvidenceFile[], question: Question, limits?: TrackerLimits): Promise<Investigation> {
  const { captures, logs, unreadable } = await readEvidence(files, question, limits)
  const stated = incidentOf(question)
  const clocksOf = new Map(captures.map((capture) => [capture, clocksAgainst(capture, logs)]))
  const chosen = await chooseSubject({ captures, logs, clocksOf, question, stated })
  const base = { files, captures, logs, unreadable }
  if (!chosen) {
    const noClocks: LogClocks = new Map()
    const error = stated
      ? chooseError(logs, stated, question.peer?.ip, noClocks)
      : (latestCovered(logs, captures, noClocks) ?? chooseError(logs, undefined, question.peer?.ip, noClocks))
    const chosenBecause = captures.length === 0 ? 'there is no capture' : 'no connection in the captures fits what is known'
    return { ...base, subject: undefined, others: [], observations: [], logClocks: noClocks, incident: stated, error, chosenBecause }
  }
  const { subject, observations } = await withCompanions(chosen, captures)
  // Logs were compared with the capture that the subject was found in; from here on the one nearest the host is the reference.
  const shift = observations.find(({ view }) => view.capture === chosen.best.view.capture)?.offset ?? 0
  const moved = [...(clocksOf.get(chosen.best.view.capture) ?? new Map<number, LogClock>())].map(
    ([input, clock]) =>
      [
        input,
        { ...clock, offsetSeconds: clock.offsetSeconds + shift, interval: [clock.interval[0] + shift, clock.interval[1] + shift] as const },
      ] as const,
  )
  const incident = chosen.incident && { ...chosen.incident, at: chosen.incident.at - shift }
  return {
    ...base,
    subject,
    observations,
    others: chosen.others,
    logClocks: new Map(moved),
    incident,
    error: chosen.error,
    chosenBecause: chosen.chosenBecause,
  }
}

/** The other captures' views of the subject; the one nearest the host becomes the reference, the farthest useful one its pair. */
async function withCompanions(
  { best, incident, ties }: Chosen,
  captures: readonly Capture[],
): Promise<{ subject: Studied; observations: Observation[] }> {
  const companions: Companion[] = []
  for (const capture of captures) {
    const companion = capture === best.view.capture ? undefined : await findCompanion(best.view, capture)
    if (companion) companions.push(companion)
  }
  const own: Observation = { view: best.view, offset: 0, interval: [0, 0], anchors: 0, translated: false }
  if (companions.length === 0) return { subject: best, observations: [own] }
  const seen = [own, ...companions.map(({ view, alignment }) => observationOf(best.view, view, alignment))].sort(
    (a, b) => nearness(a.view) - nearness(b.view),
  )
  const near = seen[0] ?? own
  const moved = incident && { ...incident, at: incident.at + near.offset }
  const pair = usefulPair(near.view, seen.slice(1))
  const around = aroundOf(near.view.capture, [near.view]).get(near.view)
  if (!around) throw new Error('what is around every view')
  const subject: Studied = { view: near.view, ...study({ view: near.view, incident: moved, pair, ties, around }) }
  const observations = seen.map((one) => ({
    ...one,
    offset: one.offset - near.offset,
    interval: [one.interval[0] - near.offset, one.interval[1] - near.offset] as const,
  }))
  return { subject, observations }
}

const observationOf = (from: View, view: View, alignment: Companion['alignment']): Observation => {
  // Of clocks that drift apart it counts how they stood when it ended.
  const offset = offsetAt(alignment, from.connection.endedAt)
  return {
    view,
    offset,
    interval: [offset - alignment.uncertainty, offset + alignment.uncertainty],
    anchors: alignment.matches,
    translated: isTranslated(from, view),
  }
}

/** The other view that can say most about the end: running then, losing nothing, nearest the peer. */
function usefulPair(near: View, others: readonly Observation[]): PairFacts | undefined {
  const pairs = others.flatMap(({ view }) => {
    const alignment = align(near.trace, view.trace)
    return alignment ? [comparePair(near, view, alignment)] : []
  })
  const appeared = (pair: PairFacts) => [...pair.toHost.appeared, ...pair.toPeer.appeared].some((segment) => segment.flags & RST)
  const usefulness = (pair: PairFacts) => (pair.farCoversEnd ? 4 : 0) + (pair.farIsLossy ? 0 : 2) + (appeared(pair) ? 1 : 0)
  // Equals: the farther one, which stands last.
  return pairs.reverse().sort((a, b) => usefulness(b) - usefulness(a))[0]
}

/** Host side first: as given or found, then by the way to the peer, which is longest there. */
const nearness = (view: View): number => {
  const by = { host: 0, middle: 1, unknown: 1, peer: 2 }[view.vantage]
  return by - Math.min(0.9, Number.isFinite(view.trace.host.rttMin) ? view.trace.host.rttMin : 0)
}
