import { openSync, readSync } from 'node:fs'
import { cutLog } from '../../src/core/logs/cut-log.ts'

/** Cuts the log named on the command line to ten minutes and prints how many records it kept: one process, so that memory and start count. */
function* chunksOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r')
  const buffer = new Uint8Array(262_144)
  for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) yield buffer.subarray(0, size)
}

const [path = '', from = ''] = process.argv.slice(2)
const fromNs = BigInt(Date.parse(from)) * 1_000_000n
const cut = await cutLog(chunksOf(path), { window: { fromNs, toNs: fromNs + 600_000_000_000n }, incidentAtNs: fromNs }, () => undefined)
console.log(cut.kept.records)
