import type { DamageLog } from './damage.ts'
import { PCAP_FILE_HEADER, type PcapHeader } from './pcap-header.ts'

/** Records in a row that must look right before a place found by searching is believed. */
const CHAIN = 4
/** Bytes: no frame on any wire is longer. */
const MAX_ORIGINAL = 16_777_216

/** Seconds: with no good frame to compare with, a fraction (below 10^6) read as seconds must not pass. */
const EARLIEST = 10_000_000

/** `none`: no packet record; `odd`: possible, but wants a second look; `good`: believed. The whole header must be in `view`. */
export function likenessOf(view: DataView, position: number, header: PcapHeader, limit: number): 'none' | 'odd' | 'good' {
  const { littleEndian, capturedLengthAt } = header
  const captured = view.getUint32(position + capturedLengthAt, littleEndian)
  if (captured > limit) return 'none'
  const fraction = view.getUint32(position + 4, littleEndian)
  const original = view.getUint32(position + 20 - capturedLengthAt, littleEndian)
  const sane = captured > 0 && original >= captured && original <= MAX_ORIGINAL && fraction < Number(header.scale.ticksPerSecond)
  return sane ? 'good' : 'odd'
}

/** Empty headers in a row that make a hole. */
export const HOLE = 4

/** So many empty headers in a row are a hole (a full disk, a sparse copy), not empty frames of 1970. */
export function isHole(view: DataView, position: number, header: PcapHeader): boolean {
  for (let at = position; at < position + header.recordHeader * HOLE; at += 4) if (view.getUint32(at, true) !== 0) return false
  return true
}

export const WAIT = -2

/** Finds the next packet record after bytes that are none. */
export class PcapResync {
  searching = false
  need = 0
  readonly #header: PcapHeader
  readonly #limit: number
  readonly #damage: DamageLog
  #lostAt = 0

  constructor(header: PcapHeader, limit: number, damage: DamageLog) {
    this.#header = header
    this.#limit = limit
    this.#damage = damage
  }

  /**
   * Bytes to leave out before the next look, or WAIT: `need` bytes must be at hand first.
   * @param from @param to seconds between which a stamp is believed; nothing is known yet where from > to
   */
  search(view: DataView, position: number, end: number, base: number, final: boolean, from: number, to: number): number {
    if (!this.searching) {
      if (end - position < PCAP_FILE_HEADER && !final) {
        this.need = PCAP_FILE_HEADER
        return WAIT
      }
      const header = this.#secondFileHeader(view, position, end, base)
      if (header > 0) return header
      this.searching = true
      this.#lostAt = base + position
      return 1
    }
    for (let at = position; end - at >= this.#header.recordHeader; at++) {
      const answer = this.#chain(view, at, end, final, from, to)
      if (answer === 'no') continue
      if (answer === 'yes') {
        this.searching = false
        this.#note(base + at)
      }
      this.need += end - at
      return answer === 'more' && at === position ? WAIT : at - position
    }
    const step = final ? end - position : end - position - this.#header.recordHeader + 1
    if (step > 0) return step
    this.need = this.#header.recordHeader
    return WAIT
  }

  end(bytes: number): void {
    if (this.searching) this.#note(bytes)
  }

  #note(foundAt: number): void {
    const length = foundAt - this.#lostAt
    this.#damage.note('skipped-garbage', this.#lostAt, length, `${length} bytes that are no packet record were skipped`)
  }

  /** `cat a.pcap b.pcap`: the second file's header stands where a record should. */
  #secondFileHeader(view: DataView, position: number, end: number, base: number): number {
    const { littleEndian, linkType, scale, variant } = this.#header
    if (end - position < PCAP_FILE_HEADER) return 0
    const magic = variant === 'modified' ? 0xa1b2cd34 : scale.nsPerTick === 1 ? 0xa1b23c4d : 0xa1b2c3d4
    const same = view.getUint32(position, littleEndian) === magic && view.getUint16(position + 4, littleEndian) === 2
    if (!same || (view.getUint32(position + 20, littleEndian) & 0xffff) !== linkType) return 0
    this.#damage.note(
      'second-file-header',
      base + position,
      PCAP_FILE_HEADER,
      'another capture of the same kind begins here; both are read',
    )
    return PCAP_FILE_HEADER
  }

  #chain(view: DataView, start: number, end: number, final: boolean, from: number, to: number): 'yes' | 'no' | 'more' {
    const { recordHeader, littleEndian, capturedLengthAt, scale } = this.#header
    const unit = Number(scale.ticksPerSecond)
    let at = start
    for (let records = 0; records < CHAIN; records++) {
      if (final && at === end && records > 0) return 'yes'
      if (end - at < recordHeader) {
        this.need = at + recordHeader - end
        if (!final) return 'more'
        return records > 1 ? 'yes' : 'no'
      }
      const seconds = view.getUint32(at, littleEndian)
      const captured = view.getUint32(at + capturedLengthAt, littleEndian)
      const original = view.getUint32(at + 20 - capturedLengthAt, littleEndian)
      const inTime = from > to ? seconds >= EARLIEST : seconds >= from && seconds <= to
      const sane = captured > 0 && captured <= this.#limit && original >= captured && original <= MAX_ORIGINAL
      if (!sane || !inTime || view.getUint32(at + 4, littleEndian) >= unit) return 'no'
      at += recordHeader + captured
    }
    return 'yes'
  }
}
