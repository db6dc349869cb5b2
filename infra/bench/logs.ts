import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { goal, measureInTurns } from './measure.ts'

const START = Date.UTC(2025, 0, 15, 6)
const MEGABYTE = 1e6

/** A print server's log: a record every 7 ms, every tenth names a peer, one in 5,000 is an error. The same for the same size. */
function writeLog(path: string, bytes: number): void {
  const file = openSync(path, 'w')
  let written = 0
  for (let n = 0, text = ''; written < bytes; n++) {
    const stamp = new Date(START + n * 7).toISOString().replace('T', ' ').replace('Z', '').replace('.', ',')
    const queue = `[queue${n % 40}]`
    const peer = `10.20.3.${n % 40}:9100`
    if (n % 5000 === 4999) text += `${stamp} ERROR ${queue} job ${n} send to ${peer} failed: WSA error 10053\n`
    else if (n % 10 === 0) text += `${stamp} INFO  ${queue} job ${n} connected to ${peer}\n`
    else text += `${stamp} INFO  ${queue} job ${n} 'label_batch_${n % 977}.zpl' received from svc_rip (${n % 90_000} kB)\n`
    if (text.length < MEGABYTE) continue
    written += writeSync(file, text)
    text = ''
  }
  closeSync(file)
}

/**
 * Cutting a log to ten minutes, with everything its receipt needs (order, digest, errors of the whole log), against `grep -c` of the date
 * and `awk` comparing the stamps: whole processes, warm page cache.
 */
export async function benchLogs(folder: string, full: boolean): Promise<void> {
  const megabytes = full ? 2000 : 300
  const path = `${folder}/print-server-${megabytes}.log`
  if (!existsSync(path)) writeLog(path, megabytes * MEGABYTE)
  const child = fileURLToPath(new URL('logs-child.ts', import.meta.url))
  const runs = measureInTurns({
    ours: [process.execPath, child, path, '2025-01-15T08:00:00Z'],
    grep: ['grep', '-c', '2025-01-15', path],
    awk: ['awk', '$0 >= "2025-01-15 08:00" && $0 < "2025-01-15 08:10" { n++ } END { print n }', path],
  })
  const size = statSync(path).size / MEGABYTE
  for (const [name, { seconds, megabytes: memory, stdout }] of Object.entries(runs)) {
    console.log(`logs    ${name}: ${(size / seconds).toFixed(0)} MB/s, ${memory.toFixed(0)} MB, says ${stdout.trim()}`)
  }
  if (runs.ours.stdout.trim() !== runs.awk.stdout.trim()) throw new Error('awk keeps other records than we do')
  goal('cut a log, against grep -c of the date', runs.grep.seconds / runs.ours.seconds, 0.5, 'at least', ' ×')
  goal('memory of a log cut', runs.ours.megabytes, 150, 'at most', ' MB')
}
