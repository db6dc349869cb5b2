import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { InputError } from '../errors.ts'
import { type Capture, type Input, readCapture } from './captures/read-capture.ts'
import type { Judgement } from './classify.ts'
import type { Facts } from './facts.ts'
import { study, type View, viewsOf } from './study.ts'
import { type Candidate, rankSubjects, type Sought, whyChosen } from './subject.ts'

/** One connection, judged. */
export interface Studied {
  readonly view: View
  readonly facts: Facts
  readonly judgement: Judgement
}

/** All that was found out, before it is put into words. */
export interface Investigation {
  readonly files: readonly EvidenceFile[]
  readonly captures: readonly Capture[]
  readonly subject: Studied | undefined
  /** Other connections that ended abnormally, judged as well. */
  readonly others: readonly Studied[]
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
  return { at, before: question.toleranceSeconds, after: question.toleranceSeconds + grain }
}

export async function investigate(files: readonly EvidenceFile[], question: Question): Promise<Investigation> {
  const unreadable: string[] = []
  const captures: Capture[] = []
  for (const [input, file] of files.entries()) {
    if (file.kind !== 'capture') continue
    const capture = await readOrNote([{ input, file }], unreadable)
    if (capture) captures.push(capture)
  }
  const incident = incidentOf(question)
  const sought: Sought = {
    incident: incident && { from: incident.at - incident.before, to: incident.at + incident.after },
    host: question.host,
    peer: question.peer,
    logPeers: [],
  }
  const base = { files, captures, unreadable }
  const ranked = captures.map((capture) => ({ capture, ...rankSubjects(capture, sought) }))
  const first = ranked
    .filter(({ candidates }) => candidates.length > 0)
    .sort((a, b) => (b.candidates[0]?.score ?? 0) - (a.candidates[0]?.score ?? 0))[0]
  if (!first) return { ...base, subject: undefined, others: [], chosenBecause: 'no connection fits what is known' }
  const given = first.capture.members[0]?.file.options.vantage
  const views = await viewsOf(first.capture, first.candidates, given)
  const studied = views.map((view): Studied => {
    const { facts, judgement } = study({ view, incident, pair: undefined, loggedError: false, notes: [] })
    return { view, facts, judgement }
  })
  const order = studied.map((one, i) => ({ one, candidate: first.candidates[i], score: finalScore(one, first.candidates[i]) }))
  order.sort((a, b) => b.score - a.score)
  const [best, ...rest] = order
  return {
    ...base,
    subject: best?.one,
    others: rest.map(({ one }) => one).filter(({ judgement }) => judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined'),
    chosenBecause: best?.candidate ? whyChosen(best.candidate, sought, first.among) : '',
  }
}

/** The tracker's guess at how a connection ended, corrected by the close look. */
const finalScore = ({ judgement }: Studied, candidate: Candidate | undefined): number => {
  const isEnd = judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined' && judgement.cause !== 'no-wire-cause'
  const isFine = judgement.cause === 'normal-close'
  return (candidate?.score ?? 0) + (isEnd ? 1 : isFine ? -4 : -2)
}

async function readOrNote(inputs: readonly Input[], unreadable: string[]): Promise<Capture | undefined> {
  try {
    return await readCapture(inputs)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    unreadable.push(`${inputs[0]?.file.name}: ${error.message}`)
    return undefined
  }
}
