import type { LiveSide } from './live-side.ts'
import { seqDelta } from './sequence.ts'

/** Ranges kept for one side; more are forgotten, oldest first, and then count as seen. */
const MAX_HOLES = 16

/** Bytes [start, end) were skipped by the sender's next segment: lost before the capture, late, or dropped by it. */
export function openHole(side: LiveSide, start: number, end: number): void {
  side.rare.holes ??= []
  const { holes } = side.rare
  if (holes.length === 2 * MAX_HOLES) holes.splice(0, 2)
  holes.push(start, end)
  side.openHoles = holes.length >> 1
}

/** Takes [start, end) out of the holes. True when any of it was missing: the segment brings something not captured before. */
export function fillHoles(side: LiveSide, start: number, end: number): boolean {
  const { holes } = side.rare
  if (side.openHoles === 0 || holes === undefined) return false
  const left: number[] = []
  let filled = false
  for (let i = 0; i < holes.length; i += 2) {
    const from = holes[i] ?? 0
    const to = holes[i + 1] ?? 0
    if (seqDelta(end, from) <= 0 || seqDelta(start, to) >= 0) left.push(from, to)
    else {
      filled = true
      if (seqDelta(start, from) > 0) left.push(from, start)
      if (seqDelta(to, end) > 0) left.push(end, to)
    }
  }
  side.rare.holes = left
  side.openHoles = left.length >> 1
  return filled
}

/** The other side acknowledged up to `ack`. True when that covers a hole: it has what the capture has not. */
export function ackCoversHole(side: LiveSide, ack: number): boolean {
  return side.openHoles > 0 && fillHoles(side, (ack - 0x40000000) | 0, ack)
}
