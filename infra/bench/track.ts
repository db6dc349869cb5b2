import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { goal, measure, measureInTurns } from './measure.ts'
import { type TrackInput, writeTrackInput } from './track-input.ts'

/** 9.6 million packets, 62 a connection: 0.93 GB, as the goals were set with. */
const SMALL: TrackInput = { connections: 154_400, segments: 28, payload: 512, snaplen: 100, concurrent: 200 }
/** Less than half of it: tcptrace takes a minute for the whole. */
const SMALL_MANY: TrackInput = { ...SMALL, connections: 64_000, concurrent: 10_000 }
/** 1.1 million packets, 286 a connection: 0.86 GB. */
const BIG: TrackInput = { connections: 3_800, segments: 140, payload: 1448, snaplen: 65_535, concurrent: 200 }
/** A part of `SMALL`: what a short file costs, most of whose time goes into starting and into compiling what tracks. */
const SHORT: TrackInput = { ...SMALL, connections: 16_000 }
/** TShark takes ten seconds for a million packets. */
const FOR_TSHARK: TrackInput = { ...SMALL, connections: 4_000 }
const ROUNDS = 3
const MILLION: TrackInput = { connections: 1_000_000, segments: 0, payload: 0, snaplen: 100, concurrent: 1_000_000 }

/** Tracking and classifying every connection, against tcptrace and TShark, as whole processes; `finish` of all connections included. */
export async function benchTrack(folder: string): Promise<void> {
  const child = join(folder, 'track-child.mjs')
  const entryPoints = [new URL('track-child.ts', import.meta.url).pathname]
  // As the command line is built: minified, constants are in the code.
  await build({
    entryPoints,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: child,
    logLevel: 'error',
  })
  console.log(`\ntrack: connections interleaved at random, N open at a time; seconds of the whole process, best of ${ROUNDS}`)
  console.log('          packets   open  ours: cpu   wall  tcptrace: cpu   wall   × cpu  × wall  ns a packet (cpu, reading excluded)   MB')
  const cpuSeconds = againstTcptrace(folder, child, 'small', SMALL, 7)
  againstTcptrace(folder, child, 'many', SMALL_MANY, 7)
  againstTcptrace(folder, child, 'big', BIG, 2.5)
  againstTcptrace(folder, child, 'short', SHORT, undefined)
  againstTshark(folder, cpuSeconds)
  aMillion(folder, child)
}

/**
 * @param wanted the goal's ratio, where there is a goal
 * @returns our CPU seconds a packet, start and reading included
 */
function againstTcptrace(folder: string, child: string, name: string, input: TrackInput, wanted: number | undefined): number {
  const file = join(folder, `track-${name}.pcap`)
  const packets = writeTrackInput(file, input)
  const node = process.execPath
  const commands = { ours: [node, child, 'track', file], scan: [node, child, 'scan', file], tcptrace: ['tcptrace', '-n', file] }
  const { ours, scan, tcptrace } = measureInTurns(commands, ROUNDS)
  rmSync(file)
  const nanoseconds = ((ours.cpuSeconds - scan.cpuSeconds) * 1e9) / packets
  const byCpu = tcptrace.cpuSeconds / ours.cpuSeconds
  const byWall = tcptrace.seconds / ours.seconds
  const numbers = [ours.cpuSeconds, ours.seconds, tcptrace.cpuSeconds, tcptrace.seconds].map((seconds) => seconds.toFixed(2).padStart(7))
  const columns = [
    `${packets}`.padStart(8),
    `${input.concurrent}`.padStart(6),
    ...numbers,
    byCpu.toFixed(1).padStart(6),
    byWall.toFixed(1).padStart(6),
  ]
  console.log(`${name.padEnd(8)} ${columns.join('  ')}  ${nanoseconds.toFixed(0).padStart(5)}  ${ours.megabytes.toFixed(0).padStart(5)}`)
  if (wanted === undefined) return ours.cpuSeconds / packets
  goal(`track ${name}: × tcptrace, cpu`, byCpu, wanted, 'at least')
  goal(`track ${name}: × tcptrace, wall`, byWall, wanted, 'at least')
  goal(`track ${name}: a packet`, nanoseconds, 120, 'at most', ' ns')
  return ours.cpuSeconds / packets
}

/** By packet, of two files that differ in length alone. */
function againstTshark(folder: string, ourSeconds: number): void {
  const file = join(folder, 'track-tshark.pcap')
  const packets = writeTrackInput(file, FOR_TSHARK)
  const theirs = measure(['tshark', '-n', '-q', '-z', 'conv,tcp', '-r', file], 1)
  const seconds = theirs.cpuSeconds / packets
  console.log(
    `tshark: ${packets} packets of the same sort, ${(seconds * 1e6).toFixed(1)} µs each; ours ${(ourSeconds * 1e6).toFixed(2)} µs`,
  )
  goal('track small: × tshark -z conv,tcp (cpu a packet)', seconds / ourSeconds, 50, 'at least')
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
