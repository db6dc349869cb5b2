import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { fileSource } from '../../src/cli/file-source.ts'
import { scanCapture } from '../../src/core/capture/scan.ts'
import { type CutInput, FIRST_SECOND, SPAN, writeCutInput } from './cut-input.ts'
import { goal, measure, measureInTurns } from './measure.ts'

const GIGA = 1e9
const FROM = FIRST_SECOND + SPAN / 2
const TO = FROM + SPAN / 100

/** The window cut (1 % of the file), ours against editcap and cat, as whole processes. `full` adds 10 GB files. */
export async function benchCut(folder: string, full: boolean): Promise<void> {
  const child = join(folder, 'cut-child.mjs')
  const entryPoints = [new URL('cut-child.ts', import.meta.url).pathname]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', target: 'node24', outfile: child, logLevel: 'error' })
  console.log('\ncut, 1 % of the file, whole process, best of 5; s, and MB at most')
  console.log('file                cat   reading   ours  editcap   seek   ours MB')
  for (const format of ['pcap', 'pcapng'] as const) {
    for (const packets of ['big', 'small'] as const) await benchOne(folder, child, { format, packets, bytes: GIGA })
  }
  if (full) await benchTenGigabytes(folder, child)
}

async function benchOne(folder: string, child: string, input: CutInput): Promise<void> {
  const file = join(folder, `${input.packets}.${input.format}`)
  const [ours, theirs, sought] = ['ours', 'editcap', 'seek'].map((name) => join(folder, `out-${name}.${input.format}`)) as [
    string,
    string,
    string,
  ]
  writeCutInput(file, input)
  warm(file)
  const node = process.execPath
  const runs = measureInTurns(
    {
      cat: ['sh', '-c', 'exec cat "$0" >/dev/null', file],
      reading: [node, child, 'read', file],
      ours: [node, child, 'stream', file, ours, `${FROM}`, `${TO}`],
      editcap: ['editcap', '-F', input.format, '-A', `${FROM}`, '-B', `${TO}`, file, theirs],
      seek: [node, child, 'seek', file, sought, `${FROM}`, `${TO}`],
    },
    5,
  )
  const same = (await packetHash(ours)) === (await packetHash(theirs)) && readFileSync(ours).equals(readFileSync(sought))
  if (!same) throw new Error(`${file}: the cuts differ`)
  const columns = (['cat', 'reading', 'ours', 'editcap', 'seek'] as const).map((name) => runs[name].seconds.toFixed(3).padStart(8))
  const name = `${input.packets}.${input.format}`
  console.log(`${name.padEnd(14)} ${columns.join(' ')} ${runs.ours.megabytes.toFixed(0).padStart(8)}`)
  goal(
    `${name}: × editcap`,
    runs.editcap.seconds / runs.ours.seconds,
    input.packets === 'big' ? 1 : input.format === 'pcap' ? 3 : 5,
    'at least',
  )
  goal(`${name}: share of cat's speed`, (100 * runs.cat.seconds) / runs.ours.seconds, input.packets === 'big' ? 70 : 50, 'at least', ' %')
  goal(`${name}: memory`, runs.ours.megabytes, 64, 'at most', ' MB')
  for (const path of [ours, theirs, sought]) rmSync(path)
}

async function benchTenGigabytes(folder: string, child: string): Promise<void> {
  const file = join(folder, 'ten.pcap')
  const out = join(folder, 'out-ten.pcap')
  writeCutInput(file, { format: 'pcap', packets: 'big', bytes: 10 * GIGA })
  warm(file)
  const range = [`${FROM}`, `${TO}`]
  const sought = measure([process.execPath, child, 'seek', file, out, ...range], 3)
  const { requestsBeforeWindow, bytes, kept } = JSON.parse(sought.stdout)
  const streamed = measure([process.execPath, child, 'stream', file, out, ...range], 3)
  const theirs = measure(['editcap', '-F', 'pcap', '-A', `${FROM}`, '-B', `${TO}`, file, out], 3)
  goal('10 GB by seek', sought.seconds, 0.25, 'at most', ' s')
  goal('10 GB by seek: read beyond the window', (bytes - kept.bytes) / 1e6, 8, 'at most', ' MB')
  goal('10 GB by seek: requests before the window', requestsBeforeWindow, 24, 'at most')
  goal('10 GB streamed: × editcap', theirs.seconds / streamed.seconds, 1.8, 'at least')
  goal('10 GB streamed: memory', streamed.megabytes, 64, 'at most', ' MB')
  rmSync(out)
  rmSync(file)
}

/** Into the page cache: what is compared is the work, not the disk. */
function warm(file: string): void {
  const nothing = openSync('/dev/null', 'w')
  execFileSync('cat', [file], { stdio: ['ignore', nothing, 'inherit'] })
  closeSync(nothing)
}

/** Of the packets alone: editcap writes its own section header. */
async function packetHash(file: string): Promise<string> {
  const hash = createHash('sha256')
  const source = await fileSource(file)
  await scanCapture(source.open(), (frame) => {
    hash.update(`${frame.seconds}.${frame.nanoseconds} ${frame.originalLength} `)
    hash.update(frame.buffer.subarray(frame.start, frame.start + frame.capturedLength))
  })
  return hash.digest('hex')
}
