import { DamageLog } from './damage.ts'
import type { Frame, FrameVisitor } from './frame.ts'
import { newFrame } from './new-frame.ts'
import { BLOCK, PACKET_HEADER, SIMPLE_PACKET_HEADER, SMALLEST_BLOCK } from './pcapng-blocks.ts'
import { mendedBlock, packetLength, sectionOfCut } from './pcapng-copy.ts'
import { type PcapngInterface, packetDrops } from './pcapng-interface.ts'
import { NO_BLOCK, PcapngLayout, WAIT } from './pcapng-layout.ts'
import { PcapngSections } from './pcapng-sections.ts'
import type { RecordReader } from './reader.ts'
import type { Selection } from './selection.ts'
import type { CaptureSummary, Instant } from './summary.ts'
import { setTime } from './ticks.ts'

/**
 * Blocks of a pcapng file: any number of sections, of either byte order, with any number of interfaces.
 *
 * @see draft-ietf-opsawg-pcapng
 */
export class PcapngReader implements RecordReader {
  need = SMALLEST_BLOCK
  skip = 0
  readonly #visitor: FrameVisitor | undefined
  readonly #selection: Selection | undefined
  readonly #wantsFrame: boolean
  readonly #frame: Frame = newFrame(-1)
  readonly #damage = new DamageLog()
  readonly #layout = new PcapngLayout(this.#damage)
  readonly #sections: PcapngSections
  #frames = 0
  #untimed = 0
  #sliced = 0
  #drops: number | undefined
  #keepsBlock = false

  constructor(visitor: FrameVisitor | undefined, selection: Selection | undefined) {
    this.#visitor = visitor
    this.#selection = selection
    this.#sections = new PcapngSections(selection, this.#damage)
    this.#wantsFrame = visitor !== undefined || selection?.keep !== undefined
  }

  read(buffer: Uint8Array, view: DataView, start: number, end: number, base: number, final: boolean): number {
    const layout = this.#layout
    const selection = this.#selection
    let position = start
    let runStart = -1
    this.need = SMALLEST_BLOCK
    this.skip = 0
    while (end - position >= SMALLEST_BLOCK) {
      let length = layout.searching ? 0 : packetLength(view, position, end, layout.littleEndian)
      if (length > 0) {
        this.#keepsBlock = this.#packet(buffer, view, position, position + length, base)
      } else {
        if (runStart >= 0) selection?.write(buffer, runStart, position)
        runStart = -1
        length = this.#unusual(buffer, view, position, end, base, final)
        if (length === WAIT) break
      }
      if (this.#keepsBlock) {
        if (runStart < 0) runStart = position
      } else if (runStart >= 0) {
        selection?.write(buffer, runStart, position)
        runStart = -1
      }
      position += length
    }
    if (runStart >= 0) selection?.write(buffer, runStart, position)
    if (position > end) {
      this.skip = position - end
      return end
    }
    return final ? this.#truncated(position, end, base) : position
  }

