import type { Frame } from '../../capture/frame.ts'
import { newFrame } from '../../capture/new-frame.ts'
import { PCAP_FILE_HEADER, type PcapHeader, parsePcapHeader } from '../../capture/pcap-header.ts'
import { BLOCK, BYTE_ORDER_MAGIC, MAX_BLOCK, PACKET_HEADER, SMALLEST_BLOCK } from '../../capture/pcapng-blocks.ts'
import { InputError } from '../../errors.ts'
import type { LastWords } from '../../intake/last-words.ts'
import type { FramePrivacy } from './frame.ts'
import type { ByteFilter } from './text-filter.ts'

/** Options that hold numbers only: end, comment-free. Interfaces: speed, time resolution, FCS length, time offset; packets: flags; statistics: counters. */
const NUMERIC_OPTIONS: Readonly<Record<number, ReadonlySet<number>>> = {
  [BLOCK.sectionHeader]: new Set(),
  [BLOCK.interfaceDescription]: new Set([8, 9, 13, 14]),
  [BLOCK.enhancedPacket]: new Set([2, 4]),
  [BLOCK.obsoletePacket]: new Set([2]),
  [BLOCK.interfaceStatistics]: new Set([2, 3, 4, 5, 6, 7, 8]),
}
/** Bytes in front of a block's options. */
const FIXED: Readonly<Record<number, number>> = {
  [BLOCK.sectionHeader]: 24,
  [BLOCK.interfaceDescription]: 16,
  [BLOCK.interfaceStatistics]: 20,
}

/**
 * Passes a cut capture (pcap or pcapng, as the cut writes it) through a frame's privacy, record by record: order, numbers, time stamps and
 * lengths on the wire stay. With pseudonyms, pcapng blocks and options that can hold text or addresses (names, comments, keys, filters)
 * are left out; when only payload is cut, decryption secrets are.
 *
 * @param words hears every frame before its payload goes
 * @param strict leave out whatever may name somebody: pseudonyms were asked for
 * @throws {InputError} `malformed-capture` from `push` when the bytes are no capture
 */
export function captureFilter(privacy: FramePrivacy, strict: boolean, write: (bytes: Uint8Array) => void, words?: LastWords): ByteFilter {
  const rewrite: Rewrite = (frame) => privacy.rewrite(frame, words)
  let carry = new Uint8Array(0)
  let container: Container | undefined
  return {
    push(bytes) {
      const whole = new Uint8Array(carry.length + bytes.length)
      whole.set(carry)
      whole.set(bytes, carry.length)
      if (container === undefined && whole.length < PCAP_FILE_HEADER) {
        carry = whole
        return
      }
      const view = new DataView(whole.buffer)
      container ??=
        view.getUint32(0) === BLOCK.sectionHeader
          ? new PcapngContainer(rewrite, strict, write)
          : new PcapContainer(rewrite, parsePcapHeader(whole), write)
      carry = whole.subarray(container.take(whole, view))
    },
    end() {
      // A cut writes whole records: what is left is a record that never ended, and nothing of it may pass.
      carry = new Uint8Array(0)
    },
  }
}

/** Makes one frame private in its buffer; returns the bytes of it that are left. */
type Rewrite = (frame: Frame) => number

interface Container {
  /** Rewrites the whole records of `buffer`; returns where the first incomplete one starts. */
  take(buffer: Uint8Array, view: DataView): number
}

class PcapContainer implements Container {
  readonly #rewrite: Rewrite
  readonly #header: PcapHeader
  readonly #write: (bytes: Uint8Array) => void
  readonly #frame
  #begun = false

  constructor(rewrite: Rewrite, header: PcapHeader, write: (bytes: Uint8Array) => void) {
    this.#rewrite = rewrite
    this.#header = header
    this.#write = write
    this.#frame = newFrame(header.linkType)
  }

  take(buffer: Uint8Array, view: DataView): number {
    const { littleEndian, recordHeader, capturedLengthAt } = this.#header
    let at = 0
    if (!this.#begun) {
      this.#begun = true
      this.#write(buffer.slice(0, PCAP_FILE_HEADER))
      at = PCAP_FILE_HEADER
    }
    while (at + recordHeader <= buffer.length) {
      const captured = view.getUint32(at + capturedLengthAt, littleEndian)
      if (captured > MAX_BLOCK) throw unreadable(at)
      const start = at + recordHeader
      if (start + captured > buffer.length) return at
      Object.assign(this.#frame, {
        buffer,
        view,
        start,
        capturedLength: captured,
        originalLength: view.getUint32(at + 20 - capturedLengthAt, littleEndian),
      })
      const kept = this.#rewrite(this.#frame)
      view.setUint32(at + capturedLengthAt, kept, littleEndian)
      this.#write(buffer.slice(at, start + kept))
      at = start + captured
    }
    return at
  }
}

class PcapngContainer implements Container {
  readonly #rewrite: Rewrite
  readonly #strict: boolean
  readonly #write: (bytes: Uint8Array) => void
  readonly #frame = newFrame(0)
  #littleEndian = true
  #linkTypes: number[] = []

