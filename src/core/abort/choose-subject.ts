import type { Question } from '../diagnosis/question.ts'
import { absentPeers } from './absent-peer.ts'
import type { Capture } from './captures/read-capture.ts'
import type { Facts } from './facts.ts'
import { capturedPeers, chooseError, isReported, type LogClocks, latestCovered, sharpIncident } from './logs/choose-error.ts'
import type { EvidenceLog, LoggedError } from './logs/read-evidence-log.ts'
import { type Studied, study, type View, viewsOf } from './study.ts'
import { type Candidate, type LogPeer, rankSubjects, type Sought, whyChosen } from './subject.ts'
import { unreachableUdp } from './unreachable-udp.ts'

export interface Chosen {
  readonly best: Studied
  readonly others: readonly Studied[]
  readonly incident: Facts['incident']
  readonly error: LoggedError | undefined
  readonly logMatched: boolean
  /** The log's error may be about this connection. */
  readonly loggedError: boolean
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

/** What is sought, as one capture's clock has it. */
interface Wanted {
  readonly sought: Sought
  readonly incident: Facts['incident']
  readonly error: LoggedError | undefined
  /** The error is what was reported, and not just the nearest that the log has. */
  readonly isReported: boolean
}

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
  const isAbout = (view: View) => bearsOn(first, view)
  const judge = (view: View): Studied => ({
    view,
    ...study({ view, incident, pair: undefined, loggedError: isAbout(view), logMatched: isMatched(view, sought), notes: [] }),
  })
  const order: Weighted[] = []
  const views = await viewsOf(first.capture, first.candidates, first.capture.members[0]?.file.options.vantage)
  for (const [i, view] of views.entries()) {
    const candidate = first.candidates[i]
    if (!candidate) continue
    const one = judge(view)
    order.push({ one, score: finalScore(one, candidate), because: whyChosen(candidate, sought, first.among) })
  }
  for (const { capture, sought: own } of ranked) {
    for (const { view, score, because } of [...absentPeers(capture, own), ...unreachableUdp(capture, own)])
      order.push({ one: judge(view), score, because })
  }
  const [best, ...rest] = order.sort((a, b) => b.score - a.score)
  if (!best || isBesidePoint(best.one, first)) return undefined
  const isEnded = ({ judgement }: Studied) => judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined'
  const clocks = from.clocksOf.get(first.capture) ?? new Map()
  const about = chooseError(from.logs, incident ?? from.stated, best.one.view.peer.ip, clocks) ?? error
  const logMatched = isMatched(best.one.view, sought)
  return {
    best: best.one,
    others: rest.map(({ one }) => one).filter(isEnded),
    incident,
    error: about,
    logMatched,
    loggedError: isAbout(best.one.view),
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
  return {
    incident,
    error,
    isReported: error !== undefined && isReported(error, stated, clocks) && (!question.peer || !peer || peer.ip === question.peer.ip),
    sought: {
      incident: incident && { from: incident.at - incident.before, to: incident.at + incident.after },
      tolerance: question.toleranceSeconds,
      host: question.host,
      peer: question.peer,
      logPeers: peer ? [logPeerOf(peer)] : [],
      logMatch: match && { streamIndex: match.connection.streamIndex, isSure: clock?.confident === true && isNarrow },
    },
  }
}

const logPeerOf = ({ ip, port, by, local }: NonNullable<LoggedError['event']['peer']>): LogPeer => ({
  ip,
  port,
  isSure: by === undefined || by.startsWith('job:'),
  hostPort: local?.port,
})

/** The log's clock leads to this connection, or the log names its peer and port. */
const isMatched = ({ connection, peer }: View, { logMatch, logPeers }: Sought): boolean =>
  logMatch?.streamIndex === connection.streamIndex ||
  logPeers.some(({ ip, port, isSure }) => isSure && ip === peer.ip && port === peer.port)

/** An error that names another peer is not about this connection; one at another time is only where it names this peer. */
function bearsOn({ error, isReported: isNear, sought }: Wanted, view: View): boolean {
  if (!error) return false
  const named = sought.logPeers[0]?.ip
  if (named === undefined) return isNear
  return named === view.peer.ip || named === view.host.ip
}

/** An end that is proper is no answer to an error that was logged for another peer, or at another time. */
const BESIDE_SECONDS = 10

function isBesidePoint({ judgement, view, facts }: Studied, { sought, isReported: isNear }: Wanted): boolean {
  if (judgement.cause !== 'normal-close') return false
  if (sought.peer?.port !== undefined && sought.peer.port !== view.peer.port) return true
  if (!isNear || !facts.incident) return false
  const { at, before, after } = facts.incident
  const end = view.connection.endedAt
  const isThen = end >= at - before - BESIDE_SECONDS && end <= at + after + BESIDE_SECONDS
  const named = sought.logPeers.find(({ isSure }) => isSure)
  const isOther = named !== undefined && (named.ip !== view.peer.ip || (named.port !== undefined && named.port !== view.peer.port))
  return !isThen || isOther
}

/** The tracker's guess at how a connection ended, corrected by the close look. */
const finalScore = ({ judgement, facts }: Studied, candidate: Candidate): number => {
  if (judgement.cause === 'normal-close') return candidate.score - (facts.loggedError ? 4 : 2)
  if (judgement.cause === 'undetermined' || judgement.cause === 'no-wire-cause') {
    // Still open when its packets end: only an error that was logged, or an incident after the end of the capture, makes it suspicious.
    const isSuspicious = facts.loggedError || facts.quality.endsBefore || facts.quality.unseenShare > 0.12
    return candidate.score - (isSuspicious ? 2 : 3.5)
  }
  return candidate.score + 1
}
