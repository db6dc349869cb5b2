import { mkdirSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { benchCut } from './cut.ts'
import { benchLogs } from './logs.ts'
import { benchStart } from './start.ts'
import { benchTrack } from './track.ts'
import { benchWorker } from './worker.ts'

/**
 * `npm run bench [-- --full] [-- NAME…]`: makes its inputs under bench-data/ (4 GB; `--full` 10 GB more), runs ours against the tools it
 * replaces, and prints a line for each goal. Needs editcap and tshark (wireshark-common, tshark), tcptrace and GNU time.
 */
const BENCHES: Readonly<Record<string, (folder: string, full: boolean) => Promise<void>>> = {
  cut: benchCut,
  track: benchTrack,
  logs: benchLogs,
  start: benchStart,
  worker: benchWorker,
}

const folder = fileURLToPath(new URL('../../bench-data', import.meta.url))
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const full = process.argv.includes('--full')
mkdirSync(folder, { recursive: true })
console.log(
  `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${loadavg()[0]?.toFixed(1)}, page cache warm`,
)
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length === 0 || names.includes(name)) await bench(folder, full)
}
