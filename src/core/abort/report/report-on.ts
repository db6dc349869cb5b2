import type { Question } from '../../diagnosis/question.ts'
import { frameRef, isoOf } from '../../diagnosis/refs.ts'
import { isMeasured } from '../../diagnosis/report-words.ts'
import type { Cause, Diagnosis, Ref } from '../../diagnosis/schema.ts'
import type { Pointer } from '../facts.ts'
import type { Investigation } from '../investigate.ts'
import type { Studied } from '../study.ts'
import { type TimerMatch, timersOf } from '../timers.ts'
import { clocksOf, micros } from './clocks.ts'
import { deliveryOf } from './delivery.ts'
import { HEADLINES, MEANS, partyHeadline } from './headline.ts'
import { inputsOf } from './inputs.ts'
import { limitsOf } from './limits.ts'
import { otherErrorsOf, reportedErrorOf } from './logged-errors.ts'
import { peerAnswerOf } from './peer-answer.ts'
import { sequenceOf, timelineOf } from './picture.ts'
import { recommendationsFor } from './recommendations.ts'
import { settleFor } from './settle.ts'

const MOST_EVIDENCE = 16
const MOST_ALTERNATIVES = 2

/** Puts an investigation into the diagnosis that customers get. */
export function reportOn(found: Investigation, question: Question, engineVersion: string): Diagnosis {
  const { subject } = found
  const ref = refIn(found)
  const verdict = subject ? verdictOf(subject) : openVerdict(found, question)
  const timers = subject ? timersOf(subject.facts).map((match) => timerRow(match, ref)) : []
  const delivery = subject ? deliveryOf(subject.facts) : null
  return {
    schemaVersion: 1,
    revision: question.revision,
    engine: { name: 'hangup', version: engineVersion },
    verdict,
    connection: subject ? connectionOf(found, subject) : null,
    evidence: subject ? evidenceOf(subject, ref) : [],
    alternatives: subject ? alternativesOf(subject) : [],
    timers,
    delivery,
    peerAnswer: subject ? peerAnswerOf(subject.facts, question.payloadStripped, found.files) : null,
    recommendations: recommendationsFor({
      cause: verdict.cause,
      lookAt: verdict.lookAt,
      peerPort: subject?.facts.peer.port,
      mayRepeat: delivery?.mayRepeat,
      isWindows: systemOf(found) === 'windows',
      isWindowsWait: timers.some((timer) => timer.name === 'Windows FIN_WAIT_2' && isMeasured(timer)),
    }),
    settle: settleFor({
      host: subject?.view.host.ip ?? question.host,
      peer: subject?.view.peer ?? question.peer ?? found.error?.event.peer,
      have: new Set(subject ? [subject.view.vantage] : []),
      cause: verdict.cause,
      system: systemOf(found),
      at: found.incident ? (isoOf(found.incident.at) ?? undefined) : undefined,
    }),
    reportedError: reportedErrorOf(found, question),
    otherErrors: otherErrorsOf(found),
    clocks: clocksOf(found),
    inputs: inputsOf(found),
    limits: limitsOf(found, question),
    alsoAborted: found.others.map(({ view, judgement }) => ({
      peer: endpoint(view.peer),
      cause: judgement.cause,
      abortedBy: judgement.act.abortedBy,
      at: isoOf(view.connection.endedAt) ?? '',
    })),
    chosenBecause: found.chosenBecause,
    sequence: subject ? sequenceOf(found, subject, ref) : [],
    timeline: subject ? timelineOf(found, subject) : null,
  }
}

/** The host's system, where the log's error has a number of its own there: errno 103 … 113 are Linux', 10053 … Windows'. */
function systemOf({ error }: Investigation): 'windows' | 'linux' | undefined {
  const codes = error?.decoded.codes ?? []
  if (codes.some((code) => /^WSA/.test(code))) return 'windows'
  return codes.some((code) => /^E[A-Z]+ 1[01]\d$/.test(code)) ? 'linux' : undefined
}

const timerRow = ({ timer, min, max, startsAt, endsAt }: TimerMatch, ref: (pointer: Pointer) => Ref): Diagnosis['timers'][number] => ({
  name: timer.name,
  expectedSeconds: timer.seconds,
  observed: { min: micros(min), max: micros(max) },
  startsAt: ref(startsAt),
  endsAt: endsAt ? ref(endsAt) : null,
  source: timer.source,
})

const refIn =
  ({ files, observations }: Investigation) =>
  (pointer: Pointer): Ref => {
    const file = files[pointer.capture]
    if (!file) throw new Error(`no evidence file ${pointer.capture}`)
    if (pointer.frame === 0) return { file: file.file, source: 'digest', at: isoOf(pointer.at) ?? '' }
    const clock = observations.find(({ view }) => view.capture.members.some(({ input }) => input === pointer.capture))
    return frameRef(file, pointer.frame, pointer.at, clock?.offset ?? 0)
  }

/** No connection to judge: what the log's or the ticket's error means, and that it names nobody. */
function openVerdict(found: Investigation, question: Question): Diagnosis['verdict'] {
  const reported = reportedErrorOf(found, question)
  const what = reported ? `The error is ${reported.canonical}; an error code never proves who ended a connection.` : ''
  const missing = found.captures.length === 0 ? 'No capture was sent.' : 'No capture shows the connection.'
  return {
    cause: 'undetermined',
    abortedBy: 'undetermined',
    mechanism: 'none',
    lookAt: 'unknown',
    confidence: null,
    partyConfidence: null,
    headline: 'Who ended the connection cannot be said from what was sent.',
    explanation: [missing, what, reported?.proves ?? ''].filter(Boolean).join(' '),
  }
}

