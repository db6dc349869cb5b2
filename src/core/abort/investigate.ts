import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { InputError } from '../errors.ts'
import { chainsOf } from './captures/chains.ts'
import { type Capture, type Input, readCapture } from './captures/read-capture.ts'
import type { Judgement } from './classify.ts'
import { findCompanion } from './companions.ts'
import type { PairFacts } from './facts/pair.ts'
import type { Facts } from './facts.ts'
import { align, comparePair, isTranslated } from './pairing.ts'
import { study, type View, viewsOf } from './study.ts'
import { type Candidate, rankSubjects, type Sought, whyChosen } from './subject.ts'

/** One connection, judged. */
export interface Studied {
  readonly view: View
  readonly facts: Facts
  readonly judgement: Judgement
}

/** One capture's view of the subject. */
export interface Observation {
  readonly view: View
  /** Its clock − the reference clock, seconds. */
  readonly offset: number
  /** Other addresses or ports than in the view that was chosen. */
  readonly translated: boolean
}

/** All that was found out, before it is put into words. */
export interface Investigation {
  readonly files: readonly EvidenceFile[]
  readonly captures: readonly Capture[]
  readonly subject: Studied | undefined
  /** Other connections that ended abnormally, judged as well. */
  readonly others: readonly Studied[]
  /** Every capture's view of the subject, the one nearest the host first: it is the reference clock. */
  readonly observations: readonly Observation[]
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
  const captures = await readCaptures(files, unreadable)
  const incident = incidentOf(question)
  const sought: Sought = {
    incident: incident && { from: incident.at - incident.before, to: incident.at + incident.after },
    host: question.host,
    peer: question.peer,
    logPeers: [],
  }
  const base = { files, captures, unreadable }
  const chosen = await chooseSubject(captures, sought, incident)
  if (!chosen) return { ...base, subject: undefined, others: [], observations: [], chosenBecause: 'no connection fits what is known' }
  const { best, others, chosenBecause } = chosen
  const { subject, observations } = await withCompanions(best, captures, incident)
  return { ...base, subject, observations, others, chosenBecause }
}

/** All captures of the question, the files of a ring buffer joined. */
async function readCaptures(files: readonly EvidenceFile[], unreadable: string[]): Promise<Capture[]> {
  const single: Capture[] = []
  for (const [input, file] of files.entries()) {
    if (file.kind !== 'capture') continue
    const capture = await readOrNote([{ input, file }], unreadable)
    if (capture) single.push(capture)
  }
  const captures: Capture[] = []
  for (const chain of chainsOf(single)) {
    const [only] = chain
    if (chain.length === 1 && only) captures.push(only)
    else captures.push(await readCapture(chain.flatMap(({ members }) => members)))
  }
  return captures
}

interface Chosen {
  readonly best: Studied
  readonly others: readonly Studied[]
  readonly chosenBecause: string
}

/** The likeliest candidates of the capture that fits best, looked at closely; the likeliest of those. */
async function chooseSubject(captures: readonly Capture[], sought: Sought, incident: Facts['incident']): Promise<Chosen | undefined> {
  const ranked = captures
    .map((capture) => ({ capture, ...rankSubjects(capture, sought) }))
    .filter(({ candidates }) => candidates.length > 0)
  const top = (one: (typeof ranked)[number]) => one.candidates[0]?.score ?? Number.NEGATIVE_INFINITY
  const [first] = ranked.sort((a, b) => top(b) - top(a))
  if (!first) return undefined
  const views = await viewsOf(first.capture, first.candidates, first.capture.members[0]?.file.options.vantage)
  const order = views.flatMap((view, i) => {
    const candidate = first.candidates[i]
    const one: Studied = { view, ...study({ view, incident, pair: undefined, loggedError: false, notes: [] }) }
    return candidate ? [{ one, candidate, score: finalScore(one, candidate) }] : []
  })
  const [best, ...rest] = order.sort((a, b) => b.score - a.score)
  if (!best) return undefined
  return {
    best: best.one,
    others: rest.map(({ one }) => one).filter(({ judgement }) => judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined'),
    chosenBecause: whyChosen(best.candidate, sought, first.among),
  }
}

/** The other captures' views of the subject; the one nearest the host becomes the reference, the farthest useful one its pair. */
async function withCompanions(
  best: Studied,
  captures: readonly Capture[],
  incident: Facts['incident'],
): Promise<{ subject: Studied; observations: Observation[] }> {
  const seen: Observation[] = [{ view: best.view, offset: 0, translated: false }]
  for (const capture of captures) {
    if (capture === best.view.capture) continue
    const companion = await findCompanion(best.view, capture)
    if (companion)
      seen.push({ view: companion.view, offset: companion.alignment.offset, translated: isTranslated(best.view, companion.view) })
  }
  if (seen.length === 1) return { subject: best, observations: seen }
  const inOrder = seen.sort((a, b) => nearness(a.view) - nearness(b.view))
  const [near] = inOrder
  if (!near) return { subject: best, observations: seen }
  const pairs = inOrder.slice(1).flatMap(({ view }) => {
    const alignment = align(near.view.trace, view.trace)
    return alignment ? [comparePair(near.view, view, alignment)] : []
  })
  const usefulness = (pair: PairFacts) => (pair.farCoversEnd ? 4 : 0) + (pair.farIsLossy ? 0 : 2) + (pair.far.vantage === 'peer' ? 1 : 0)
  const [pair] = pairs.sort((a, b) => usefulness(b) - usefulness(a))
  const moved = incident && { ...incident, at: incident.at + near.offset }
  const subject: Studied = { view: near.view, ...study({ view: near.view, incident: moved, pair, loggedError: false, notes: [] }) }
  return { subject, observations: inOrder.map((one) => ({ ...one, offset: one.offset - near.offset })) }
}

/** Host side first: as given or found, then by the way to the peer, which is longest there. */
const nearness = (view: View): number => {
  const by = { host: 0, middle: 1, unknown: 1, peer: 2 }[view.vantage]
  return by - Math.min(0.9, Number.isFinite(view.trace.host.rttMin) ? view.trace.host.rttMin : 0)
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
