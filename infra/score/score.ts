/**
 * Scores the engine on a corpus of captures with known truth, in one process.
 *
 *   npm run score -- [--cut SECONDS] [--corpus DIR] [--hints none|peer|full] [--at exact|minute|log] [--only SCENARIO|CASE] [--half odd|even] [--all] [--quiet]
 *
 * `--cut` first cuts every file to so many seconds round the incident, as the service does, and diagnoses from what is left and its receipts.
 * Prints what is not right, the totals, the confusion matrix and the calibration curve. `--all` runs all nine kinds of asking.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import type { EvidenceFile, Question } from '../../src/core/diagnosis/question.ts'
import type { Diagnosis } from '../../src/core/diagnosis/schema.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import { DEFAULT_TOLERANCE_SECONDS } from '../../src/core/time/window.ts'
import { accepted, type Truth } from './truth.ts'

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const shared = process.env.HANGUP_SHARED ?? join(repository, '..', 'shared')
const { values: opt } = parseArgs({
  options: {
    corpus: { type: 'string', default: join(shared, 'corpus') },
    hints: { type: 'string', default: 'none' },
    at: { type: 'string', default: 'exact' },
    only: { type: 'string' },
    half: { type: 'string' },
    all: { type: 'boolean', default: false },
    cut: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
})

interface Asked {
  readonly hints: string
  readonly at: string
}

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

function evidence(dir: string, name: string, kind: 'capture' | 'log'): EvidenceFile {
  const bytes = new Uint8Array(readFileSync(join(dir, name)))
  const source = { name, size: bytes.length, open: () => [bytes] }
  return { file: `${kind === 'capture' ? 'captures' : 'logs'}/${name}`, name, kind, source, options: {}, receipt: undefined }
}

const toNs = (stamp: string): bigint => {
  const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? ''
  return BigInt(Date.parse(`${stamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

function questionOf(truth: Truth, { hints, at }: Asked): Question {
  const stamp = truth.incident_at ?? truth.app_event_at ?? truth.last_packet_at
  const exact = toNs(stamp)
  const offset = BigInt(Math.round((truth.log?.log_clock_offset_ms ?? 0) * 1e6))
  const minutes = Math.abs(truth.log?.utc_offset_minutes ?? 0)
  const two = (value: number) => String(value).padStart(2, '0')
  const sign = (truth.log?.utc_offset_minutes ?? 0) < 0 ? '-' : '+'
  const { server_ip, printer_ip, printer_port } = truth.subject
  return {
    incidentAtNs: at === 'minute' ? exact - (exact % 60_000_000_000n) : at === 'log' ? ((exact + offset) / 1_000_000n) * 1_000_000n : exact,
    window: undefined,
    toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
    host: hints === 'full' ? server_ip : undefined,
    peer: hints === 'none' ? undefined : { ip: printer_ip, port: hints === 'full' ? printer_port : undefined },
    timezone: truth.log && !truth.log.zone_in_text ? `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` : undefined,
    error: undefined,
    revision: 1,
    payloadStripped: false,
  }
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

/** What the service would have kept: the file cut round the incident, with its receipt. */
async function cutDown(file: EvidenceFile, question: Question, seconds: number): Promise<EvidenceFile | undefined> {
  const incident = question.incidentAtNs ?? 0n
  const before = BigInt(Math.round(seconds * 1e9))
  const kept: Uint8Array[] = []
  const request = {
    window: { fromNs: incident - before, toNs: incident + 60_000_000_000n },
    caseTimezone: question.timezone,
    host: question.host,
    peer: question.peer?.ip,
    scope: question.peer ? ('peers' as const) : ('all' as const),
    incidentAtNs: question.incidentAtNs,
    toolVersion: '0.0.0',
    by: 'service' as const,
  }
  const write = (bytes: Uint8Array) => {
    kept.push(bytes.slice())
  }
  const [receipt] = await cutUpload(file.source.open(), file.name, file.options, request, () => ({
    write,
    end: () => undefined,
    abort: () => undefined,
  }))
  if (!receipt || receipt.kept.records === 0) return undefined
  return { ...file, source: { name: file.name, open: () => kept }, receipt }
}

async function score(dir: string, truth: Truth, asked: Asked): Promise<Row> {
  const files = (truth.capture_files ?? [truth.capture_file]).map((name) => evidence(dir, name, 'capture'))
  if (truth.log) files.push(evidence(dir, truth.log.file, 'log'))
  const question = questionOf(truth, asked)
  const cut =
    opt.cut === undefined
      ? files
      : (await Promise.all(files.map((file) => cutDown(file, question, Number(opt.cut))))).filter((file) => file !== undefined)
  const diagnosis = await diagnose(cut, question, '0.0.0')
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
const half = (name: string): string => (Number(/\d+/.exec(name)?.[0] ?? 0) % 2 === 1 ? 'odd' : 'even')
const truths = readdirSync(dir)
  .filter((name) => name.endsWith('.truth.json'))
  .sort()
  .map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as Truth)
  .filter((truth) => !opt.only || opt.only.split(',').some((wanted) => truth.scenario === wanted || truth.name === wanted))
  .filter((truth) => !opt.half || half(truth.name) === opt.half)
const kinds: Asked[] = opt.all
  ? ['none', 'peer', 'full'].flatMap((hints) => ['exact', 'minute', 'log'].map((at) => ({ hints, at })))
  : [{ hints: opt.hints, at: opt.at }]
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
