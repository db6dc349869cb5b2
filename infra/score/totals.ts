import { isAnswered, type Row } from './row.ts'

/** All figures of a set of answers; percentages but for counts and the Brier score. */
export function totalsOf(rows: readonly Row[]): Record<string, number> {
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
    wrongSure: count((row) => row.outcome === 'wrong' && row.confidence >= 0.9),
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

export function confusionMatrix(rows: readonly Row[]): string {
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

export function calibrationCurve(rows: readonly Row[]): string {
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
