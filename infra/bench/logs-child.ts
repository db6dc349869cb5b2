import { appendFileSync, writeFileSync } from 'node:fs'
import { fileSource } from '../../src/cli/file-source.ts'
import { cutLog } from '../../src/core/logs/cut-log.ts'
import { cutLogSource } from '../../src/core/logs/cut-log-seek.ts'

/**
 * Cuts the log named on the command line to ten minutes into a file and prints how many records it kept: one process, so that memory and
 * start count. `digest`: in one pass, with the errors of the whole log, as a receipt wants it; `pass`: in one pass without them; `seek`: as
 * `hangup trim -o` does it.
 */
const [how, path = '', from = '', out = ''] = process.argv.slice(2)
const fromNs = BigInt(Date.parse(from)) * 1_000_000n
const options = { window: { fromNs, toNs: fromNs + 600_000_000_000n }, incidentAtNs: fromNs, digest: how === 'digest' }
const source = await fileSource(path)
const open = () => {
  writeFileSync(out, '')
  return (piece: Uint8Array) => appendFileSync(out, piece)
}
const cut = how === 'seek' ? (await cutLogSource(source, options, open)).cut : await cutLog(source.open(), options, open())
console.log(cut.kept.records)
