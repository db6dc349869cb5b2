import { fileSource } from '../../src/cli/file-source.ts'
import { CaptureScanner } from '../../src/core/capture/scan.ts'
import { Tracker } from '../../src/core/tcp/tracker.ts'

/** `track-child track|scan FILE`: what the bench times, as a whole process; `scan` reads and shows frames and does nothing with them. */
const [way, path = ''] = process.argv.slice(2)
const source = await fileSource(path)
const tracker = new Tracker({ checksums: 'sampled' })
let frames = 0
const scanner = new CaptureScanner(
  way === 'track'
    ? tracker.frame
    : () => {
        frames++
      },
)
for await (const chunk of source.open()) scanner.push(chunk)
scanner.end()
let connections = 0
let states = 0
if (way === 'track') {
  for (const connection of tracker.finish()) {
    connections++
    states += connection.connState.length
  }
}
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ frames: Math.max(frames, tracker.counts.frames), connections, states, cpuSeconds: (user + system) / 1e6 }))
