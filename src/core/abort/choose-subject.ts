import type { Question } from '../diagnosis/question.ts'
import { absentPeers } from './absent-peer.ts'
import { aroundOf } from './around.ts'
import type { Capture } from './captures/read-capture.ts'
import type { LogTies } from './facts/log-ties.ts'
import type { Facts } from './facts.ts'
import { isBesidePoint, tiesOf, type Wanted } from './log-ties.ts'
import {
  capturedPeers,
  chooseError,
  isReported,
  type LogClocks,
  latestCovered,
  namesOf,
  offsetOf,
  sharpIncident,
} from './logs/choose-error.ts'
import type { EvidenceLog, LoggedError } from './logs/read-evidence-log.ts'
import { type Studied, study, type View, viewsOf } from './study.ts'
import { type Candidate, type LogPeer, rankSubjects, whyChosen } from './subject.ts'
import { unreachableUdp } from './unreachable-udp.ts'

export interface Chosen {
  readonly best: Studied
  readonly others: readonly Studied[]
  readonly incident: Facts['incident']
  readonly error: LoggedError | undefined
  readonly ties: LogTies
  readonly chosenBecause: string
}

interface Weighted {
  readonly one: Studied
  readonly score: number
  readonly because: string
}

export interface ChooseFrom {
  readonly captures: readonly Capture[]
  readonly logs: readonly EvidenceLog[]
  readonly clocksOf: ReadonlyMap<Capture, LogClocks>
  readonly question: Question
  readonly stated: Facts['incident']
}

/** Of connections that no TCP segment shows so many are looked at closely. */
const MOST_UNSEEN = 8

/** The likeliest candidates of the capture that fits best, looked at closely; the likeliest of those. */
export async function chooseSubject(from: ChooseFrom): Promise<Chosen | undefined> {
  const ranked = from.captures.map((capture) => {
    const wanted = wantedIn(capture, from)
    return { capture, ...wanted, ...rankSubjects(capture, wanted.sought) }
  })
  const top = (one: (typeof ranked)[number]) => one.candidates[0]?.score ?? Number.NEGATIVE_INFINITY
  const [first] = ranked.sort((a, b) => top(b) - top(a))
  if (!first) return undefined
  const { sought, incident, error } = first
  const judge = (capture: Capture, views: readonly View[]): Studied[] => {
    const around = aroundOf(capture, views)
    return views.map((view) => {
      const found = around.get(view)
      if (!found) throw new Error('what is around every view')
      return { view, ...study({ view, incident, pair: undefined, ties: tiesOf(first, view), around: found }) }
    })
  }
  const views = await viewsOf(first.capture, first.candidates, first.capture.members[0]?.file.options.vantage)
  const order = judge(first.capture, views).flatMap((one, i): Weighted[] => {
    const candidate = first.candidates[i]
    return candidate ? [{ one, score: finalScore(one, candidate), because: whyChosen(candidate, sought, first.among) }] : []
  })
  for (const { capture, sought: own } of ranked) {
    const unseen = [...absentPeers(capture, own), ...unreachableUdp(capture, own)].sort((a, b) => b.score - a.score).slice(0, MOST_UNSEEN)
    const judged =
      unseen.length === 0
        ? []
        : judge(
            capture,
            unseen.map(({ view }) => view),
          )
    order.push(...judged.flatMap((one, i): Weighted[] => (unseen[i] ? [{ one, score: unseen[i].score, because: unseen[i].because }] : [])))
  }
  const [best, ...rest] = order.sort((a, b) => b.score - a.score)
  if (!best || isBesidePoint(best.one, first)) return undefined
  const isEnded = ({ judgement }: Studied) => judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined'
  const clocks = from.clocksOf.get(first.capture) ?? new Map()
  const { host, peer } = best.one.view
  const about = chooseError(from.logs, incident ?? from.stated, peer.ip, clocks, new Set(namesOf(host, peer))) ?? error
  return {
    best: best.one,
    others: rest.map(({ one }) => one).filter(isEnded),
    incident,
    error: about,
    ties: tiesOf(first, best.one.view),
    chosenBecause: best.because,
  }
}

function wantedIn(capture: Capture, { captures, logs, clocksOf, question, stated }: ChooseFrom): Wanted {
  const clocks: LogClocks = clocksOf.get(capture) ?? new Map()
  const error = stated
    ? chooseError(logs, stated, question.peer?.ip, clocks, capturedPeers(logs, capture))
    : latestCovered(logs, captures, clocks)
  const incident = sharpIncident(stated, error, clocks)
  const clock = error && clocks.get(error.input)
  const match = error && clock?.matches.find(({ event }) => event === error.event)
  const isNarrow = clock !== undefined && clock.interval[1] - clock.interval[0] < 0.6
  const peer = error?.event.peer
  const isFitting = error !== undefined && (!question.peer || !peer || peer.ip === question.peer.ip)
  return {
    incident,
    error,
    isReported: isFitting && isReported(error, stated, clocks),
    isNear: isFitting && isReported(error, stated, clocks, question.toleranceSeconds),
    isPinned: incident === undefined || question.peer !== undefined,
    isLogged: logs.some((log) => speaksOf(log, incident, clocks)),
    sought: {
      incident: incident && { from: incident.at - incident.before, to: incident.at + incident.after },
      tolerance: question.toleranceSeconds,
      host: question.host,
      peer: question.peer,
      logPeers: peer ? [logPeerOf(peer)] : [],
      isNameless: isFitting && !peer && isReported(error, stated, clocks),
      logMatch: match && { streamIndex: match.connection.streamIndex, isSure: clock?.confident === true && isNarrow },
    },
  }
}

/** The log has records before and after the incident. */
const speaksOf = (log: EvidenceLog, incident: Facts['incident'], clocks: LogClocks): boolean => {
  const at = (incident?.at ?? Number.NaN) + offsetOf(clocks, log.input)
  return log.from <= at && log.until >= at
}

const logPeerOf = ({ ip, port, by, local }: NonNullable<LoggedError['event']['peer']>): LogPeer => ({
  ip,
  port,
  isSure: by === undefined || by.startsWith('job:'),
  hostPort: local?.port,
})

/** The tracker's guess at how a connection ended, corrected by the close look. */
const finalScore = ({ judgement, facts }: Studied, candidate: Candidate): number => {
  if (judgement.cause === 'normal-close') return candidate.score - (facts.loggedError ? 4 : 2)
  if (judgement.cause === 'undetermined' || judgement.cause === 'no-wire-cause') {
    // Still open when its packets end: suspicious by an error that was logged, by an incident after the end of the capture, or where
    // nothing tells which connection is meant.
    const isSuspicious =
      candidate.ending === 'half-closed' ||
      facts.loggedError ||
      !facts.isPinned ||
      facts.quality.endsBefore ||
      facts.quality.unseenShare > 0.12
    return candidate.score - (isSuspicious ? 2 : facts.isLogged ? 5.5 : 3.5)
  }
  return candidate.score + 1
}
