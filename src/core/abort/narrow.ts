import { inFileClock } from '../capture/cut.ts'
import type { EvidenceFile, Question } from '../diagnosis/question.ts'
import { isoFromNs } from '../time/civil.ts'
import type { Window } from '../time/window.ts'

/** ISO 8601, UTC, as receipts write it. */
const nsOf = (stamp: string): bigint =>
  BigInt(Date.parse(`${stamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt((/\.(\d+)/.exec(stamp)?.[1] ?? '').padEnd(9, '0').slice(0, 9))

const keptWindow = ({ receipt }: EvidenceFile): Window | undefined =>
  receipt && { fromNs: nsOf(receipt.window.from), toNs: nsOf(receipt.window.to) }

/** A cut file, to be looked at only inside the question's window where that is narrower than the one it was cut to. */
export function narrowed(file: EvidenceFile, { window }: Question): EvidenceFile {
  const kept = keptWindow(file)
  if (!file.receipt || !kept || !window) return file
  const fromNs = window.fromNs > kept.fromNs ? window.fromNs : kept.fromNs
  const toNs = window.toNs < kept.toNs ? window.toNs : kept.toNs
  if (fromNs === kept.fromNs && toNs === kept.toNs) return file
  const receipt = { ...file.receipt, window: { from: isoFromNs(fromNs), to: isoFromNs(toNs) } }
  return { ...file, receipt, within: inFileClock({ fromNs, toNs }, file.options.clockOffset ?? 0) }
}

/** The question's window reaches beyond what was kept. */
export function reachesBeyond(file: EvidenceFile, { window }: Question): boolean {
  const kept = keptWindow(file)
  return kept !== undefined && window !== undefined && (window.fromNs < kept.fromNs || window.toNs > kept.toNs)
}