  constructor(rewrite: Rewrite, strict: boolean, write: (bytes: Uint8Array) => void) {
    this.#rewrite = rewrite
    this.#strict = strict
    this.#write = write
  }

  take(buffer: Uint8Array, view: DataView): number {
    let at = 0
    while (at + SMALLEST_BLOCK <= buffer.length) {
      if (view.getUint32(at) === BLOCK.sectionHeader) this.#littleEndian = view.getUint32(at + 8, true) === BYTE_ORDER_MAGIC
      const length = view.getUint32(at + 4, this.#littleEndian)
      if (length < SMALLEST_BLOCK || length > MAX_BLOCK || length % 4 !== 0) throw unreadable(at)
      if (at + length > buffer.length) return at
      this.#block(buffer, view, at, length)
      at += length
    }
    return at
  }

  #block(buffer: Uint8Array, view: DataView, at: number, length: number): void {
    const type = view.getUint32(at, this.#littleEndian)
    if (type === BLOCK.sectionHeader) this.#linkTypes = []
    if (type === BLOCK.interfaceDescription) this.#linkTypes.push(view.getUint16(at + 8, this.#littleEndian))
    const fixed = FIXED[type]
    if (type === BLOCK.enhancedPacket || type === BLOCK.obsoletePacket) this.#packet(buffer, view, at, length, type)
    else if (type === BLOCK.simplePacket) this.#simplePacket(buffer, view, at, length)
    else if (type === BLOCK.decryptionSecrets || (this.#strict && fixed === undefined)) return
    else if (!this.#strict || fixed === undefined) this.#write(buffer.slice(at, at + length))
    else this.#writeBlock(type, [buffer.slice(at + 8, at + fixed), this.#options(buffer, view, at + fixed, at + length - 4, type)])
  }

  #packet(buffer: Uint8Array, view: DataView, at: number, length: number, type: number): void {
    const little = this.#littleEndian
    const captured = view.getUint32(at + 20, little)
    const padded = captured + ((4 - (captured % 4)) % 4)
    const start = at + PACKET_HEADER
    if (start + padded > at + length - 4) throw unreadable(at)
    const linkType = this.#linkTypes[type === BLOCK.obsoletePacket ? view.getUint16(at + 8, little) : view.getUint32(at + 8, little)] ?? -1
    Object.assign(this.#frame, { buffer, view, start, capturedLength: captured, originalLength: view.getUint32(at + 24, little), linkType })
    const options = this.#options(buffer, view, start + padded, at + length - 4, type)
    const kept = this.#rewrite(this.#frame)
    view.setUint32(at + 20, kept, little)
    const padding = new Uint8Array((4 - (kept % 4)) % 4)
    this.#writeBlock(type, [buffer.slice(at + 8, start + kept), padding, options])
  }

  /** Its captured length follows from the interface's snaplen, so what must go is overwritten instead of cut. */
  #simplePacket(buffer: Uint8Array, view: DataView, at: number, length: number): void {
    const start = at + 12
    const original = view.getUint32(at + 8, this.#littleEndian)
    const captured = Math.min(original, length - 16)
    Object.assign(this.#frame, {
      buffer,
      view,
      start,
      capturedLength: captured,
      originalLength: original,
      linkType: this.#linkTypes[0] ?? -1,
    })
    const kept = this.#rewrite(this.#frame)
    buffer.fill(0, start + kept, at + length - 4)
    this.#write(buffer.slice(at, at + length))
  }

  /** All options, or those that hold numbers only. */
  #options(buffer: Uint8Array, view: DataView, from: number, to: number, type: number): Uint8Array {
    if (!this.#strict) return buffer.slice(from, to)
    const kept: number[] = []
    for (let at = from; at + 4 <= to; ) {
      const code = view.getUint16(at, this.#littleEndian)
      const size = view.getUint16(at + 2, this.#littleEndian)
      const end = at + 4 + size + ((4 - (size % 4)) % 4)
      if (code === 0 || end > to) break
      if (NUMERIC_OPTIONS[type]?.has(code)) kept.push(...buffer.subarray(at, end))
      at = end
    }
    return Uint8Array.from(kept.length > 0 ? [...kept, 0, 0, 0, 0] : [])
  }

  #writeBlock(type: number, parts: readonly Uint8Array[]): void {
    const length = 12 + parts.reduce((sum, part) => sum + part.length, 0)
    const out = new Uint8Array(length)
    const view = new DataView(out.buffer)
    view.setUint32(0, type, this.#littleEndian)
    view.setUint32(4, length, this.#littleEndian)
    let at = 8
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    view.setUint32(length - 4, length, this.#littleEndian)
    this.#write(out)
  }
}

const unreadable = (at: number): InputError =>
  new InputError(
    'malformed-capture',
    'a record of the cut capture cannot be read; nothing behind it is passed on',
    'Send the capture again.',
    at,
  )
