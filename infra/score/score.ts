/**
 * Scores the engine on a corpus of captures with known truth, in one process.
 *
 *   npm run score -- [--cut SECONDS] [--corpus DIR] [--hints none|peer|full] [--at exact|minute|log] [--only SCENARIO|CASE] [--half odd|even] [--all] [--quiet]
 *
 * `--cut` first cuts every file to so many seconds round the incident, as the service does, and diagnoses from what is left and its receipts.
 * Prints what is not right, the totals, the confusion matrix and the calibration curve. `--all` runs all nine kinds of asking.
 */
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import type { Diagnosis } from '../../src/core/diagnosis/schema.ts'
import { type Asked, ask, CORPUS, EVERY_WAY, halfOf, truthsIn } from './cases.ts'
import { accepted, type Truth } from './truth.ts'

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
  },
})

interface Row {
  readonly name: string
  readonly expected: string
  readonly parties: string
  readonly got: string
  readonly party: string
  readonly confidence: number
  readonly partyConfidence: number
  readonly outcome: 'right' | 'wrong' | 'unanswered'
  readonly exact: boolean
  readonly partyRight: boolean
  readonly wrongParty: boolean
  readonly mechanismRight: boolean
  readonly decisive: boolean | undefined
  readonly subject: boolean
  readonly errorLine: boolean | undefined
}

function sameConnection(connection: Diagnosis['connection'], { subject, frames }: Truth): boolean {
  const unseen = frames?.flow_frames === 0
  if (!connection) return unseen
  const same = (end: { ip: string; port: number | null }, ip: string, port: number) =>
    end.ip === ip && (end.port === port || (unseen && end.port == null))
  return [connection, ...connection.observations].some(
    (view) => same(view.host, subject.server_ip, subject.server_port) && same(view.peer, subject.printer_ip, subject.printer_port),
  )
}

function pointsAt(diagnosis: Diagnosis, truth: Truth): boolean {
  const captures = truth.captures ?? [{ file: truth.capture_file, abort_frame: truth.abort_frame }]
  const frameIn = new Map(captures.map((capture) => [capture.file, capture.abort_frame]))
  return diagnosis.evidence.some(({ refs }) =>
    refs.some((ref) => {
      const wanted = frameIn.get(basename(ref.file))
      return wanted != null && (ref.originalFrame ?? ref.frame) === wanted
    }),
  )
}

async function score(dir: string, truth: Truth, asked: Asked): Promise<Row> {
  const { files, question } = await ask(dir, truth, asked, opt.cut === undefined ? undefined : Number(opt.cut))
  const diagnosis = await diagnose(files, question, '0.0.0')
  const { verdict } = diagnosis
  const { causes, parties, mechanisms } = accepted(truth)
  const right = causes.includes(verdict.cause)
  const partyRight = parties.includes(verdict.abortedBy)
  const chained = (truth.captures ?? []).some((capture) => capture.chain)
  return {
    name: truth.name,
    expected: causes[0] ?? '',
    parties: parties.join('|'),
    got: verdict.cause,
    party: verdict.abortedBy,
    confidence: verdict.confidence ?? 0,
    partyConfidence: verdict.partyConfidence ?? verdict.confidence ?? 0,
    outcome: right ? 'right' : verdict.cause === 'undetermined' ? 'unanswered' : 'wrong',
    exact: verdict.cause === causes[0],
    partyRight,
    wrongParty: !partyRight && verdict.abortedBy !== 'undetermined',
    mechanismRight: mechanisms.includes(verdict.mechanism),
    decisive: truth.abort_frame == null || chained || verdict.cause === 'undetermined' ? undefined : pointsAt(diagnosis, truth),
    subject: truth.benign || sameConnection(diagnosis.connection, truth),
    errorLine:
      truth.log?.line == null
        ? undefined
        : (diagnosis.reportedError?.ref?.originalLine ?? diagnosis.reportedError?.ref?.line) === truth.log.line,
  }
}

const isAnswered = (row: Row): boolean => row.got !== 'undetermined'

