import { DamageLog } from './damage.ts'
import type { Frame, FrameVisitor } from './frame.ts'
import { newFrame } from './new-frame.ts'
import type { PcapHeader } from './pcap-header.ts'
import { HOLE, isHole, likenessOf, PcapResync, WAIT } from './pcap-resync.ts'
import type { RecordReader } from './reader.ts'
import { type Bounds, boundsOf, type Selection } from './selection.ts'
import type { CaptureSummary, Instant } from './summary.ts'
import { TimeTally } from './tally.ts'

/** libpcap's MAXIMUM_SNAPLEN; a longer frame is damage, unless the header's own snaplen (≤ 1 MiB) allows it. */
const MAX_CAPTURED = 262_144
const MAX_SNAPLEN = 1_048_576
/** Seconds: when searching for the next record, a stamp further than this from the last good one is not believed. */
const USUAL_SPAN = 30 * 86_400

const USABLE = -1

/** The largest frame that is believed in a file with this snaplen. */
export const capturedLimit = (snaplen: number): number => Math.max(MAX_CAPTURED, Math.min(snaplen, MAX_SNAPLEN))

/**
 * Packet records of a pcap file, after its file header.
 *
 * @see draft-ietf-opsawg-pcap §5
 */
export class PcapReader implements RecordReader {
  need: number
  readonly skip = 0
  readonly #header: PcapHeader
  readonly #visitor: FrameVisitor | undefined
  readonly #selection: Selection | undefined
  readonly #bounds: Bounds | undefined
  readonly #unit: number
  readonly #limit: number
  readonly #frame: Frame
  readonly #tally: TimeTally
  readonly #damage = new DamageLog()
  readonly #resync: PcapResync
  #frames = 0
  #sliced = 0
  #usualFrom = 0
  #usualTo = -1

  constructor(header: PcapHeader, visitor: FrameVisitor | undefined, selection: Selection | undefined) {
    this.#header = header
    this.#visitor = visitor
    this.#selection = selection
    this.#unit = Number(header.scale.ticksPerSecond)
    this.#limit = capturedLimit(header.snaplen)
    this.need = header.recordHeader
    this.#frame = newFrame(header.linkType)
    const toInstant = (seconds: number, fraction: number): Instant => ({ seconds, nanoseconds: fraction * header.scale.nsPerTick })
    this.#tally = new TimeTally(toInstant)
    selection?.start(toInstant)
    this.#bounds = selection && boundsOf(selection.window, header.scale, header.scale.ticksPerSecond)
    this.#resync = new PcapResync(header, this.#limit, this.#damage)
  }

