import type { z } from 'zod'
import { CutReceipt } from '../core/intake/receipt.ts'

/** A cut receipt without its lists, which may be megabytes: what a case shows of each evidence file. */
export const ReceiptSummary = CutReceipt.omit({ ordinals: true, lastWords: true, flowDigest: true, logDigest: true })
export type ReceiptSummary = z.infer<typeof ReceiptSummary>

export function summarise(receipt: CutReceipt): ReceiptSummary {
  const { ordinals: _ordinals, lastWords: _lastWords, flowDigest: _flowDigest, logDigest: _logDigest, ...summary } = receipt
  return summary
}