function totalsOf(rows: readonly Row[]): Record<string, number> {
  const percent = (part: number, of: number) => Number(((100 * part) / Math.max(1, of)).toFixed(1))
  const count = (test: (row: Row) => boolean) => rows.filter(test).length
  const answered = rows.filter(isAnswered)
  const right = answered.filter((row) => row.outcome === 'right')
  const decided = rows.filter((row) => row.decisive !== undefined)
  const logged = rows.filter((row) => row.errorLine !== undefined)
  const brier =
    answered.reduce((sum, row) => sum + (row.confidence - Number(row.outcome === 'right')) ** 2, 0) / Math.max(1, answered.length)
  return {
    cases: rows.length,
    right: percent(
      count((row) => row.outcome === 'right'),
      rows.length,
    ),
    exact: percent(
      count((row) => row.exact),
      rows.length,
    ),
    unanswered: percent(
      count((row) => row.outcome === 'unanswered'),
      rows.length,
    ),
    wrong: percent(
      count((row) => row.outcome === 'wrong'),
      rows.length,
    ),
    wrongParty: percent(
      count((row) => row.wrongParty),
      rows.length,
    ),
    wrongPartySure: count((row) => row.wrongParty && row.partyConfidence >= 0.9),
    mechanism: percent(answered.filter((row) => row.mechanismRight).length, answered.length),
    decisive: percent(decided.filter((row) => row.decisive).length, decided.length),
    sureWhenRight: percent(right.filter((row) => row.confidence >= 0.9).length, right.length),
    subject: percent(
      count((row) => row.subject),
      rows.length,
    ),
    errorLine: percent(logged.filter((row) => row.errorLine).length, logged.length),
    brier: Number(brier.toFixed(3)),
  }
}

function confusionMatrix(rows: readonly Row[]): string {
  const cells = new Map<string, Map<string, number>>()
  for (const { expected, got } of rows) {
    const row = cells.get(expected) ?? new Map<string, number>()
    row.set(got, (row.get(got) ?? 0) + 1)
    cells.set(expected, row)
  }
  const line = ([expected, got]: [string, Map<string, number>]) =>
    `  ${expected.padEnd(24)} ${[...got]
      .sort((a, b) => b[1] - a[1])
      .map(([cause, n]) => `${cause} ${n}`)
      .join(', ')}`
  return [...cells]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(line)
    .join('\n')
}

function calibrationCurve(rows: readonly Row[]): string {
  const answered = rows.filter(isAnswered)
  const lines: string[] = []
  for (const [low, high] of [
    [0, 0.5],
    [0.5, 0.6],
    [0.6, 0.7],
    [0.7, 0.8],
    [0.8, 0.9],
    [0.9, 0.95],
    [0.95, 1.01],
  ] as const) {
    const bin = answered.filter((row) => row.confidence >= low && row.confidence < high)
    if (bin.length === 0) continue
    const said = bin.reduce((sum, row) => sum + row.confidence, 0) / bin.length
    const right = bin.filter((row) => row.outcome === 'right').length / bin.length
    lines.push(
      `  ${low.toFixed(2)}–${Math.min(1, high).toFixed(2)}  ${String(bin.length).padStart(4)} cases  said ${said.toFixed(3)}  right ${right.toFixed(3)}`,
    )
  }
  return lines.join('\n')
}

const dir = resolve(opt.corpus)
const truths = truthsIn(dir)
  .filter((truth) => !opt.only || opt.only.split(',').some((wanted) => truth.scenario === wanted || truth.name === wanted))
  .filter((truth) => !opt.half || halfOf(truth.name) === opt.half)
const kinds: readonly Asked[] = opt.all ? EVERY_WAY : [{ hints: opt.hints, at: opt.at }]
const all: Row[] = []
for (const asked of kinds) {
  const rows: Row[] = []
  for (const truth of truths) rows.push(await score(dir, truth, asked))
  all.push(...rows)
  console.log(`hints ${asked.hints}, at ${asked.at}`)
  for (const row of opt.quiet ? [] : rows) {
    const faults = [
      row.outcome !== 'right' && row.outcome,
      !row.partyRight && 'party',
      isAnswered(row) && !row.mechanismRight && 'mechanism',
      row.decisive === false && 'decisive frame',
      !row.subject && 'connection',
    ].filter(Boolean)
    if (faults.length > 0)
      console.log(
        `  ${row.name} ${row.expected} (${row.parties}) -> ${row.got} (${row.party}) ${row.confidence}/${row.partyConfidence}: ${faults.join(', ')}`,
      )
  }
  console.log(
    Object.entries(totalsOf(rows))
      .map(([key, value]) => `${key} ${value}`)
      .join('  '),
  )
}
console.log(`\nConfusion (expected: got)\n${confusionMatrix(all)}\n\nCalibration\n${calibrationCurve(all)}`)
