import { z } from 'zod'
import type { CutReceipt } from './receipt.ts'

/** Seconds before the window that a quick cut reads for its digest: longer than the timers that end most connections. */
export const QUICK_LEAD_SECONDS = 600

const QuickOption = z.object({
  value: z.object({ leadSeconds: z.number(), from: z.string().nullable(), to: z.string().nullable() }),
})

/** What a quick cut read of its file, stamps of the first and the last packet; undefined where the file was read whole. */
export function quickRange(receipt: CutReceipt | undefined): { readonly from: string | null; readonly to: string | null } | undefined {
  const { success, data } = QuickOption.safeParse(receipt?.options.quick)
  return success ? data.value : undefined
}