  read(buffer: Uint8Array, view: DataView, start: number, end: number, base: number, final: boolean): number {
    const { littleEndian, recordHeader, capturedLengthAt } = this.#header
    const originalLengthAt = 20 - capturedLengthAt
    const selection = this.#selection
    const wantsFrame = this.#visitor !== undefined || selection?.keep !== undefined
    const limit = this.#limit
    const resync = this.#resync
    let position = start
    let runStart = -1
    this.need = recordHeader
    while (end - position >= recordHeader) {
      let seconds = view.getUint32(position, littleEndian)
      let fraction = view.getUint32(position + 4, littleEndian)
      const captured = view.getUint32(position + capturedLengthAt, littleEndian)
      const original = view.getUint32(position + originalLengthAt, littleEndian)
      // One test for all that is unusual: captured 0 or above the limit (unsigned wrap), stamp far off, fraction too big, lengths reversed.
      if (
        resync.searching ||
        (captured - 1) >>> 0 >= limit ||
        seconds < this.#usualFrom ||
        seconds > this.#usualTo ||
        fraction >= this.#unit ||
        original < captured
      ) {
        const verdict = this.#examine(view, position, end, base, final, seconds)
        if (verdict !== USABLE) {
          if (runStart >= 0) selection?.write(buffer, runStart, position)
          runStart = -1
          if (verdict === WAIT) return position
          position += verdict
          continue
        }
        if (fraction >= this.#unit) {
          seconds += Math.floor(fraction / this.#unit)
          fraction %= this.#unit
        }
      }
      const next = position + recordHeader + captured
      if (next > end) {
        this.need = recordHeader + captured
        break
      }
      this.#frames++
      if (captured < original) this.#sliced++
      this.#tally.see(seconds, fraction)
      if (wantsFrame) this.#show(buffer, view, position, next, base, seconds, fraction, original)
      if (selection !== undefined) {
        if (this.#keeps(selection, seconds, fraction)) {
          if (runStart < 0) runStart = position
        } else if (runStart >= 0) {
          selection.write(buffer, runStart, position)
          runStart = -1
        }
      }
      position = next
    }
    if (runStart >= 0) selection?.write(buffer, runStart, position)
    return final ? this.#truncated(position, end, base) : position
  }

  #keeps(selection: Selection, seconds: number, fraction: number): boolean {
    if (this.#bounds === undefined || !selection.holds(this.#bounds, seconds, fraction)) return false
    if (selection.keep !== undefined && !selection.keep(this.#frame)) {
      selection.outOfScope++
      return false
    }
    selection.admit(this.#frames, seconds, fraction)
    return true
  }

  #show(
    buffer: Uint8Array,
    view: DataView,
    position: number,
    next: number,
    base: number,
    seconds: number,
    fraction: number,
    original: number,
  ): void {
    const frame = this.#frame
    // Written when they change only: a pointer's write costs as much as ten numbers.
    if (frame.view !== view) {
      frame.buffer = buffer
      frame.view = view
    }
    frame.recordStart = position
    frame.recordEnd = next
    frame.start = position + this.#header.recordHeader
    frame.capturedLength = next - frame.start
    frame.originalLength = original
    frame.seconds = seconds
    frame.nanoseconds = fraction * this.#header.scale.nsPerTick
    frame.frameNumber = this.#frames
    frame.fileOffset = base + position
    if (this.#visitor !== undefined) this.#visitor(frame)
  }

  /** An unusual header: USABLE, WAIT (`need` is set), or the number of bytes to leave out. */
  #examine(view: DataView, position: number, end: number, base: number, final: boolean, seconds: number): number {
    if (this.#resync.searching) return this.#search(view, position, end, base, final)
    const likeness = likenessOf(view, position, this.#header, this.#limit)
    if (likeness === 'none') return this.#search(view, position, end, base, final)
    if (likeness === 'odd') {
      const { recordHeader, capturedLengthAt, littleEndian } = this.#header
      const length = recordHeader + view.getUint32(position + capturedLengthAt, littleEndian)
      const wanted = Math.max(length + recordHeader, HOLE * recordHeader)
      if (!final && end - position < wanted) {
        this.need = wanted
        return WAIT
      }
      const after = position + length
      if (end - position >= wanted && isHole(view, position, this.#header)) return this.#search(view, position, end, base, final)
      // Odd but possible: believed when a record follows, or the end of the file.
      const followed = end < after + recordHeader ? after <= end : likenessOf(view, after, this.#header, this.#limit) !== 'none'
      if (!followed) return this.#search(view, position, end, base, final)
    }
    this.#usualFrom = seconds - USUAL_SPAN
    this.#usualTo = seconds + USUAL_SPAN
    return USABLE
  }

  #search(view: DataView, position: number, end: number, base: number, final: boolean): number {
    const step = this.#resync.search(view, position, end, base, final, this.#usualFrom, this.#usualTo)
    if (step === WAIT) this.need = this.#resync.need
    return step
  }

  #truncated(position: number, end: number, base: number): number {
    if (end > position && !this.#resync.searching) {
      const held = end - position
      const what = held < this.#header.recordHeader ? 'the header of frame' : 'frame'
      const missing = Math.max(this.need, this.#header.recordHeader) - held
      const says = `the file ends inside ${what} ${this.#frames + 1}: ${missing} bytes are missing`
      this.#damage.note('truncated', base + position, held, says)
    }
    return end
  }

  get latest(): Instant | undefined {
    return this.#tally.latest
  }

  summary(bytes: number): CaptureSummary {
    const { littleEndian, variant, linkType, snaplen, scale, fcsLength, version } = this.#header
    this.#resync.end(bytes)
    if (version !== '2.4') this.#damage.note('unusual-version', 4, 0, `the file header names version ${version}, not 2.4`)
    return {
      format: 'pcap',
      variant,
      byteOrder: littleEndian ? 'little' : 'big',
      sections: 1,
      bytes,
      frames: this.#frames,
      framesWithoutTime: 0,
      slicedFrames: this.#sliced,
      earliest: this.#tally.earliest,
      latest: this.#tally.latest,
      disorder: { frames: this.#tally.backwards, maxSeconds: this.#tally.maxBack },
      interfaces: [
        {
          linkType,
          snaplen,
          ticksPerSecond: Number(scale.ticksPerSecond),
          offsetSeconds: 0,
          fcsLength,
          name: undefined,
          frames: this.#frames,
          drops: undefined,
        },
      ],
      linkTypes: [linkType],
      drops: undefined,
      damage: this.#damage.notes,
      damageCount: this.#damage.count,
      bytesSkipped: this.#damage.bytesSkipped,
    }
  }
}
