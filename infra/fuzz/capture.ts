import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { InputError } from '../../src/core/errors.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import { CutReceipt } from '../../src/core/intake/receipt.ts'
import { plainReceipt } from '../../src/core/intake/receipt-json.ts'
import { ALWAYS } from '../../src/core/time/window.ts'
import { concat } from '../../test/support/capture-files.ts'
import { outcome } from '../../test/support/mangle.ts'
import { SCENES } from '../../test/support/scenes.ts'

/**
 * `npm run fuzz [-- SECONDS [SEED]]`: mangles captures of every container, bare and packed, for so long (default 30 s). Each must end in
 * packets or an InputError, alike for any chunk size, and within a second. Prints how many inputs were tried; a fault prints the input.
 */
const seconds = Number(process.argv[2] ?? 30)
let state = Number(process.argv[3] ?? 1) >>> 0

/** xorshift32: the same inputs for the same seed. */
function random(below: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}

const NASTY = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x0d]

function mangled(file: Uint8Array): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(file)
  for (let changes = random(6); changes >= 0; changes--) {
    const at = random(bytes.length)
    const kind = random(6)
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8))
    if (kind === 1) bytes[at] = NASTY[random(NASTY.length)] ?? 0
    if (kind === 2) bytes.fill(NASTY[random(NASTY.length)] ?? 0, at, at + random(64))
    if (kind === 3) bytes = concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))])
    if (kind === 4) bytes = concat([bytes.subarray(0, at), Uint8Array.from({ length: random(200) }, () => random(256)), bytes.subarray(at)])
    if (kind === 5) bytes = bytes.slice(0, at + 1)
    if (bytes.length === 0) return file.slice(0, 1)
  }
  return bytes
}

async function upload(bytes: Uint8Array): Promise<void> {
  const request = { window: ALWAYS, scope: 'peers', peer: '10.0.0.9', toolVersion: '0', by: 'client' } as const
  const nothing = { write: () => undefined, end: () => undefined, abort: () => undefined }
  try {
    const receipts = await cutUpload([bytes], 'fuzz', {}, request, () => nothing)
    for (const receipt of receipts) CutReceipt.parse(plainReceipt(receipt))
  } catch (error) {
    if (!(error instanceof InputError)) throw error
  }
}

async function tryOne(bytes: Uint8Array): Promise<void> {
  const [whole, pieces] = [await outcome(bytes, Math.max(1, bytes.length)), await outcome(bytes, 1 + random(40))]
  if (JSON.stringify(whole) !== JSON.stringify(pieces)) throw new Error('the chunk size changes the outcome')
  await upload(bytes)
  if (random(4) === 0) await upload(mangled(random(2) === 0 ? gzipSync(bytes) : zipSync({ 'a.pcap': bytes, 'b.pcapng': bytes })))
}

const until = performance.now() + seconds * 1000
let tried = 0
let slowest = 0
for (; performance.now() < until; tried++) {
  const [, file] = SCENES[random(SCENES.length)] ?? ['', new Uint8Array(1)]
  const bytes = mangled(file)
  const started = performance.now()
  try {
    await tryOne(bytes)
  } catch (error) {
    console.error(`input ${tried}: ${Buffer.from(bytes).toString('base64')}`)
    throw error
  }
  slowest = Math.max(slowest, performance.now() - started)
  if (slowest > 1000) throw new Error(`input ${tried} took ${slowest} ms`)
}
console.log(`${tried} inputs in ${seconds} s: all ended in packets or an InputError; the slowest took ${slowest.toFixed(0)} ms`)
