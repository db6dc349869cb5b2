import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { goal, measure, measureInTurns } from './measure.ts'
import { type TrackInput, writeTrackInput } from './track-input.ts'

const SMALL: TrackInput = { connections: 32_000, segments: 40, payload: 512, snaplen: 100, concurrent: 200 }
const BIG: TrackInput = { connections: 4_000, segments: 140, payload: 1448, snaplen: 65_535, concurrent: 200 }
/** TShark takes ten seconds for a million packets. */
const FOR_TSHARK: TrackInput = { ...SMALL, connections: 3_000 }
const MILLION: TrackInput = { connections: 1_000_000, segments: 0, payload: 0, snaplen: 100, concurrent: 1_000_000 }

/** Tracking and classifying every connection, against tcptrace and TShark, as whole processes; `finish` of all connections included. */
export async function benchTrack(folder: string): Promise<void> {
  const child = join(folder, 'track-child.mjs')
  const entryPoints = [new URL('track-child.ts', import.meta.url).pathname]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', target: 'node24', outfile: child, logLevel: 'error' })
  console.log(`\ntrack, ${SMALL.concurrent} connections open at a time, packets interleaved at random; whole process, best of 5`)
  console.log('file        packets   ours s  tcptrace s  × tcptrace  ns/packet (cpu, reading excluded)  MB')
  againstTcptrace(folder, child, 'small', SMALL, 7)
  againstTcptrace(folder, child, 'big', BIG, 2.5)
  againstTshark(folder, child)
  aMillion(folder, child)
}

function againstTcptrace(folder: string, child: string, name: string, input: TrackInput, wanted: number): void {
  const file = join(folder, `track-${name}.pcap`)
  const packets = writeTrackInput(file, input)
  const node = process.execPath
  const runs = measureInTurns({ ours: [node, child, 'track', file], scan: [node, child, 'scan', file], tcptrace: ['tcptrace', '-n', file] })
  const cpu = JSON.parse(runs.ours.stdout).cpuSeconds - JSON.parse(runs.scan.stdout).cpuSeconds
  const nanoseconds = (cpu * 1e9) / packets
  const ratio = runs.tcptrace.seconds / runs.ours.seconds
  const columns = [
    `${packets}`,
    runs.ours.seconds.toFixed(2),
    runs.tcptrace.seconds.toFixed(2),
    ratio.toFixed(1),
    nanoseconds.toFixed(0),
    runs.ours.megabytes.toFixed(0),
  ]
  console.log(`${name.padEnd(8)} ${columns.map((column) => column.padStart(10)).join(' ')}`)
  goal(`track ${name}: × tcptrace`, ratio, wanted, 'at least')
  if (name === 'small') goal('track small: a packet', nanoseconds, 120, 'at most', ' ns')
  rmSync(file)
}

function againstTshark(folder: string, child: string): void {
  const file = join(folder, 'track-tshark.pcap')
  writeTrackInput(file, FOR_TSHARK)
  const ours = measure([process.execPath, child, 'track', file], 3)
  const theirs = measure(['tshark', '-n', '-q', '-z', 'conv,tcp', '-r', file], 1)
  goal('track: × tshark -z conv,tcp', theirs.seconds / ours.seconds, 50, 'at least')
  rmSync(file)
}

function aMillion(folder: string, child: string): void {
  const file = join(folder, 'track-million.pcap')
  writeTrackInput(file, MILLION)
  const { megabytes, seconds, stdout } = measure([process.execPath, child, 'track', file], 1)
  const { connections, frames } = JSON.parse(stdout)
  console.log(`${connections} connections, all open at once, ${frames} packets: ${seconds.toFixed(1)} s`)
  goal('track a million connections: memory', megabytes, 220, 'at most', ' MB')
  rmSync(file)
}
