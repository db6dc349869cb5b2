/**
 * Fits the calibration's temperature on the odd half of the corpora, and shows what it gives on the even half.
 *
 *   node infra/score/calibrate.ts [--corpus DIR]...
 *
 * Whole files alone leave the rules nothing to be wrong about, so each case also comes cut short round its incident, where much of what
 * happened is missing. A probability p under one temperature is p^(old/new), normalised, under another.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { CALIBRATION } from '../../src/core/abort/calibration.ts'
import { investigate } from '../../src/core/abort/investigate.ts'
import { ask, CORPUS, halfOf, truthsIn } from './cases.ts'
import { accepted } from './truth.ts'

interface Sample {
  readonly half: string
  /** Probabilities of all causes under the present temperature, the winner first. */
  readonly probabilities: readonly number[]
  readonly right: boolean
}

const CUTS = [undefined, 330, 60, 20, 5] as const
const { values: opt } = parseArgs({ options: { corpus: { type: 'string', multiple: true, default: [CORPUS] } } })
const cases = opt.corpus.map((dir) => resolve(dir)).flatMap((dir) => truthsIn(dir).map((truth) => ({ dir, truth })))
const samples: Sample[] = []
for (const { dir, truth } of cases) {
  for (const cut of CUTS) {
    const { files, question } = await ask(dir, truth, { hints: 'none', at: 'exact' }, cut)
    const { subject } = await investigate(files, question)
    if (!subject || subject.judgement.confidence === null) continue
    const probabilities = subject.judgement.candidates.map(({ probability }) => probability)
    samples.push({ half: halfOf(truth.name), probabilities, right: accepted(truth).causes.includes(subject.judgement.cause) })
  }
}

const confidence = ({ probabilities }: Sample, temperature: number): number => {
  const powers = probabilities.map((p) => p ** (CALIBRATION.temperature / temperature))
  const [winner = 0] = powers
  return Math.min(CALIBRATION.ceiling, winner / powers.reduce((sum, power) => sum + power, 0))
}
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
const brier = (half: string, temperature: number): number =>
  mean(samples.filter((sample) => sample.half === half).map((sample) => (confidence(sample, temperature) - Number(sample.right)) ** 2))
const logLoss = (half: string, temperature: number): number =>
  mean(
    samples
      .filter((sample) => sample.half === half)
      .map((sample) => -Math.log(Math.max(1e-6, sample.right ? confidence(sample, temperature) : 1 - confidence(sample, temperature)))),
  )

const temperatures = Array.from({ length: 25 }, (_, i) => 0.5 + 0.05 * i)
const best = temperatures.reduce((a, b) => (logLoss('odd', b) < logLoss('odd', a) ? b : a))
for (const half of ['odd', 'even']) {
  const own = samples.filter((sample) => sample.half === half)
  console.log(`${half}: ${own.length} answers, ${((100 * own.filter(({ right }) => right).length) / own.length).toFixed(1)} % right`)
}
for (const temperature of temperatures) {
  const row = ['odd', 'even'].map(
    (half) => `${half} Brier ${brier(half, temperature).toFixed(4)} log loss ${logLoss(half, temperature).toFixed(4)}`,
  )
  console.log(`${temperature.toFixed(2)}${Math.abs(temperature - best) < 1e-9 ? ' <- best on odd' : ''}  ${row.join('  ')}`)
}
