import { eachOption } from './pcapng-blocks.ts'
import type { Bounds } from './selection.ts'
import type { InterfaceFacts } from './summary.ts'
import { MICROSECONDS, type TickScale, tickScale } from './ticks.ts'

const OPTION = { name: 2, resolution: 9, fcsLength: 13, offset: 14 } as const
const MAX_NAME = 64 // bytes

/** One interface of one section, with what changes while its packets are read. */
export interface PcapngInterface {
  /** Index over all sections. */
  readonly index: number
  readonly linkType: number
  readonly snaplen: number
  readonly scale: TickScale
  readonly fcsLength: number | undefined
  readonly name: string | undefined
  readonly bounds: Bounds | undefined
  frames: number
  drops: number | undefined
}

/** Reads an interface description block (draft-ietf-opsawg-pcapng §4.2) in `view[start, end)`. */
export function parseInterface(
  view: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  index: number,
  boundsFor: (scale: TickScale) => Bounds | undefined,
): PcapngInterface {
  let resolution = 6
  let offsetSeconds = 0
  let fcsLength: number | undefined
  let name: string | undefined
  eachOption(view, start + 16, end - 4, littleEndian, (code, at, length) => {
    if (code === OPTION.resolution && length >= 1) resolution = view.getUint8(at)
    if (code === OPTION.fcsLength && length >= 1) fcsLength = view.getUint8(at)
    if (code === OPTION.offset && length >= 8) offsetSeconds = Number(BigInt.asIntN(64, view.getBigUint64(at, littleEndian)))
    if (code === OPTION.name) name = printable(view, at, Math.min(length, MAX_NAME))
  })
  const scale = resolution === 6 && offsetSeconds === 0 ? MICROSECONDS : tickScale(resolution, offsetSeconds)
  return {
    index,
    linkType: view.getUint16(start + 8, littleEndian),
    snaplen: view.getUint32(start + 12, littleEndian),
    scale,
    fcsLength,
    name,
    bounds: boundsFor(scale),
    frames: 0,
    drops: undefined,
  }
}

const STATISTICS = { dropped: 5, droppedBySystem: 7 } as const

/** Packets lost, as an interface statistics block says (`isb_ifdrop` + `isb_osdrop`); undefined where it says nothing. */
export function statisticsDrops(view: DataView, start: number, end: number, littleEndian: boolean): number | undefined {
  let drops: number | undefined
  eachOption(view, start + 20, end - 4, littleEndian, (code, at, length) => {
    if ((code !== STATISTICS.dropped && code !== STATISTICS.droppedBySystem) || length < 8) return
    drops = (drops ?? 0) + Number(view.getBigUint64(at, littleEndian))
  })
  return drops
}

const PER_PACKET_DROPS = 4

/** `epb_dropcount`: packets lost between this one and the one before on its interface. */
export function packetDrops(view: DataView, optionsStart: number, end: number, littleEndian: boolean): number {
  let drops = 0
  eachOption(view, optionsStart, end, littleEndian, (code, at, length) => {
    if (code === PER_PACKET_DROPS && length >= 8) drops += Number(view.getBigUint64(at, littleEndian))
  })
  return drops
}

export const interfaceFacts = (one: PcapngInterface): InterfaceFacts => ({
  linkType: one.linkType,
  snaplen: one.snaplen,
  ticksPerSecond: Number(one.scale.ticksPerSecond),
  offsetSeconds: one.scale.offsetSeconds,
  fcsLength: one.fcsLength,
  name: one.name,
  frames: one.frames,
  drops: one.drops,
})

function printable(view: DataView, at: number, length: number): string {
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at, length))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names come from the file and go into messages
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
}
