import type { Source } from '../core/bytes/chunks.ts'
import { type CutLogOptions, cutLog } from '../core/logs/cut-log.ts'
import { cutLogSource } from '../core/logs/cut-log-seek.ts'
import type { Output } from './output.ts'

export interface TrimmedLog {
  readonly records: number
  /** Undefined after a seek, which does not read all. */
  readonly seen: number | undefined
  readonly bytes: number
  readonly notes: readonly string[]
}

/**
 * Cuts a log; by seek where it is worth it and the output can begin again, should the seek meet what it cannot trust. A file of its own
 * so that cutting a capture does not load what reads logs, which is a third of the command's code.
 */
export async function trimLog(source: Source, options: CutLogOptions, { sink, restart }: Output, isLarge: boolean): Promise<TrimmedLog> {
  const { cut, seeked } =
    restart && isLarge
      ? await cutLogSource(source, options, async () => {
          await restart()
          return sink
        })
      : { cut: await cutLog(source.open(), options, sink), seeked: false }
  const { kept, recordsSeen, warnings, quality } = cut
  const notes = [...warnings.map(({ message }) => message), ...quality]
  return { records: kept.records, seen: seeked ? undefined : recordsSeen, bytes: kept.bytes, notes }
}
