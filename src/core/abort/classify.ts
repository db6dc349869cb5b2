import { CAUSES, type Cause, type Party } from '../diagnosis/schema.ts'
import { ABORT_RULES } from './abort-rules.ts'
import { ACTS, type Act } from './act.ts'
import { CALIBRATION } from './calibration.ts'
import type { Facts } from './facts.ts'
import type { Weighed } from './rule.ts'
import { isShownGenuine } from './rules/forged.ts'
import { arguedBy, timersOf } from './timers.ts'

/** One possible cause with its probability. */
export interface Candidate {
  readonly cause: Cause
  readonly act: Act
  readonly probability: number
}

export interface Judgement {
  readonly cause: Cause
  readonly act: Act
  /** Null where the cause (the party) is undetermined. */
  readonly confidence: number | null
  readonly partyConfidence: number | null
  /** All causes with a say, most probable first. */
  readonly candidates: readonly Candidate[]
  readonly weighed: readonly (Weighed & { readonly rule: string; readonly source: string })[]
}

/** Asks every rule, adds up, and turns the sums into calibrated probabilities. */
export function classify(facts: Facts): Judgement {
  const weighed = ABORT_RULES.flatMap((rule) => rule.judge(facts).map((one) => ({ ...one, rule: rule.id, source: rule.source })))
  const candidates = probabilities(weighed).map(({ cause, probability }) => ({ cause, probability, act: ACTS[cause](facts) }))
  const best = candidates[0]
  if (!best || best.cause === 'undetermined' || best.probability < CALIBRATION.leastConfidence) return undecided(facts, candidates, weighed)
  const { confidence, partyConfidence } = capped(facts, candidates, best)
  return { cause: best.cause, act: best.act, confidence, partyConfidence, candidates, weighed }
}

/** Softmax over the causes that any rule spoke for. */
function probabilities(weighed: readonly Weighed[]): { cause: Cause; probability: number }[] {
  const sums = new Map<Cause, number>()
  for (const { cause, logOdds } of weighed) sums.set(cause, (sums.get(cause) ?? 0) + logOdds)
  const scores = CAUSES.map((cause) => ({
    cause,
    score: (cause === 'undetermined' ? CALIBRATION.undetermined : CALIBRATION.unsupported) + supported(sums.get(cause), cause),
  }))
  const powers = scores.map(({ cause, score }) => ({ cause, power: Math.exp(score / CALIBRATION.temperature) }))
  const total = powers.reduce((sum, { power }) => sum + power, 0)
  return powers.map(({ cause, power }) => ({ cause, probability: power / total })).sort((a, b) => b.probability - a.probability)
}

/** A cause that some rule supports starts from zero, not from the floor. */
const supported = (sum: number | undefined, cause: Cause): number => {
  if (sum === undefined) return 0
  return cause === 'undetermined' ? sum : Math.max(sum, CALIBRATION.unsupported) - CALIBRATION.unsupported
}

const partyProbability = (candidates: readonly Candidate[], party: Party): number =>
  candidates.reduce((sum, candidate) => sum + (candidate.act.abortedBy === party ? candidate.probability : 0), 0)

const rounded = (probability: number): number => Math.round(Math.min(CALIBRATION.ceiling, probability) * 1000) / 1000

function capped(facts: Facts, candidates: readonly Candidate[], best: Candidate): { confidence: number; partyConfidence: number | null } {
  const party = best.act.abortedBy
  const partyCap = Math.min(
    qualityCap(facts),
    identityCap(facts, best.cause),
    timerCap(facts, best.cause),
    best.act.mechanism === 'rst' ? forgeryCap(facts, party) : 1,
    mayHaveEndedOtherwise(facts, best.cause) ? 0.85 : 1,
  )
  // A refusal is a refusal, whoever spoke it.
  const cap = best.cause === 'connect-refused' ? Math.max(partyCap, 0.95) : partyCap
  return {
    confidence: rounded(Math.min(cap, best.probability)),
    partyConfidence: party === 'undetermined' ? null : rounded(Math.min(Math.max(partyCap, 0.8), partyProbability(candidates, party))),
  }
}

/** It may be another connection that is meant. */
const identityCap = (facts: Facts, cause: Cause): number => {
  if (cause === 'normal-close') return facts.loggedError ? 0.85 : facts.isPinned ? 1 : 0.89
  return facts.namesAnother && cause !== 'network-outage' ? 0.8 : 1
}

/** The gap fits this cause's timer, and another cause's as well. */
const timerCap = (facts: Facts, cause: Cause): number => {
  const argued = arguedBy(timersOf(facts))
  return argued.has(cause) && argued.size > 1 ? 0.85 : 1
}

/** So many sends in vain are a stack's whole patience: the least that any is known to have is Windows' with 3 retransmissions (CIS). */
const WHOLE_PATIENCE = 5

/** The capture ends before the incident, and what it shows till then is no timer's whole course: an RST may have come after it. */
const mayHaveEndedOtherwise = ({ quality, ladders, resets }: Facts, cause: Cause): boolean => {
  if (!quality.endsBefore || resets.length > 0) return false
  if (cause === 'zero-window-stall') return true
  const isLadder = cause === 'retransmission-timeout' || cause === 'connect-timeout' || cause === 'fin-wait-1-timeout'
  return isLadder && Math.max(ladders.host?.sends.length ?? 0, ladders.peer?.sends.length ?? 0) < WHOLE_PATIENCE
}

/** A device that copies a side's packets well enough cannot be told from it by one capture that was not taken there. */
const forgeryCap = (facts: Facts, party: Party): number => {
  if (party === 'middlebox' && facts.pair?.farStopsShortBy !== undefined) return 0.85
  if ((party !== 'peer' && party !== 'host') || facts.vantage === party) return 1
  if (!isShownGenuine(facts)) return 0.89
  return facts.pair ? 1 : 0.95
}

/** What the capture may hide bounds how sure anything can be. */
const qualityCap = (facts: Facts): number => {
  const { quality } = facts
  if (quality.oneSided && facts.established) return 0.8
  if (quality.coarseClock || quality.headersCut) return 0.85
  if (quality.unseenShare > 0.1 && quality.unseen >= 3) return 0.85
  return 1
}

/** The cause is open; the party may still be certain, where all likely causes agree on it. */
function undecided(facts: Facts, candidates: readonly Candidate[], weighed: Judgement['weighed']): Judgement {
  const parties: readonly Party[] = ['host', 'peer', 'middlebox']
  const [party, probability] = parties
    .map((one) => [one, partyProbability(candidates, one)] as const)
    .reduce((best, one) => (one[1] > best[1] ? one : best))
  const act = ACTS.undetermined(facts)
  const isShown = probability >= 0.85
  return {
    cause: 'undetermined',
    act: isShown ? { ...act, abortedBy: party } : act,
    confidence: null,
    partyConfidence: isShown ? rounded(probability) : null,
    candidates,
    weighed,
  }
}
