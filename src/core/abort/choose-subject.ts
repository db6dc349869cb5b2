import { absentPeers } from './absent-peer.ts'
import type { Capture } from './captures/read-capture.ts'
import type { Facts } from './facts.ts'
import { type Studied, study, viewsOf } from './study.ts'
import { type Candidate, rankSubjects, type Sought, whyChosen } from './subject.ts'

export interface Chosen {
  readonly best: Studied
  readonly others: readonly Studied[]
  readonly chosenBecause: string
}

interface Weighted {
  readonly one: Studied
  readonly score: number
  readonly because: string
}

/** The likeliest candidates of the capture that fits best, looked at closely; the likeliest of those. */
export async function chooseSubject(
  captures: readonly Capture[],
  sought: Sought,
  incident: Facts['incident'],
  loggedError: boolean,
): Promise<Chosen | undefined> {
  const ranked = captures.map((capture) => ({ capture, ...rankSubjects(capture, sought) }))
  const top = (one: (typeof ranked)[number]) => one.candidates[0]?.score ?? Number.NEGATIVE_INFINITY
  const [first] = ranked.sort((a, b) => top(b) - top(a))
  if (!first) return undefined
  const order: Weighted[] = []
  const views = await viewsOf(first.capture, first.candidates, first.capture.members[0]?.file.options.vantage)
  for (const [i, view] of views.entries()) {
    const candidate = first.candidates[i]
    if (!candidate) continue
    const one: Studied = { view, ...study({ view, incident, pair: undefined, loggedError, notes: [] }) }
    order.push({ one, score: finalScore(one, candidate), because: whyChosen(candidate, sought, first.among) })
  }
  for (const { view, score, because } of captures.flatMap((capture) => absentPeers(capture, sought))) {
    order.push({ one: { view, ...study({ view, incident, pair: undefined, loggedError, notes: [] }) }, score, because })
  }
  const [best, ...rest] = order.sort((a, b) => b.score - a.score)
  if (!best) return undefined
  const isEnded = ({ judgement }: Studied) => judgement.cause !== 'normal-close' && judgement.cause !== 'undetermined'
  return { best: best.one, others: rest.map(({ one }) => one).filter(isEnded), chosenBecause: best.because }
}

/** The tracker's guess at how a connection ended, corrected by the close look. */
const finalScore = ({ judgement, facts }: Studied, candidate: Candidate): number => {
  if (judgement.cause === 'normal-close') return candidate.score - 2
  if (judgement.cause === 'undetermined' || judgement.cause === 'no-wire-cause') {
    // Still open when its packets end: only an error that was logged, or an incident after the end of the capture, makes it suspicious.
    return candidate.score - (facts.loggedError || facts.quality.endsBefore ? 2 : 3.5)
  }
  return candidate.score + 1
}
