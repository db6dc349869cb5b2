import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { goal, measure, measureInTurns } from './measure.ts'
import { type TrackInput, writeTrackInput } from './track-input.ts'

/** Two million packets, 62 a connection. */
const SMALL: TrackInput = { connections: 32_000, segments: 28, payload: 512, snaplen: 100, concurrent: 200 }
const SMALL_MANY: TrackInput = { ...SMALL, concurrent: 10_000 }
const BIG: TrackInput = { connections: 4_000, segments: 140, payload: 1448, snaplen: 65_535, concurrent: 200 }
/** A part of `SMALL` in size: TShark takes ten seconds for a million packets. */
const FOR_TSHARK: TrackInput = { ...SMALL, connections: 4_000 }
const ROUNDS = 3
const MILLION: TrackInput = { connections: 1_000_000, segments: 0, payload: 0, snaplen: 100, concurrent: 1_000_000 }

/** Tracking and classifying every connection, against tcptrace and TShark, as whole processes; `finish` of all connections included. */
export async function benchTrack(folder: string): Promise<void> {
  const child = join(folder, 'track-child.mjs')
  const entryPoints = [new URL('track-child.ts', import.meta.url).pathname]
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', target: 'node24', outfile: child, logLevel: 'error' })
  console.log(
    `\ntrack: connections interleaved at random, N open at a time; CPU seconds of the whole process (all threads), best of ${ROUNDS}`,
  )
  console.log('file           packets     open  ours cpu  tcptrace    × cpu   × wall  ns/packet (cpu, reading excluded)  MB')
  const cpuSeconds = againstTcptrace(folder, child, 'small', SMALL, 7)
  againstTcptrace(folder, child, 'small-many', SMALL_MANY, 7)
  againstTcptrace(folder, child, 'big', BIG, 2.5)
  againstTshark(folder, cpuSeconds)
  aMillion(folder, child)
}

/** @returns our CPU seconds a packet, start and reading included */
function againstTcptrace(folder: string, child: string, name: string, input: TrackInput, wanted: number): number {
  const file = join(folder, `track-${name}.pcap`)
  const packets = writeTrackInput(file, input)
  const node = process.execPath
  const commands = { ours: [node, child, 'track', file], scan: [node, child, 'scan', file], tcptrace: ['tcptrace', '-n', file] }
  const { ours, scan, tcptrace } = measureInTurns(commands, ROUNDS)
  const nanoseconds = ((ours.cpuSeconds - scan.cpuSeconds) * 1e9) / packets
  const ratio = tcptrace.cpuSeconds / ours.cpuSeconds
  const columns = [
    `${packets}`,
    `${input.concurrent}`,
    ours.cpuSeconds.toFixed(2),
    tcptrace.cpuSeconds.toFixed(2),
    ratio.toFixed(1),
    (tcptrace.seconds / ours.seconds).toFixed(1),
    nanoseconds.toFixed(0),
    ours.megabytes.toFixed(0),
  ]
  console.log(`${name.padEnd(11)} ${columns.map((column) => column.padStart(9)).join(' ')}`)
  goal(`track ${name}: × tcptrace (cpu)`, ratio, wanted, 'at least')
  if (name !== 'big') goal(`track ${name}: a packet`, nanoseconds, 120, 'at most', ' ns')
  rmSync(file)
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
