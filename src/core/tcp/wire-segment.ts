import type { Role } from './segment.ts'

/** What a traced segment looks like before it is placed in its flow: header fields as they are on the wire. */
export interface WireSegment {
  capture: number
  frame: number
  at: number
  from: Role
  flags: number
  /** Absolute, unsigned 32-bit. */
  seq: number
  ack: number
  length: number
  /** More of it travels in other IP fragments: it is longer than `length`. */
  isFragmented: boolean
  wireLength: number
  window: number
  ttl: number
  ipId: number
  mac: string
  timestampValue: number | undefined
  timestampEcho: number | undefined
  windowScale: number | undefined
  /** Absolute left and right edges, in pairs. */
  sackEdges: readonly number[]
  damaged: boolean
  payload: Uint8Array | undefined
}
