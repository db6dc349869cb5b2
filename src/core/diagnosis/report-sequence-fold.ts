import { byteCount } from './report-words.ts'
import type { SequenceStep } from './schema.ts'

/** Rows of a picture that a person takes in and a page of paper holds. */
const MOST_ROWS = 26

/**
 * The steps worth drawing: what decided, with its neighbours, the handshake, and everything that is no ordinary segment. Runs of ordinary
 * segments become gaps that say what they carried; the text beside the picture lists them all.
 */
export function foldSteps(steps: readonly SequenceStep[]): SequenceStep[] {
  let folded = [...steps]
  for (const neighbours of [2, 1, 0]) {
    folded = foldRuns(steps, kept(steps, neighbours))
    if (folded.length <= MOST_ROWS) return folded
  }
  // Even what decided is too much (a storm of probes): its beginning and its end tell it.
  const ends = new Set(folded.filter((_, i) => i < MOST_ROWS / 2 - 1 || i > folded.length - MOST_ROWS / 2))
  return foldRuns(folded, ends)
}

function kept(steps: readonly SequenceStep[], neighbours: number): Set<SequenceStep> {
  const chosen = new Set<SequenceStep>()
  for (const [i, step] of steps.entries()) {
    const opens = i < 3 && step.flags?.includes('SYN')
    if (step.decisive || opens || (step.kind !== 'segment' && step.kind !== 'gap' && step.kind !== 'arp') || i >= steps.length - 2) {
      const reach = step.decisive ? neighbours : 0
      for (const near of steps.slice(Math.max(0, i - reach), i + reach + 1)) chosen.add(near)
    }
  }
  return chosen
}

function foldRuns(steps: readonly SequenceStep[], chosen: ReadonlySet<SequenceStep>): SequenceStep[] {
  const out: SequenceStep[] = []
  let run: SequenceStep[] = []
  const close = () => {
    const isWorthIt = run.length > 2 || run.some(({ kind }) => kind === 'gap')
    out.push(...(isWorthIt ? [foldedRun(run)] : run))
    run = []
  }
  for (const step of steps) {
    if (!chosen.has(step)) run.push(step)
    else {
      close()
      out.push(step)
    }
  }
  close()
  return out
}

/** One gap for a run; a single gap stays what it was. */
function foldedRun(run: readonly SequenceStep[]): SequenceStep {
  const [first] = run
  if (first === undefined || run.length === 1) return first ?? { at: '', kind: 'gap', from: null, label: '', decisive: false }
  const packets = run.reduce((sum, step) => sum + (step.kind === 'gap' ? (step.packets ?? 0) : 1), 0)
  const bytes = (from: 'host' | 'peer') => run.reduce((sum, step) => sum + (step.from === from ? (step.length ?? 0) : 0), 0)
  const carried = [
    bytes('host') > 0 ? `${byteCount(bytes('host'))} to the peer` : '',
    bytes('peer') > 0 ? `${byteCount(bytes('peer'))} to the host` : '',
    ...[...new Set(run.filter(({ kind }) => kind === 'arp').map(({ label }) => label))],
    ...run.filter(({ kind, label }) => kind === 'gap' && !/^\d+ packets$/.test(label)).map(({ label }) => label),
  ]
  return { at: first.at, kind: 'gap', from: null, label: carried.filter((part) => part !== '').join(', '), packets, decisive: false }
}
