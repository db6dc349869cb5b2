import type { LiveConnections } from './live-connections.ts'
import { OPEN_HOLES } from './live-layout.ts'
import { seqDelta } from './sequence.ts'

/** Ranges kept for one side; more are forgotten, oldest first, and then count as seen. */
const MAX_HOLES = 16

/** Bytes [start, end) were skipped by the sender's next segment: lost before the capture, late, or dropped by it. */
export function openHole(live: LiveConnections, side: number, start: number, end: number): void {
  const holes = live.holes.get(side) ?? []
  if (holes.length === 2 * MAX_HOLES) holes.splice(0, 2)
  holes.push(start, end)
  keepHoles(live, side, holes)
}

function keepHoles(live: LiveConnections, side: number, holes: number[]): void {
  if (holes.length === 0) live.holes.delete(side)
  else live.holes.set(side, holes)
  live.words[side + OPEN_HOLES] = holes.length >> 1
}

/** Takes [start, end) out of the holes. True when any of it was missing: the segment brings something not captured before. */
export function fillHoles(live: LiveConnections, side: number, start: number, end: number): boolean {
  if (live.words[side + OPEN_HOLES] === 0) return false
  const holes = live.holes.get(side) ?? []
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
  keepHoles(live, side, left)
  return filled
}

/** The other side acknowledged up to `ack`. True when that covers a hole: it has what the capture has not. */
export function ackCoversHole(live: LiveConnections, side: number, ack: number): boolean {
  return fillHoles(live, side, (ack - 0x40000000) | 0, ack)
}
