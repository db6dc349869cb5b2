import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { cutCapture } from '../../../src/core/capture/cut.ts'
import { scanCapture } from '../../../src/core/capture/scan.ts'
import { instantToNs } from '../../../src/core/capture/summary.ts'
import { concat } from '../../support/capture-files.ts'
import { sharedPath } from '../../support/shared.ts'

interface Expected {
  readonly file: string
  readonly gzip: boolean
  readonly container?: string
  readonly packets: number
  readonly untimed_packets: number
  readonly sliced_packets: number
  readonly in_time_order: boolean
  readonly first_ns?: string
  readonly last_ns?: string
  readonly bytes_sha256: string
  readonly linktypes: readonly number[]
  readonly damage: boolean
  readonly windows: readonly {
    readonly name: string
    readonly start_ns: string
    readonly end_ns: string
    readonly count: number
    readonly bytes_sha256: string
    /** Absent where there are many. */
    readonly frames?: readonly number[]
  }[]
}

const { files } = JSON.parse(readFileSync(sharedPath('testdata/expected/captures.json'), 'utf8')) as { files: Expected[] }
const captures = files.filter(({ container }) => container !== undefined)

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('every shared capture is read whole', () => {
  it.each(captures)('$file', async (expected) => {
    const stored = readFileSync(sharedPath('testdata', expected.file))
    const bytes = expected.gzip ? gunzipSync(stored) : stored
    for (const size of [bytes.length, 1000, 7]) {
      const hash = createHash('sha256')
      const summary = await scanCapture(inPieces(bytes, size), (frame) => {
        hash.update(frame.buffer.subarray(frame.start, frame.start + frame.capturedLength))
      })
      expect({
        frames: summary.frames,
        withoutTime: summary.framesWithoutTime,
        sliced: summary.slicedFrames,
        ordered: summary.disorder.frames === 0,
        earliest: summary.earliest && instantToNs(summary.earliest).toString(),
        latest: summary.latest && instantToNs(summary.latest).toString(),
        sha256: hash.digest('hex'),
      }).toEqual({
        frames: expected.packets,
        withoutTime: expected.untimed_packets,
        sliced: expected.sliced_packets,
        ordered: expected.in_time_order,
        earliest: expected.first_ns,
        latest: expected.last_ns,
        sha256: expected.bytes_sha256,
      })
      if (expected.damage) expect(summary.damageCount).toBeGreaterThan(0)
    }
  })
})

describe('every window of every shared capture is cut exactly', () => {
  const rows = captures.flatMap((expected) => expected.windows.map((window) => ({ ...expected, window })))
  it.each(rows)('$file, $window.name', async ({ file, gzip, window }) => {
    const stored = readFileSync(sharedPath('testdata', file))
    const bytes = gzip ? gunzipSync(stored) : stored
    for (const size of [bytes.length, 997]) {
      const pieces: Uint8Array[] = []
      const bounds = { fromNs: BigInt(window.start_ns), toNs: BigInt(window.end_ns) }
      const facts = await cutCapture(inPieces(bytes, size), { window: bounds }, (piece) => void pieces.push(piece.slice()))
      const hash = createHash('sha256')
      const again = await scanCapture([concat(pieces)], (frame) => {
        hash.update(frame.buffer.subarray(frame.start, frame.start + frame.capturedLength))
      })
      expect({ count: facts.kept.records, again: again.frames, sha256: hash.digest('hex') }).toEqual({
        count: window.count,
        again: window.count,
        sha256: window.bytes_sha256,
      })
      expect(unrolled(facts)).toEqual(window.frames ?? expect.anything())
    }
  })
})

function unrolled({ ordinals, kept }: Awaited<ReturnType<typeof cutCapture>>): number[] {
  return ordinals.flatMap(([keptFrame, original], index) => {
    const end = ordinals[index + 1]?.[0] ?? kept.records + 1
    return Array.from({ length: end - keptFrame }, (_, step) => original + step)
  })
}
