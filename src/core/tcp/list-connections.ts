import type { Source } from '../bytes/chunks.ts'
import { scanCapture } from '../capture/scan.ts'
import { type ConnectionRow, connectionRow } from './connection-row.ts'
import { Tracker, type TrackerLimits } from './tracker.ts'

/** The connections of one capture, in the order of their first packets: one pass, then a row at a time. */
export async function* listConnections(source: Source, limits?: TrackerLimits): AsyncGenerator<ConnectionRow> {
  const tracker = new Tracker(limits && { limits })
  await scanCapture(source.open(), tracker.frame)
  for (const connection of tracker.finish()) yield connectionRow(connection)
}

/** Rows at most in a bundle: beyond that nobody reads them, and the captures have them all. */
const MOST_ROWS = 20_000

/** The connections of several captures, one capture after the other. */
export async function connectionsOf(captures: readonly Source[], limits?: TrackerLimits): Promise<ConnectionRow[]> {
  const rows: ConnectionRow[] = []
  for (const capture of captures) {
    for await (const row of listConnections(capture, limits)) if (rows.length < MOST_ROWS) rows.push(row)
  }
  return rows
}
