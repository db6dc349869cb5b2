import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
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
 * Cutting a log to ten minutes, against `grep -c` of the date and `awk` comparing the stamps: whole processes, warm page cache. Three ways:
 * with everything a receipt needs (order, digest, errors of the whole log), in one pass without errors, and by seeking.
 */
export async function benchLogs(folder: string, full: boolean): Promise<void> {
  const megabytes = full ? 2000 : 300
  const path = `${folder}/print-server-${megabytes}.log`
  const out = `${folder}/print-server-cut.log`
  if (!existsSync(path)) writeLog(path, megabytes * MEGABYTE)
  const child = `${folder}/logs-child.mjs`
  const entryPoints = [fileURLToPath(new URL('logs-child.ts', import.meta.url))]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', target: 'node24', outfile: child, logLevel: 'error' })
  const ours = (how: string): string[] => [process.execPath, child, how, path, '2025-01-15T08:00:00Z', out]
  const runs = measureInTurns({
    digest: ours('digest'),
    pass: ours('pass'),
    seek: ours('seek'),
    grep: ['grep', '-c', '2025-01-15', path],
    awk: ['awk', '$0 >= "2025-01-15 08:00" && $0 < "2025-01-15 08:10" { n++ } END { print n }', path],
  })
  const size = statSync(path).size / MEGABYTE
  for (const [name, { seconds, megabytes: memory, stdout }] of Object.entries(runs)) {
    console.log(
      `logs    ${name}: ${seconds.toFixed(3)} s, ${(size / seconds).toFixed(0)} MB/s, ${memory.toFixed(0)} MB, says ${stdout.trim()}`,
    )
  }
  const kept = [runs.digest, runs.pass, runs.seek].map(({ stdout }) => stdout.trim())
  if (kept.some((records) => records !== runs.awk.stdout.trim())) throw new Error('awk keeps other records than we do')
  goal('cut a log by seeking (trim -o), against grep -c of the date', runs.grep.seconds / runs.seek.seconds, 0.5, 'at least', ' ×')
  goal('cut a log in one pass, against grep -c of the date', runs.grep.seconds / runs.pass.seconds, 0.5, 'at least', ' ×')
  goal('cut a log in one pass with its digest, against grep -c', runs.grep.seconds / runs.digest.seconds, 0.5, 'at least', ' ×')
  goal('memory of a log cut', runs.digest.megabytes, 150, 'at most', ' MB')
}
