import { isoFromParts } from '../../time/civil.ts'

/** BinXML value types. Source: libevtx, Windows XML Event Log format, §"Value types"; [MS-EVEN6] 2.2.12. */
const BINARY = 0x0e
const FILETIME_EPOCH = 11_644_473_600n // seconds from 1601 to 1970

/** A value as Event Viewer's XML shows it; undefined for the null type. */
export function valueText(view: DataView, type: number, at: number, size: number): string | undefined {
  if (type === 0 || size === 0) return type === 0 ? undefined : ''
  if ((type & 0x80) !== 0) return arrayText(view, type & 0x7f, at, size)
  return scalarText(view, type, at, size)
}

const SIZES: Readonly<Record<number, number>> = {
  3: 1,
  4: 1,
  5: 2,
  6: 2,
  7: 4,
  8: 4,
  9: 8,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  15: 16,
  16: 8,
  17: 8,
  18: 16,
  20: 4,
  21: 8,
}

function arrayText(view: DataView, type: number, at: number, size: number): string {
  if (type === 1)
    return utf16(view, at, size)
      .split('\0')
      .filter((item) => item !== '')
      .join(', ')
  const width = SIZES[type]
  if (width === undefined) return hex(view, at, size)
  const items: string[] = []
  for (let i = 0; i + width <= size; i += width) items.push(scalarText(view, type, at + i, width) ?? '')
  return items.join(', ')
}

function scalarText(view: DataView, type: number, at: number, size: number): string | undefined {
  switch (type) {
    case 1:
      return utf16(view, at, size).replace(/\0+$/, '')
    case 2:
      return new TextDecoder('windows-1252').decode(bytesOf(view, at, size)).replace(/\0+$/, '')
    case 3:
      return String(view.getInt8(at))
    case 4:
      return String(view.getUint8(at))
    case 5:
      return String(view.getInt16(at, true))
    case 6:
      return String(view.getUint16(at, true))
    case 7:
      return String(view.getInt32(at, true))
    case 8:
      return String(view.getUint32(at, true))
    case 9:
      return String(view.getBigInt64(at, true))
    case 10:
      return String(view.getBigUint64(at, true))
    case 11:
      return String(view.getFloat32(at, true))
    case 12:
      return String(view.getFloat64(at, true))
    case 13:
      return String(view.getUint32(at, true) !== 0)
    case BINARY:
      return hex(view, at, size)
    default:
      return specialText(view, type, at, size)
  }
}

function specialText(view: DataView, type: number, at: number, size: number): string | undefined {
  switch (type) {
    case 15:
      return guid(view, at)
    case 16:
      return size === 4 ? `0x${view.getUint32(at, true).toString(16)}` : `0x${view.getBigUint64(at, true).toString(16)}`
    case 17:
      return filetime(view.getBigUint64(at, true))
    case 18:
      return systemtime(view, at)
    case 19:
      return sid(view, at, size)
    case 20:
      return `0x${view.getUint32(at, true).toString(16)}`
    case 21:
      return `0x${view.getBigUint64(at, true).toString(16)}`
    default:
      return hex(view, at, size)
  }
}

const bytesOf = (view: DataView, at: number, size: number): Uint8Array => {
  if (at + size > view.byteLength) throw new RangeError('a value runs past its chunk')
  return new Uint8Array(view.buffer, view.byteOffset + at, size)
}

export const utf16 = (view: DataView, at: number, size: number): string => new TextDecoder('utf-16le').decode(bytesOf(view, at, size))

function hex(view: DataView, at: number, size: number): string {
  let text = ''
  for (const byte of bytesOf(view, at, size)) text += byte.toString(16).toUpperCase().padStart(2, '0')
  return text
}

function guid(view: DataView, at: number): string {
  const wide = (offset: number, bytes: number): string => {
    let text = ''
    for (let i = bytes - 1; i >= 0; i--)
      text += view
        .getUint8(at + offset + i)
        .toString(16)
        .padStart(2, '0')
    return text
  }
  const rest = hex(view, at + 8, 8).toLowerCase()
  return `{${wide(0, 4)}-${wide(4, 2)}-${wide(6, 2)}-${rest.slice(0, 4)}-${rest.slice(4)}}`
}

/** 100 ns ticks since 1601, as Event Viewer writes them: seven digits. */
export function filetime(ticks: bigint): string {
  const seconds = Number(ticks / 10_000_000n - FILETIME_EPOCH)
  return `${isoFromParts(seconds, 0).slice(0, -1)}.${String(ticks % 10_000_000n).padStart(7, '0')}Z`
}

function systemtime(view: DataView, at: number): string {
  const [year, month, , day, hour, minute, second, millisecond] = Array.from({ length: 8 }, (_, i) => view.getUint16(at + 2 * i, true))
  const two = (n: number | undefined): string => String(n ?? 0).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}Z`
}

/** `S-1-5-18`. Source: [MS-DTYP] 2.4.2. */
function sid(view: DataView, at: number, size: number): string {
  const count = view.getUint8(at + 1)
  if (8 + count * 4 > size) return hex(view, at, size)
  let authority = 0
  for (let i = 2; i < 8; i++) authority = authority * 256 + view.getUint8(at + i)
  let text = `S-${view.getUint8(at)}-${authority}`
  for (let i = 0; i < count; i++) text += `-${view.getUint32(at + 8 + i * 4, true)}`
  return text
}
