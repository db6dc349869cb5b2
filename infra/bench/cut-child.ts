import { closeSync, openSync, writeSync } from 'node:fs'
import { fileSource } from '../../src/cli/file-source.ts'
import { cutCapture } from '../../src/core/capture/cut.ts'
import { cutBySeek } from '../../src/core/capture/cut-seek.ts'

/** `cut-child stream|seek FILE OUT FROM TO` (seconds since the epoch), or `read FILE`: what the bench times, as a whole process. */
const [way, path = '', out = '', from = '0', to = '0'] = process.argv.slice(2)
const window = { fromNs: BigInt(from) * 1_000_000_000n, toNs: BigInt(to) * 1_000_000_000n }
const source = await fileSource(path)
const descriptor = openSync(way === 'read' ? '/dev/null' : out, 'w')
const sink = (bytes: Uint8Array): void => {
  writeSync(descriptor, bytes)
}
if (way === 'seek') {
  const facts = await cutBySeek(source, { window }, sink)
  if (facts === undefined) throw new Error('this file cannot be sought')
  console.log(JSON.stringify({ ...facts.reads, kept: facts.kept }))
} else if (way === 'read') {
  for await (const chunk of source.open()) if (chunk.length === 0) break
} else {
  const { kept } = await cutCapture(source.open(), { window }, sink)
  console.log(JSON.stringify({ kept }))
}
closeSync(descriptor)