  /** An enhanced packet block; true where it is kept. */
  #packet(buffer: Uint8Array, view: DataView, position: number, next: number, base: number): boolean {
    const { littleEndian } = this.#layout
    const id = view.getUint32(position + 8, littleEndian)
    const captured = view.getUint32(position + 20, littleEndian)
    if (next - position - 32 > ((captured + 3) & ~3)) {
      this.#addDrops(packetDrops(view, position + PACKET_HEADER + ((captured + 3) & ~3), next - 4, littleEndian))
    }
    return this.#timed(buffer, view, position, next, base, id, captured)
  }

  /** A packet with a stamp: enhanced and obsolete blocks hold it, and the lengths, at the same places. */
  #timed(buffer: Uint8Array, view: DataView, position: number, next: number, base: number, id: number, captured: number): boolean {
    const { littleEndian } = this.#layout
    const original = view.getUint32(position + 24, littleEndian)
    const sections = this.#sections
    const origin = sections.interface(id)
    this.#frames++
    if (captured < original) this.#sliced++
    if (origin === undefined) {
      this.#damage.note(
        'unknown-interface',
        base + position,
        0,
        `frame ${this.#frames} names interface ${id}, which the file does not describe`,
      )
      this.#undated(buffer, view, position, next, base, position + PACKET_HEADER, captured, original, undefined)
      return false
    }
    origin.frames++
    let major = view.getUint32(position + 12, littleEndian)
    let minor = view.getUint32(position + 16, littleEndian)
    const selection = this.#selection
    const inside = selection !== undefined && origin.bounds !== undefined && selection.holds(origin.bounds, major, minor)
    if (this.#wantsFrame || !sections.oneScale) {
      setTime(this.#frame, origin.scale, major, minor)
      if (!sections.oneScale) {
        major = this.#frame.seconds
        minor = this.#frame.nanoseconds
      }
      this.#show(buffer, view, position, next, base, position + PACKET_HEADER, captured, original, origin)
    }
    sections.tally.see(major, minor)
    if (!inside) return false
    if (selection.keep !== undefined && !selection.keep(this.#frame)) {
      selection.outOfScope++
      return false
    }
    selection.admit(this.#frames, major, minor)
    return true
  }

  #undated(
    buffer: Uint8Array,
    view: DataView,
    position: number,
    next: number,
    base: number,
    start: number,
    captured: number,
    original: number,
    origin: PcapngInterface | undefined,
  ): void {
    this.#untimed++
    if (this.#selection !== undefined) this.#selection.withoutTime++
    this.#frame.seconds = Number.NaN
    this.#frame.nanoseconds = 0
    this.#show(buffer, view, position, next, base, start, captured, original, origin)
  }

  #show(
    buffer: Uint8Array,
    view: DataView,
    position: number,
    next: number,
    base: number,
    start: number,
    captured: number,
    original: number,
    origin: PcapngInterface | undefined,
  ): void {
    const frame = this.#frame
    // Written when they change only: a pointer's write costs as much as ten numbers.
    if (frame.view !== view) {
      frame.buffer = buffer
      frame.view = view
    }
    frame.recordStart = position
    frame.recordEnd = next
    frame.start = start
    frame.capturedLength = captured
    frame.originalLength = original
    frame.frameNumber = this.#frames
    frame.linkType = origin === undefined ? -1 : origin.linkType
    frame.interfaceIndex = origin === undefined ? -1 : origin.index
    frame.fileOffset = base + position
    if (this.#visitor !== undefined) this.#visitor(frame)
  }

  /** Anything but a plain enhanced packet block: bytes used (`#keepsBlock` says whether they are kept), or WAIT. */
  #unusual(buffer: Uint8Array, view: DataView, position: number, end: number, base: number, final: boolean): number {
    const layout = this.#layout
    this.#keepsBlock = false
    let length = NO_BLOCK
    if (!layout.searching) {
      length = layout.lengthAt(view, position, end, base, final)
      if (length === NO_BLOCK) {
        layout.lost(base + position)
        return 1
      }
    } else {
      length = layout.search(view, position, end, base, final)
      if (length === 0) return this.#unusual(buffer, view, position, end, base, final)
      if (length !== WAIT) return length
    }
    if (length === WAIT) this.need = layout.need
    else if (position + length <= end) {
      this.#block(buffer, view, position, position + length, base)
      if (this.#keepsBlock && layout.mended) this.#writeCopy(mendedBlock(view, position, length, layout.littleEndian))
    }
    return length
  }

  #block(buffer: Uint8Array, view: DataView, position: number, next: number, base: number): void {
    const type = view.getUint32(position, this.#layout.littleEndian)
    switch (type) {
      case BLOCK.sectionHeader:
        this.#section(view, position, next, base)
        return
      case BLOCK.interfaceDescription:
        this.#keepsBlock = this.#sections.add(view, position, next, base, this.#layout.littleEndian) && this.#selection !== undefined
        return
      case BLOCK.interfaceStatistics:
        this.#sections.note(view, position, next, this.#layout.littleEndian)
        this.#keepsBlock = this.#selection !== undefined
        return
      case BLOCK.enhancedPacket:
        this.#keepsBlock = this.#packet(buffer, view, position, next, base)
        return
      case BLOCK.obsoletePacket:
        this.#keepsBlock = this.#obsoletePacket(buffer, view, position, next, base)
        return
      case BLOCK.simplePacket:
        this.#simplePacket(buffer, view, position, next, base)
    }
  }

  #section(view: DataView, position: number, next: number, base: number): void {
    const littleEndian = this.#layout.byteOrder(view, position) === true
    this.#layout.littleEndian = littleEndian
    this.#sections.begin(view, position, base, littleEndian)
    this.#writeCopy(sectionOfCut(view, position, next, littleEndian))
  }

  #writeCopy(copy: Uint8Array): void {
    this.#selection?.write(copy, 0, copy.length)
    this.#keepsBlock = false
  }

  #obsoletePacket(buffer: Uint8Array, view: DataView, position: number, next: number, base: number): boolean {
    const { littleEndian } = this.#layout
    const drops = view.getUint16(position + 10, littleEndian)
    if (drops !== 0xffff) this.#addDrops(drops)
    const captured = view.getUint32(position + 20, littleEndian)
    return this.#timed(buffer, view, position, next, base, view.getUint16(position + 8, littleEndian), captured)
  }

  /** No stamp and no captured length: what the section's first interface lets through. */
  #simplePacket(buffer: Uint8Array, view: DataView, position: number, next: number, base: number): void {
    const origin = this.#sections.interface(0)
    const original = view.getUint32(position + 8, this.#layout.littleEndian)
    const snaplen = origin === undefined || origin.snaplen === 0 ? original : origin.snaplen
    const captured = Math.min(original, snaplen, next - position - 16)
    this.#frames++
    if (captured < original) this.#sliced++
    if (origin !== undefined) origin.frames++
    this.#undated(buffer, view, position, next, base, position + SIMPLE_PACKET_HEADER, captured, original, origin)
  }

  #addDrops(drops: number): void {
    if (drops > 0) this.#drops = (this.#drops ?? 0) + drops
  }

  #truncated(position: number, end: number, base: number): number {
    if (end > position && !this.#layout.searching) {
      const held = end - position
      const says = `the file ends inside a block: ${Math.max(this.need, SMALLEST_BLOCK) - held} bytes are missing`
      this.#damage.note('truncated', base + position, held, says)
    }
    return end
  }

  get latest(): Instant | undefined {
    return this.#sections.tally.latest
  }

  summary(bytes: number, missing: number): CaptureSummary {
    if (this.#layout.searching) this.#layout.found(bytes)
    if (missing > 0) this.#damage.note('truncated', bytes, 0, `the file ends inside a block: ${missing} bytes are missing`)
    return {
      format: 'pcapng',
      variant: 'standard',
      ...this.#sections.summary(this.#drops),
      bytes,
      frames: this.#frames,
      framesWithoutTime: this.#untimed,
      slicedFrames: this.#sliced,
      damage: this.#damage.notes,
      damageCount: this.#damage.count,
      bytesSkipped: this.#damage.bytesSkipped,
    }
  }
}
