import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { CaptureScanner } from '../../../src/core/capture/scan.ts'
import type { TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { Tracker, type TrackerOptions } from '../../../src/core/tcp/tracker.ts'

/** One segment as the tracker judged it. */
export interface JudgedSegment {
  readonly connection: number
  readonly frame: number
  readonly fromFirstSender: boolean
  readonly marks: number
  readonly flags: number
  readonly payloadLength: number
  readonly sourcePort: number
}

export interface TrackedFile {
  readonly connections: readonly TrackedConnection[]
  readonly segments: readonly JudgedSegment[]
}

/** Tracks capture files (gzip too) as one, frames counted through. */
export function trackFiles(paths: readonly string[], options: TrackerOptions = {}): TrackedFile {
  const segments: JudgedSegment[] = []
  const tracker = new Tracker({
    ...options,
    onSegment: (packet, connection, fromFirstSender, marks) => {
      const { frameNumber: frame, flags, payloadLength, sourcePort } = packet
      segments.push({ connection, frame, fromFirstSender, marks, flags, payloadLength, sourcePort })
    },
  })
  let before = 0
  for (const path of paths) {
    let frames = 0
    const scanner = new CaptureScanner((frame) => {
      frames++
      frame.frameNumber = before + frames
      tracker.frame(frame)
    })
    const bytes = readFileSync(path)
    scanner.push(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes)
    scanner.end()
    before += frames
  }
  return { connections: [...tracker.finish()], segments }
}

/** `ip:port` as the references write it, brackets left out. */
export const endText = (end: { readonly ip: string; readonly port: number }): string => `${end.ip}:${end.port}`

export const bare = (end: string): string => end.replace(/[[\]]/g, '')
