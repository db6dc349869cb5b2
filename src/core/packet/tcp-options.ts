import { ABSENT, type Packet } from './packet.ts'

/** Most SACK blocks that fit into a header (RFC 2018 §3). */
const MAX_SACK_BLOCKS = 4

/** TCP options of one segment, reused. Numbers are ABSENT (−1) where the option is missing or was cut off. */
export class TcpOptions {
  /** Maximum segment size (RFC 9293 §3.7.1). */
  mss = ABSENT
  /** Shift count of window scaling, at most 14 (RFC 7323 §2.2). */
  windowScale = ABSENT
  sackPermitted = false
  /** TSval and TSecr (RFC 7323 §3.2), unsigned. */
  timestamp = ABSENT
  timestampEcho = ABSENT
  /** SACK blocks: left and right edge of the first `sackBlocks` pairs, unsigned (RFC 2018 §3). */
  sackBlocks = 0
  readonly sackEdges: Float64Array = new Float64Array(2 * MAX_SACK_BLOCKS)
  /** The options were cut off by the snapshot length. */
  cutOff = false
}

/** Reads the options of a decoded TCP segment. */
export function readTcpOptions(packet: Packet, into: TcpOptions): void {
  into.mss = ABSENT
  into.windowScale = ABSENT
  into.sackPermitted = false
  into.timestamp = ABSENT
  into.timestampEcho = ABSENT
  into.sackBlocks = 0
  const end = Math.min(packet.payloadStart, packet.end)
  into.cutOff = end < packet.payloadStart
  let at = packet.transportStart + 20
  while (at < end) {
    const kind = packet.view.getUint8(at)
    if (kind === 0) return
    if (kind === 1) {
      at++
      continue
    }
    const length = at + 1 < end ? packet.view.getUint8(at + 1) : 0
    if (length < 2 || at + length > end) return
    readOption(packet.view, kind, at + 2, length - 2, into)
    at += length
  }
}

function readOption(view: DataView, kind: number, at: number, length: number, into: TcpOptions): void {
  if (kind === 8 && length === 8) {
    into.timestamp = view.getUint32(at)
    into.timestampEcho = view.getUint32(at + 4)
  } else if (kind === 5) {
    const blocks = Math.min(MAX_SACK_BLOCKS, length >> 3)
    for (let i = 0; i < 2 * blocks; i++) into.sackEdges[i] = view.getUint32(at + 4 * i)
    into.sackBlocks = blocks
  } else if (kind === 2 && length === 2) into.mss = view.getUint16(at)
  else if (kind === 3 && length === 1) into.windowScale = Math.min(14, view.getUint8(at))
  else if (kind === 4 && length === 0) into.sackPermitted = true
}
