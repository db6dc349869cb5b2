import type { DamageLog } from './damage.ts'
import { interfaceFacts, type PcapngInterface, parseInterface, statisticsDrops } from './pcapng-interface.ts'
import { boundsOf, type Selection } from './selection.ts'
import type { CaptureSummary, Instant } from './summary.ts'
import { TimeTally } from './tally.ts'
import { instantOf, sameScale } from './ticks.ts'

const TWO_32 = 1n << 32n
const MAX_INTERFACES = 65_536

/** The sections of a pcapng file and their interfaces: what a packet's interface number and stamp mean. */
export class PcapngSections {
  /** All interfaces count time alike, so that stamps compare without being converted. */
  oneScale = true
  tally = new TimeTally((seconds, nanoseconds) => ({ seconds, nanoseconds }))
  readonly #selection: Selection | undefined
  readonly #damage: DamageLog
  readonly #interfaces: PcapngInterface[] = []
  /** Of the section at hand: its interfaces are numbered from here on. */
  #base = 0
  #sections = 0
  #littleSections = 0

  constructor(selection: Selection | undefined, damage: DamageLog) {
    this.#selection = selection
    this.#damage = damage
  }

  /** Of the section at hand. */
  interface(id: number): PcapngInterface | undefined {
    return this.#interfaces[this.#base + id]
  }

  /** A section header block. */
  begin(view: DataView, position: number, base: number, littleEndian: boolean): void {
    this.#sections++
    if (littleEndian) this.#littleSections++
    this.#base = this.#interfaces.length
    const version = `${view.getUint16(position + 12, littleEndian)}.${view.getUint16(position + 14, littleEndian)}`
    if (version !== '1.0' && version !== '1.2') {
      this.#damage.note('unusual-version', base + position + 12, 0, `a section header names version ${version}, not 1.0`)
    }
  }

  /** An interface description block; false where there are too many. */
  add(view: DataView, position: number, next: number, base: number, littleEndian: boolean): boolean {
    const index = this.#interfaces.length
    if (index >= MAX_INTERFACES) {
      this.#damage.note('limit-reached', base + position, 0, `more than ${MAX_INTERFACES} interfaces; packets of the others are not dated`)
      return false
    }
    const selection = this.#selection
    const boundsFor = (scale: PcapngInterface['scale']) => selection && boundsOf(selection.window, scale, TWO_32)
    const described = parseInterface(view, position, next, littleEndian, index, boundsFor)
    this.#interfaces.push(described)
    this.#adoptScale(described)
    return true
  }

  #adoptScale({ scale, index }: PcapngInterface): void {
    const first = this.#interfaces[0]
    if (index === 0 || first === undefined) {
      const toInstant = (high: number, low: number): Instant => instantOf(scale, high, low)
      this.tally = new TimeTally(toInstant)
      this.#selection?.start(toInstant)
    } else if (this.oneScale && !sameScale(first.scale, scale)) {
      this.oneScale = false
      const same = (seconds: number, nanoseconds: number): Instant => ({ seconds, nanoseconds })
      const pair = (instant: Instant): readonly [number, number] => [instant.seconds, instant.nanoseconds]
      this.tally.changeUnit(same, pair)
      this.#selection?.tally?.changeUnit(same, pair)
    }
  }

  /** An interface statistics block. */
  note(view: DataView, position: number, next: number, littleEndian: boolean): void {
    const origin = this.interface(view.getUint32(position + 8, littleEndian))
    const drops = statisticsDrops(view, position, next, littleEndian)
    if (origin !== undefined && drops !== undefined) origin.drops = drops
  }

  /** @param packetDrops what packets said of losses: believed where no statistics say anything */
  summary(
    packetDrops: number | undefined,
  ): Pick<CaptureSummary, 'byteOrder' | 'sections' | 'interfaces' | 'linkTypes' | 'drops' | 'earliest' | 'latest' | 'disorder'> {
    const interfaces = this.#interfaces.map(interfaceFacts)
    const stated = interfaces.flatMap(({ drops }) => drops ?? [])
    return {
      byteOrder: this.#littleSections === this.#sections ? 'little' : this.#littleSections === 0 ? 'big' : 'mixed',
      sections: this.#sections,
      interfaces,
      linkTypes: [...new Set(interfaces.map(({ linkType }) => linkType))],
      drops: stated.length > 0 ? stated.reduce((sum, drops) => sum + drops, 0) : packetDrops,
      earliest: this.tally.earliest,
      latest: this.tally.latest,
      disorder: { frames: this.tally.backwards, maxSeconds: this.tally.maxBack },
    }
  }
}
