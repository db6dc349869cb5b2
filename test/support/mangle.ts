import { type CutFacts, cutCapture } from '../../src/core/capture/cut.ts'
import { scanCapture } from '../../src/core/capture/scan.ts'
import type { CaptureSummary } from '../../src/core/capture/summary.ts'
import { InputError } from '../../src/core/errors.ts'
import type { Window } from '../../src/core/time/window.ts'
import { concat } from './capture-files.ts'
import { reusing } from './chunks.ts'

/** What a scan makes of bytes: its summary and a sum over the frames, or the code of the InputError. Anything else is a fault and thrown. */
export async function outcome(bytes: Uint8Array, size: number): Promise<{ summary?: CaptureSummary; sum?: number; code?: string }> {
  let sum = 0
  try {
    const summary = await scanCapture(reusing(bytes, size), (frame) => {
      const end = frame.start + frame.capturedLength
      if (frame.start < frame.recordStart || end > frame.recordEnd || frame.recordEnd > frame.buffer.length)
        throw new Error('a frame outside its record')
      for (let at = frame.start; at < end; at++) sum = (Math.imul(sum, 31) + (frame.buffer[at] ?? 0)) | 0
      sum = (Math.imul(sum, 31) + frame.frameNumber + (Number.isNaN(frame.seconds) ? 7 : frame.seconds)) | 0
    })
    if (summary.frames > bytes.length) throw new Error('more frames than bytes')
    return { summary, sum }
  } catch (error) {
    if (error instanceof InputError) return { code: error.code }
    throw error
  }
}

/** The cut as one piece of bytes. */
export async function cutToBytes(bytes: Uint8Array, window: Window, size = 1000): Promise<{ facts: CutFacts; bytes: Uint8Array }> {
  const pieces: Uint8Array[] = []
  const facts = await cutCapture(reusing(bytes, size), { window }, (piece) => void pieces.push(piece.slice()))
  return { facts, bytes: concat(pieces) }
}
