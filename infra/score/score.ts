/**
 * Scores the engine on a corpus of captures with known truth, in one process.
 *
 *   npm run score -- [--cut SECONDS] [--corpus DIR] [--hints none|peer|full] [--at exact|minute|log] [--only SCENARIO|CASE] [--half odd|even] [--all] [--quiet]
 *   npm run score -- --variants [--variant NAME] [--corpus DIR] [--only SCENARIO|CASE]
 *
 * `--cut` first cuts every file to so many seconds round the incident, as the service does, and diagnoses from what is left and its receipts.
 * Prints what is not right, the totals, the confusion matrix and the calibration curve. `--all` runs all nine kinds of asking. `--variants`
 * makes the evidence worse in some twenty ways and prints a table, a row a way; `--variant` only those whose name has these words, and what
 * is wrong there.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import { type Asked, ask, CORPUS, EVERY_WAY, halfOf, truthsIn } from './cases.ts'
import { isAnswered, type Row, rowOf } from './row.ts'
import { calibrationCurve, confusionMatrix, totalsOf } from './totals.ts'
import type { Truth } from './truth.ts'
import { variantsOf } from './variants.ts'

const { values: opt } = parseArgs({
  options: {
    corpus: { type: 'string', default: CORPUS },
    hints: { type: 'string', default: 'none' },
    at: { type: 'string', default: 'exact' },
    only: { type: 'string' },
    half: { type: 'string' },
    all: { type: 'boolean', default: false },
    cut: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    variants: { type: 'boolean', default: false },
    variant: { type: 'string' },
  },
})

const dir = resolve(opt.corpus)
const truths = truthsIn(dir)
  .filter((truth) => !opt.only || opt.only.split(',').some((wanted) => truth.scenario === wanted || truth.name === wanted))
  .filter((truth) => !opt.half || halfOf(truth.name) === opt.half)
if (opt.variants || opt.variant !== undefined) await scoreVariants(truths)
else await scoreAsked(truths)

async function scoreAsked(truths: readonly Truth[]): Promise<void> {
  const kinds: readonly Asked[] = opt.all ? EVERY_WAY : [{ hints: opt.hints, at: opt.at }]
  const all: Row[] = []
  for (const asked of kinds) {
    const rows: Row[] = []
    for (const truth of truths) {
      const { files, question } = await ask(dir, truth, asked, opt.cut === undefined ? undefined : Number(opt.cut))
      rows.push(rowOf(await diagnose(files, question, '0.0.0'), truth))
    }
    all.push(...rows)
    console.log(`hints ${asked.hints}, at ${asked.at}`)
    if (!opt.quiet) printFaults(rows)
    console.log(
      Object.entries(totalsOf(rows))
        .map(([key, value]) => `${key} ${value}`)
        .join('  '),
    )
  }
  console.log(`\nConfusion (expected: got)\n${confusionMatrix(all)}\n\nCalibration\n${calibrationCurve(all)}`)
}

async function scoreVariants(truths: readonly Truth[]): Promise<void> {
  const rows = new Map<string, Row[]>()
  for (const truth of truths) {
    for await (const { name, posed } of variantsOf(dir, truth, opt.variant)) {
      const row = rowOf(await diagnose(posed.files, posed.question, '0.0.0'), posed.truth)
      rows.set(name, [...(rows.get(name) ?? []), row])
    }
  }
  console.log(
    '| variant | answers | right | undetermined | wrong | of those ≥ 0.9 | wrong party | of those ≥ 0.9 | Brier |\n|---|---|---|---|---|---|---|---|---|',
  )
  for (const [name, own] of rows) {
    const { cases, right, unanswered, wrong, wrongSure, wrongParty, wrongPartySure, brier } = totalsOf(own)
    console.log(`| ${[name, cases, right, unanswered, wrong, wrongSure, wrongParty, wrongPartySure, brier].join(' | ')} |`)
    if (opt.variant !== undefined && !opt.quiet) printFaults(own)
  }
}

function printFaults(rows: readonly Row[]): void {
  for (const row of rows) {
    const faults = [
      row.outcome !== 'right' && row.outcome,
      !row.partyRight && 'party',
      isAnswered(row) && !row.mechanismRight && 'mechanism',
      row.decisive === false && 'decisive frame',
      !row.subject && 'connection',
      row.errorLine === false && 'log line',
    ].filter(Boolean)
    if (faults.length > 0)
      console.log(
        `  ${row.name} ${row.expected} (${row.parties}) -> ${row.got} (${row.party}) ${row.confidence}/${row.partyConfidence}: ${faults.join(', ')}`,
      )
  }
}
