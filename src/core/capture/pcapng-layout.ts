import type { DamageLog } from './damage.ts'
import { BLOCK, BYTE_ORDER_MAGIC, isKnownBlock, MAX_BLOCK, MAX_BUFFERED_BLOCK, SMALLEST_BLOCK } from './pcapng-blocks.ts'

export const WAIT = -1
export const NO_BLOCK = -2
/** Bytes: longer blocks without packets are passed over without being held, so that their second length is not seen. */
const LONG_BLOCK = 65_536
/** Bytes of options that a packet block may carry and still be believed. */
const MAX_PACKET_OPTIONS = 262_144

/** Where blocks begin and end, in files that lie about it. */
export class PcapngLayout {
  littleEndian = true
  searching = false
  /** The block last measured had two lengths: a copy of it must be set right. */
  mended = false
  /** After WAIT: bytes needed from the position asked about. */
  need = SMALLEST_BLOCK
  readonly #damage: DamageLog
  #lostAt = 0

  constructor(damage: DamageLog) {
    this.#damage = damage
  }

  /** Byte order of the section header block at `position`, or undefined where its magic is wrong. */
  byteOrder(view: DataView, position: number): boolean | undefined {
    const magic = view.getUint32(position + 8, true)
    if (magic === BYTE_ORDER_MAGIC) return true
    return magic === 0x4d3c2b1a ? false : undefined
  }

  /**
   * Bytes of the block at `position`, padding included; NO_BLOCK; or WAIT. The block is complete in `view` when a length is returned, but
   * for long ones without packets.
   */
  lengthAt(view: DataView, position: number, end: number, base: number, final: boolean): number {
    this.mended = false
    const type = view.getUint32(position, this.littleEndian)
    const littleEndian = type === BLOCK.sectionHeader ? this.byteOrder(view, position) : this.littleEndian
    if (littleEndian === undefined) return NO_BLOCK
    const stated = view.getUint32(position + 4, littleEndian)
    if (stated < smallest(type) || stated > MAX_BLOCK) return NO_BLOCK
    const length = (stated + 3) & ~3
    if (isReadWhole(type)) {
      if (length > MAX_BUFFERED_BLOCK || !fitsItsPacket(view, position, end, type, stated, littleEndian)) return NO_BLOCK
    } else if (length > LONG_BLOCK) {
      return isKnownBlock(type) ? length : NO_BLOCK
    }
    if (position + length > end) return this.#wait(length)
    if (view.getUint32(position + length - 4, littleEndian) === stated && length === stated) return length
    return this.#doubtful(view, position, end, base, final, stated, littleEndian)
  }

  /** The two lengths differ, or are no multiple of 4: believed where the file goes on, or ends, after the block. */
  #doubtful(view: DataView, position: number, end: number, base: number, final: boolean, stated: number, littleEndian: boolean): number {
    const padded = (stated + 3) & ~3
    if (!final && end < position + padded + SMALLEST_BLOCK) return this.#wait(padded + SMALLEST_BLOCK)
    for (const length of stated === padded ? [padded] : [padded, stated]) {
      const next = position + length
      const goesOn = end - next < SMALLEST_BLOCK ? next === end : this.#couldBegin(view, next, littleEndian)
      if (!goesOn) continue
      this.mended = true
      this.#damage.note('wrong-length', base + position, 0, 'the two lengths of a block differ or are no multiple of 4; the first was used')
      return length
    }
    return NO_BLOCK
  }

  #wait(need: number): number {
    this.need = need
    return WAIT
  }

  #couldBegin(view: DataView, position: number, littleEndian: boolean): boolean {
    const type = view.getUint32(position, littleEndian)
    if (type === BLOCK.sectionHeader) return this.byteOrder(view, position) !== undefined
    const length = view.getUint32(position + 4, littleEndian)
    return isKnownBlock(type) && length >= smallest(type) && length <= MAX_BLOCK
  }

  lost(offset: number): void {
    this.searching = true
    this.#lostAt = offset
  }

  /** Bytes to leave out until the next block (0: here), or WAIT. */
  search(view: DataView, position: number, end: number, base: number, final: boolean): number {
    for (let at = position; end - at >= SMALLEST_BLOCK; at++) {
      const answer = this.#isBlock(view, at, end, final)
      if (answer === 'no') continue
      if (answer === 'yes') this.found(base + at)
      return answer === 'more' && at === position ? WAIT : at - position
    }
    const step = final ? end - position : end - position - SMALLEST_BLOCK + 1
    return step > 0 ? step : this.#wait(SMALLEST_BLOCK)
  }

  found(offset: number): void {
    this.searching = false
    const length = offset - this.#lostAt
    this.#damage.note('skipped-garbage', this.#lostAt, length, `${length} bytes that are no pcapng block were skipped`)
  }

  #isBlock(view: DataView, at: number, end: number, final: boolean): 'yes' | 'no' | 'more' {
    if (!this.#couldBegin(view, at, this.littleEndian)) return 'no'
    const type = view.getUint32(at, this.littleEndian)
    const littleEndian = type === BLOCK.sectionHeader ? this.byteOrder(view, at) === true : this.littleEndian
    const length = view.getUint32(at + 4, littleEndian)
    if (length % 4 !== 0 || length < smallest(type) || length > MAX_BUFFERED_BLOCK) return 'no'
    const next = at + length
    const wanted = final ? next : next + SMALLEST_BLOCK
    if (wanted > end) {
      this.need = wanted - at
      return final ? 'no' : 'more'
    }
    if (view.getUint32(next - 4, littleEndian) !== length) return 'no'
    return end - next < SMALLEST_BLOCK || this.#couldBegin(view, next, littleEndian) ? 'yes' : 'no'
  }
}

/** Blocks whose content matters; the rest is passed over without being held. */
export function isReadWhole(type: number): boolean {
  return (
    (type >= BLOCK.interfaceDescription && type <= BLOCK.simplePacket) ||
    type === BLOCK.interfaceStatistics ||
    type === BLOCK.enhancedPacket ||
    type === BLOCK.sectionHeader
  )
}

function smallest(type: number): number {
  switch (type) {
    case BLOCK.sectionHeader:
      return 28
    case BLOCK.interfaceDescription:
      return 20
    case BLOCK.simplePacket:
      return 16
    case BLOCK.interfaceStatistics:
      return 24
    case BLOCK.enhancedPacket:
    case BLOCK.obsoletePacket:
      return 32
    default:
      return SMALLEST_BLOCK
  }
}

/** A packet block whose captured length does not fit it is damaged, whichever of the two is wrong. */
function fitsItsPacket(view: DataView, position: number, end: number, type: number, stated: number, littleEndian: boolean): boolean {
  if ((type !== BLOCK.enhancedPacket && type !== BLOCK.obsoletePacket) || end - position < 24) return true
  const room = stated - 32 - view.getUint32(position + 20, littleEndian)
  return room >= 0 && room <= MAX_PACKET_OPTIONS
}
