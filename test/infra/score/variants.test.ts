import { join } from 'node:path'
import { expect, it } from 'vitest'
import { truthsIn } from '../../../infra/score/cases.ts'
import { type Row, rowOf } from '../../../infra/score/row.ts'
import { variantsOf } from '../../../infra/score/variants.ts'
import { diagnose } from '../../../src/core/diagnosis/diagnose.ts'

const CORPUS = join(import.meta.dirname, '..', '..', 'corpus')
/** Every third case: the whole table is `npm run score -- --variants`. */
const TRUTHS = truthsIn(CORPUS).filter((_, i) => i % 3 === 0)

const answersTo = async (variant: string): Promise<Row[]> => {
  const rows: Row[] = []
  for (const truth of TRUTHS) {
    for await (const { posed } of variantsOf(CORPUS, truth, variant)) {
      rows.push(rowOf(await diagnose(posed.files, posed.question, '0.0.0'), posed.truth))
    }
  }
  return rows
}

it.each<[string, number]>([
  ['without the first 30 % of time', 0.3],
  ['ends 1 s before the incident', 0.5],
  ["without the peer's packets", 0.05],
  ['snaplen 68', 0.8],
  ['every frame twice', 1],
  ['stamps to 1 s', 0.8],
  ['another port (7777)', 1],
  ['over IPv6', 0.9],
  ["asked from the printer's side", 0.4],
])('evidence that is worse (%s) gives no sure wrong answer, and as many right ones as it can', async (variant, least) => {
  const rows = await answersTo(variant)
  expect(rows.length).toBeGreaterThan(8)
  expect(rows.filter(({ outcome, confidence }) => outcome === 'wrong' && confidence >= 0.9)).toEqual([])
  expect(rows.filter(({ wrongParty, partyConfidence }) => wrongParty && partyConfidence >= 0.9)).toEqual([])
  expect(rows.filter(({ outcome }) => outcome === 'right').length / rows.length).toBeGreaterThanOrEqual(least)
})
