import { BLOCK } from './pcapng-blocks.ts'

/** The common case, an enhanced packet block that is all there and consistent: its length; else 0. */
export function packetLength(view: DataView, position: number, end: number, littleEndian: boolean): number {
  if (view.getUint32(position, littleEndian) !== BLOCK.enhancedPacket) return 0
  const length = view.getUint32(position + 4, littleEndian)
  if (length < 32 || (length & 3) !== 0 || position + length > end) return 0
  if (view.getUint32(position + length - 4, littleEndian) !== length) return 0
  return view.getUint32(position + 20, littleEndian) <= length - 32 ? length : 0
}

/** A section header for what a cut keeps: its length no longer holds, and −1, "not known", takes its place. */
export function sectionOfCut(view: DataView, position: number, next: number, littleEndian: boolean): Uint8Array {
  const copy = new Uint8Array(view.buffer, view.byteOffset + position, next - position).slice()
  copy.fill(0xff, 16, 24)
  new DataView(copy.buffer).setUint32(copy.length - 4, copy.length, littleEndian)
  return copy
}

/** A block whose two lengths differ, with both set to what it takes, so that others can read it. */
export function mendedBlock(view: DataView, position: number, length: number, littleEndian: boolean): Uint8Array {
  const padded = (length + 3) & ~3
  const copy = new Uint8Array(padded)
  copy.set(new Uint8Array(view.buffer, view.byteOffset + position, length - 4))
  const header = new DataView(copy.buffer)
  header.setUint32(4, padded, littleEndian)
  header.setUint32(padded - 4, padded, littleEndian)
  return copy
}
