import { z } from 'zod'
import { decompress, newReport } from '../../bytes/decompress.ts'
import type { EvidenceFile, Question } from '../../diagnosis/question.ts'
import type { DecodedError } from '../../logs/errors/decode.ts'
import { readLog } from '../../logs/read-log.ts'
import type { LogRecord } from '../../logs/record.ts'
import { type LogEvent, logEvents } from '../../time/log-events.ts'
import { contains, type Window } from '../../time/window.ts'

/** One error that a log shows, on the log's own clock. */
export interface LoggedError {
  readonly input: number
  readonly event: LogEvent
  /** The most telling of what the record reports. */
  readonly decoded: DecodedError
}

/** A log read once: its events; no other text is kept. */
export interface EvidenceLog {
  readonly input: number
  readonly file: EvidenceFile
  readonly records: number
  /** Seconds since the epoch on its own clock; not finite without a dated record. */
  readonly from: number
  readonly until: number
  readonly events: readonly LogEvent[]
  readonly errors: readonly LoggedError[]
  /** What the file's compression shows amiss. */
  readonly damage: string | undefined
}

const toSeconds = (ns: bigint): number => Number(ns / 1_000n) / 1e6

/**
 * Reads a log: its errors, decoded and tied to a peer, and when it speaks of which peer.
 *
 * @param nearNs a moment near which it lies, for stamps without a year
 */
export async function readEvidenceLog(
  input: number,
  file: EvidenceFile,
  question: Question,
  nearNs: bigint | undefined,
): Promise<EvidenceLog> {
  const seen = { records: 0, from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY }
  const report = newReport()
  const records = readLog(decompress(file.source.open(), report), {
    fileOptions: { ...file.options, dayFirst: file.options.dayFirst ?? dayOrderOf(file) },
    caseTimezone: question.timezone,
    incidentAtNs: nearNs,
    fileName: file.name,
  })
  const events = await logEvents(counted(records, seen, file.within))
  const errors = events.flatMap((event) => {
    const [decoded] = event.errors
    return decoded ? [{ input, event, decoded }] : []
  })
  return { input, file, ...seen, events, errors, damage: report.damage?.says }
}

/** What the whole log showed before it was cut: what is left of it may not show it any more. */
function dayOrderOf({ receipt }: EvidenceFile): boolean | undefined {
  const { success, data } = ReceiptDayOrder.safeParse(receipt?.options.dayFirst)
  return success ? data.value : undefined
}

const ReceiptDayOrder = z.object({ value: z.boolean() })

async function* counted(
  records: AsyncIterable<LogRecord>,
  seen: { records: number; from: number; until: number },
  within: Window | undefined,
): AsyncGenerator<LogRecord> {
  for await (const record of records) {
    if (within && record.timestampNs !== undefined && !contains(within, record.timestampNs)) continue
    seen.records++
    if (record.timestampNs !== undefined) {
      const at = toSeconds(record.timestampNs)
      seen.from = Math.min(seen.from, at)
      seen.until = Math.max(seen.until, at)
    }
    yield record
  }
}
