import { type BuiltPacket, type CaptureOptions, packets } from './capture-builder.ts'

export interface PcapOptions extends CaptureOptions {
  readonly bigEndian?: boolean
  readonly nanoseconds?: boolean
  /** Kuznetzov's format: 24 bytes a record header. */
  readonly modified?: boolean
  readonly snaplen?: number
  /** The whole field, FCS bits included; default `linkType`. */
  readonly network?: number
}

export interface PcapngInterfaceOptions {
  readonly linkType?: number
  readonly snaplen?: number
  /** `if_tsresol` as stored: 6 for µs, 9 for ns, 0x80 | n for 2^-n. Absent: the option is left out (µs). */
  readonly tsresol?: number
  /** `if_tsoffset`, seconds. */
  readonly tsoffset?: number
  readonly name?: string
  readonly fcsLength?: number
}

export interface PcapngOptions extends CaptureOptions {
  readonly bigEndian?: boolean
  readonly interfaces?: readonly PcapngInterfaceOptions[]
  /** Obsolete packet blocks instead of enhanced ones. */
  readonly obsolete?: boolean
  /** Blocks put between the interfaces and the packets. */
  readonly extraBlocks?: readonly Uint8Array[]
  /** Interface statistics at the end: packets that the interface dropped. */
  readonly drops?: number
}

/** Writes numbers in one byte order. */
class Writer {
  readonly #bytes: number[] = []
  readonly #big: boolean

  constructor(bigEndian: boolean) {
    this.#big = bigEndian
  }

  u8(value: number): this {
    this.#bytes.push(value & 0xff)
    return this
  }

  u16(value: number): this {
    return this.#number(value, 2)
  }

  u32(value: number): this {
    return this.#number(value, 4)
  }

  u64(value: bigint): this {
    const high = Number(BigInt.asUintN(64, value) >> 32n)
    const low = Number(BigInt.asUintN(32, value))
    return this.#big ? this.u32(high).u32(low) : this.u32(low).u32(high)
  }

  raw(bytes: Uint8Array | readonly number[]): this {
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  pad(): this {
    while (this.#bytes.length % 4 !== 0) this.#bytes.push(0)
    return this
  }

  option(code: number, value: Uint8Array | readonly number[]): this {
    return this.u16(code).u16(value.length).raw(value).pad()
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes)
  }

  #number(value: number, size: number): this {
    for (let index = 0; index < size; index++) {
      const shift = 8 * (this.#big ? size - 1 - index : index)
      this.#bytes.push(Math.floor(value / 2 ** shift) & 0xff)
    }
    return this
  }
}

const asPackets = (source: string | readonly BuiltPacket[], options: CaptureOptions): readonly BuiltPacket[] =>
  typeof source === 'string' ? packets(source, options) : source

/** A pcap file of a text or of packets. */
export function pcap(source: string | readonly BuiltPacket[], options: PcapOptions = {}): Uint8Array<ArrayBuffer> {
  const writer = new Writer(options.bigEndian === true)
  const magic = options.modified === true ? 0xa1b2cd34 : options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4
  writer.u32(magic).u16(2).u16(4).u32(0).u32(0)
  writer.u32(options.snaplen ?? 262144).u32(options.network ?? options.linkType ?? 1)
  for (const { timestampNs = 0n, bytes, originalLength, interfaceId } of asPackets(source, options)) {
    const fraction = timestampNs % 1_000_000_000n
    writer.u32(Number(timestampNs / 1_000_000_000n)).u32(Number(options.nanoseconds === true ? fraction : fraction / 1000n))
    writer.u32(bytes.length).u32(originalLength)
    if (options.modified === true) writer.u32(interfaceId).u16(0x0800).u8(0).u8(0)
    writer.raw(bytes)
  }
  return writer.done()
}

/** One pcapng block: type, length, body (padded), length. */
export function block(type: number, body: Uint8Array, bigEndian = false): Uint8Array<ArrayBuffer> {
  const padded = (body.length + 3) & ~3
  const writer = new Writer(bigEndian)
    .u32(type)
    .u32(12 + padded)
    .raw(body)
  return writer
    .pad()
    .u32(12 + padded)
    .done()
}

/** A pcapng section of a text or of packets; files of several sections are sections laid end to end. */
export function pcapng(source: string | readonly BuiltPacket[], options: PcapngOptions = {}): Uint8Array<ArrayBuffer> {
  const big = options.bigEndian === true
  const interfaces = options.interfaces ?? [{ linkType: options.linkType ?? 1 }]
  const write = (): Writer => new Writer(big)
  const blocks: Uint8Array[] = [
    block(
      0x0a0d0d0a,
      write().u32(0x1a2b3c4d).u16(1).u16(0).u64(-1n).option(4, new TextEncoder().encode('hangup tests')).option(0, []).done(),
      big,
    ),
    ...interfaces.map((one) => block(1, interfaceBody(write(), one), big)),
    ...(options.extraBlocks ?? []),
    ...asPackets(source, options).map((packet) => packetBlock(packet, interfaces[packet.interfaceId] ?? {}, options, write())),
  ]
  if (options.drops !== undefined) {
    const statistics = write().u32(0).u64(0n).u16(5).u16(8).u64(BigInt(options.drops)).option(0, [])
    blocks.push(block(5, statistics.done(), big))
  }
  return concat(blocks)
}

export const concat = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function interfaceBody(writer: Writer, one: PcapngInterfaceOptions): Uint8Array {
  writer
    .u16(one.linkType ?? 1)
    .u16(0)
    .u32(one.snaplen ?? 0)
  if (one.name !== undefined) writer.option(2, new TextEncoder().encode(one.name))
  if (one.tsresol !== undefined) writer.option(9, [one.tsresol])
  if (one.fcsLength !== undefined) writer.option(13, [one.fcsLength])
  if (one.tsoffset !== undefined) writer.u16(14).u16(8).u64(BigInt(one.tsoffset))
  return writer.option(0, []).done()
}

function ticks(timestampNs: bigint, { tsresol = 6, tsoffset = 0 }: PcapngInterfaceOptions): bigint {
  const perSecond = tsresol & 0x80 ? 1n << BigInt(tsresol & 0x7f) : 10n ** BigInt(tsresol)
  return ((timestampNs - BigInt(tsoffset) * 1_000_000_000n) * perSecond) / 1_000_000_000n
}

function packetBlock(packet: BuiltPacket, from: PcapngInterfaceOptions, options: PcapngOptions, writer: Writer): Uint8Array {
  const big = options.bigEndian === true
  const { timestampNs, bytes, originalLength, interfaceId, comment } = packet
  if (timestampNs === undefined) return block(3, writer.u32(originalLength).raw(bytes).done(), big)
  const stamp = ticks(timestampNs, from)
  if (options.obsolete === true) writer.u16(interfaceId).u16(0xffff)
  else writer.u32(interfaceId)
  writer.u32(Number(stamp >> 32n)).u32(Number(stamp & 0xffffffffn))
  writer.u32(bytes.length).u32(originalLength).raw(bytes).pad()
  if (comment !== undefined) writer.option(1, new TextEncoder().encode(comment)).option(0, [])
  return block(options.obsolete === true ? 2 : 6, writer.done(), big)
}