function verdictOf(subject: Studied): Diagnosis['verdict'] {
  const { judgement, facts } = subject
  const { cause, act } = judgement
  const said = judgement.weighed.filter((one) => one.cause === cause && one.logOdds > 0).sort((a, b) => b.logOdds - a.logOdds)
  const isPartyOnly = cause === 'undetermined' && act.abortedBy !== 'undetermined'
  return {
    cause,
    ...act,
    confidence: judgement.confidence,
    partyConfidence: judgement.partyConfidence,
    headline: isPartyOnly ? partyHeadline(act.abortedBy, facts) : HEADLINES[cause](facts),
    explanation: [...said.slice(0, 3).map(({ says }) => sentence(says)), MEANS[cause]].filter(Boolean).join(' '),
  }
}

/** Port 0 stands for one that no packet shows. */
const endpoint = ({ ip, port }: { ip: string; port: number }) => ({ ip, port: port === 0 ? null : port })

/** Words of a rule as a sentence; an address keeps its case. */
const sentence = (says: string): string =>
  `${/^[a-z]{2}/.test(says) && !/^[0-9a-f]*:/.test(says) ? says.charAt(0).toUpperCase() + says.slice(1) : says}.`

function connectionOf({ files, observations }: Investigation, { view, facts, judgement }: Studied): Diagnosis['connection'] {
  const { connection } = view
  const fileOf = (seen: Studied['view']) => files[seen.capture.members[0]?.input ?? 0]?.file ?? ''
  return {
    protocol: connection.protocol,
    streamIndex: connection.streamIndex < 0 ? null : connection.streamIndex,
    file: fileOf(view),
    host: endpoint(view.host),
    peer: endpoint(view.peer),
    hostState: facts.states.host,
    peerState: peerState(facts, judgement),
    connState: connection.connState,
    history: connection.history,
    startedAt: isoOf(connection.startedAt),
    endedAt: isoOf(connection.endedAt),
    observations: observations.map(({ view: seen, offset, translated }) => ({
      file: fileOf(seen),
      streamIndex: seen.connection.streamIndex < 0 ? null : seen.connection.streamIndex,
      vantage: seen.vantage,
      host: endpoint(seen.host),
      peer: endpoint(seen.peer),
      offsetSeconds: offset,
      translated,
    })),
  }
}

/** Who answers a SYN by RST has no connection (RFC 9293 §3.10.7.1); if that was another machine, the peer's state is not seen. */
const peerState = ({ states }: Studied['facts'], { cause, act }: Studied['judgement']): string =>
  cause === 'connect-refused' ? (act.abortedBy === 'peer' ? 'CLOSED' : 'unknown') : states.peer

/**
 * What was seen about the winner first, for and against; then what the rules of rival causes saw. That speaks for the verdict too where
 * the rival means the same act by the same party (a ladder, under an idle connection that was forgotten), else against it; not at all where
 * the rival only has another reason for the same party's packet that the verdict rests on.
 */
function evidenceOf({ judgement }: Studied, ref: (pointer: Pointer) => Ref): Diagnosis['evidence'] {
  const { cause, act, candidates, weighed } = judgement
  const acts = new Map(candidates.map((candidate) => [candidate.cause, candidate.act]))
  const isSameAct = (rival: Cause) => acts.get(rival)?.abortedBy === act.abortedBy && acts.get(rival)?.mechanism === act.mechanism
  const own = weighed.filter((one) => one.cause === cause && one.logOdds !== 0)
  const rivals = new Set(candidates.slice(0, 4).map((candidate) => candidate.cause))
  const other = weighed.filter((one) => one.cause !== cause && one.logOdds > 0 && (rivals.has(one.cause) || isSameAct(one.cause)))
  const restsOn = new Set(own.filter(({ logOdds }) => logOdds > 0).flatMap(({ refs }) => refs.map(placeOf)))
  const isRetold = ({ cause: rival, refs }: (typeof other)[number]) => {
    const event = refs.at(-1)
    return acts.get(rival)?.abortedBy === act.abortedBy && !isSameAct(rival) && event !== undefined && restsOn.has(placeOf(event))
  }
  const rows = [...own, ...other.filter((one) => !isRetold(one))].sort(
    (a, b) => Number(b.cause === cause) - Number(a.cause === cause) || Math.abs(b.logOdds) - Math.abs(a.logOdds),
  )
  const seen = new Set<string>()
  const out: Diagnosis['evidence'] = []
  for (const one of rows) {
    if (seen.has(one.says) || out.length >= MOST_EVIDENCE) continue
    seen.add(one.says)
    const supports = one.cause === cause ? one.logOdds > 0 : isSameAct(one.cause)
    out.push({ says: one.says, supports, refs: one.refs.map(ref) })
  }
  return out
}

const placeOf = ({ capture, frame }: Pointer): string => `${capture}#${frame}`

function alternativesOf({ judgement }: Studied): Diagnosis['alternatives'] {
  return judgement.candidates
    .filter(({ cause }) => cause !== judgement.cause && cause !== 'undetermined')
    .filter(({ cause, probability }) => probability >= 0.01 || judgement.weighed.some((one) => one.cause === cause && one.logOdds > 0))
    .slice(0, MOST_ALTERNATIVES)
    .map(({ cause, act, probability }) => {
      const own = judgement.weighed.filter((one) => one.cause === cause)
      const against = [...new Set(own.filter((one) => one.logOdds < 0).map(({ says }) => says))].slice(0, 3)
      const nothing = own.some((one) => one.logOdds > 0) ? 'less speaks for it than for the verdict' : 'nothing that was seen speaks for it'
      return {
        cause,
        abortedBy: act.abortedBy,
        confidence: Math.round(Math.min(probability, 1 - (judgement.confidence ?? 0)) * 500) / 1000,
        against: against.length > 0 ? against : [nothing],
      }
    })
}
