import type { CutReceipt } from '../intake/receipt.ts'
import type { EvidenceFile } from './question.ts'
import type { Ref } from './schema.ts'

/** ISO 8601, UTC, microseconds; `at` is seconds since the epoch. Null where it is no time. */
export function isoOf(at: number): string | null {
  if (!Number.isFinite(at)) return null
  const micros = Math.round(at * 1e6)
  const whole = new Date(Math.floor(micros / 1e6) * 1000)
  if (Number.isNaN(whole.getTime())) return null
  const fraction = micros - Math.floor(micros / 1e6) * 1e6
  return `${whole.toISOString().slice(0, 19)}.${String(fraction).padStart(6, '0')}Z`
}

/** A kept record's position in the upload, by the receipt's runs; the same where nothing was cut. */
export function originalOrdinal(receipt: CutReceipt | undefined, kept: number): number | undefined {
  if (!receipt) return kept
  const run = receipt.ordinals.findLast(([first]) => first <= kept)
  return run && run[1] + (kept - run[0])
}

/** Where a packet lies. `at` is on its own capture's clock, `offset` that clock − reference clock, both seconds. */
export function frameRef(file: EvidenceFile, frame: number, at: number, offset: number): Ref {
  const stamp = isoOf(at - offset)
  const original = originalOrdinal(file.receipt, frame)
  return { file: file.file, frame, ...(original === undefined ? {} : { originalFrame: original }), ...(stamp ? { at: stamp } : {}) }
}
