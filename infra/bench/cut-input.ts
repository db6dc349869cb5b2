import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs'

export interface CutInput {
  readonly format: 'pcap' | 'pcapng'
  readonly bytes: number
  /** `big`: about 920 bytes a packet; `small`: about 90, cut by a snaplen of 100. */
  readonly packets: 'big' | 'small'
}

export const FIRST_SECOND = 1_790_000_000
/** Seconds that the whole file spans. */
export const SPAN = 3600

const BUFFER = 4 << 20
const LARGEST = 1600

/** Writes the capture unless it is there already: the same packets for the same numbers. Returns how many. */
export function writeCutInput(path: string, { format, bytes, packets }: CutInput): void {
  if (existsSync(path) && Math.abs(statSync(path).size - bytes) < LARGEST * 2) return
  const file = openSync(`${path}.tmp`, 'w')
  const buffer = new Uint8Array(BUFFER)
  const view = new DataView(buffer.buffer)
  let at = format === 'pcap' ? pcapHeader(view) : pcapngHeader(view)
  let written = 0
  let random = 12345
  const overhead = format === 'pcap' ? 16 : 32
  while (written + at < bytes) {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0
    const original = packets === 'big' ? ((random >>> 8) % 3 === 0 ? 66 : 1350) : 66 + ((random >>> 8) % 1000)
    const captured = packets === 'big' ? original : Math.min(original, 100)
    const micros = Math.floor(((written + at) / bytes) * SPAN * 1e6)
    const start = format === 'pcap' ? pcapRecord(view, at, micros, captured, original) : pcapngRecord(view, at, micros, captured, original)
    fillFrame(buffer, view, start, captured, original, random)
    at += overhead + (format === 'pcap' ? captured : (captured + 3) & ~3)
    if (at > BUFFER - LARGEST) {
      writeSync(file, buffer, 0, at)
      written += at
      at = 0
    }
  }
  writeSync(file, buffer, 0, at)
  closeSync(file)
  renameSync(`${path}.tmp`, path)
}

function pcapHeader(view: DataView): number {
  view.setUint32(0, 0xa1b2c3d4, true)
  view.setUint16(4, 2, true)
  view.setUint16(6, 4, true)
  view.setUint32(16, 65535, true)
  view.setUint32(20, 1, true)
  return 24
}

function pcapRecord(view: DataView, at: number, micros: number, captured: number, original: number): number {
  view.setUint32(at, FIRST_SECOND + Math.floor(micros / 1e6), true)
  view.setUint32(at + 4, micros % 1e6, true)
  view.setUint32(at + 8, captured, true)
  view.setUint32(at + 12, original, true)
  return at + 16
}

function pcapngHeader(view: DataView): number {
  const words = [0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00000001, 0xffffffff, 0xffffffff, 28, 1, 20, 1, 65535, 20]
  words.forEach((word, index) => {
    view.setUint32(index * 4, word, true)
  })
  return words.length * 4
}

function pcapngRecord(view: DataView, at: number, micros: number, captured: number, original: number): number {
  const length = 32 + ((captured + 3) & ~3)
  const stamp = FIRST_SECOND * 1e6 + micros
  view.setUint32(at, 6, true)
  view.setUint32(at + 4, length, true)
  view.setUint32(at + 8, 0, true)
  view.setUint32(at + 12, Math.floor(stamp / 2 ** 32), true)
  view.setUint32(at + 16, stamp % 2 ** 32, true)
  view.setUint32(at + 20, captured, true)
  view.setUint32(at + 24, original, true)
  view.setUint32(at + length - 4, length, true)
  return at + 28
}

/** An Ethernet frame with an IPv4 TCP segment of one of 4,096 connections; the rest of it is whatever the buffer held. */
function fillFrame(buffer: Uint8Array, view: DataView, start: number, captured: number, original: number, random: number): void {
  view.setUint16(start + 12, 0x0800)
  buffer[start + 14] = 0x45
  view.setUint16(start + 16, original - 14)
  buffer[start + 22] = 64
  buffer[start + 23] = 6
  view.setUint32(start + 26, 0x0a000000 | (random & 0xfff))
  view.setUint32(start + 30, 0x0a000109)
  view.setUint16(start + 34, 49152)
  view.setUint16(start + 36, 9100)
  view.setUint32(start + 38, random)
  buffer[start + 46] = 0x50
  buffer[start + 47] = 0x10
  if (captured > 54) view.setUint32(start + captured - 4, random, true)
}
