import { CaptureScanner } from '../../../src/core/capture/scan.ts'
import type { TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { Tracker, type TrackerOptions } from '../../../src/core/tcp/tracker.ts'
import { type CaptureOptions, packets } from '../../support/capture-builder.ts'
import { pcap } from '../../support/capture-files.ts'

/** Tracks a capture written as text (see `test/support/capture-builder.ts`). */
export function trackText(text: string, capture: CaptureOptions = {}, options: TrackerOptions = {}): TrackedConnection[] {
  const tracker = new Tracker(options)
  trackInto(tracker, text, capture)
  return [...tracker.finish()]
}

export function trackInto(tracker: Tracker, text: string, capture: CaptureOptions = {}): void {
  const scanner = new CaptureScanner(tracker.frame)
  scanner.push(pcap(packets(text, capture), capture))
  scanner.end()
}

/** The one connection of a text. */
export function trackOne(text: string, capture: CaptureOptions = {}, options: TrackerOptions = {}): TrackedConnection {
  const [connection, ...others] = trackText(text, capture, options)
  if (connection === undefined || others.length > 0) throw new Error(`${others.length + (connection ? 1 : 0)} connections`)
  return connection
}

/** Frame → marks, of every segment. */
export function marksOf(text: string, capture: CaptureOptions = {}): number[] {
  const marks: number[] = []
  trackText(text, capture, { onSegment: (_packet, _id, _first, bits) => marks.push(bits) })
  return marks
}
