/** What stands in front of a file in a zip (PKWARE APPNOTE 4.3.7), and behind it (4.3.9). Little-endian throughout. */
export interface LocalHeader {
  /** Of the header itself. */
  readonly length: number
  /** As in the archive: a label from outside, never a path to write to. */
  readonly name: string
  readonly method: number
  readonly isEncrypted: boolean
  /** Checksum and lengths stand behind the content, in a data descriptor. */
  readonly hasDescriptor: boolean
  readonly checksum: number
  /** Bytes as they lie in the archive; undefined where they stand behind the content only. */
  readonly packedLength: number | undefined
}

export const LOCAL_HEADER = 0x04034b50
const DESCRIPTOR = 0x08074b50
const FIXED = 30 // bytes
const ZIP64 = 1
const IN_ZIP64 = 0xffffffff

const FLAG = { encrypted: 1, descriptor: 8, utf8: 0x800 } as const

/** The local header at the start of `bytes`, whose signature is there; undefined where more of it is needed. */
export function localHeader(bytes: Uint8Array): LocalHeader | undefined {
  if (bytes.length < FIXED) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(6, true)
  const nameEnd = FIXED + view.getUint16(26, true)
  const length = nameEnd + view.getUint16(28, true)
  if (bytes.length < length) return undefined
  const hasDescriptor = (flags & FLAG.descriptor) !== 0
  const stated = view.getUint32(18, true)
  const packedLength = stated === IN_ZIP64 ? zip64Length(view, nameEnd, length) : stated
  const name = bytes.subarray(FIXED, nameEnd)
  return {
    length,
    name: flags & FLAG.utf8 ? new TextDecoder().decode(name) : Array.from(name, (byte) => String.fromCharCode(byte)).join(''),
    method: view.getUint16(8, true),
    isEncrypted: (flags & FLAG.encrypted) !== 0,
    hasDescriptor,
    checksum: view.getUint32(14, true),
    packedLength: hasDescriptor && (packedLength ?? 0) === 0 ? undefined : packedLength,
  }
}

/** Compressed length in the ZIP64 extended information: behind the uncompressed one (APPNOTE 4.5.3). */
function zip64Length(view: DataView, from: number, to: number): number | undefined {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === ZIP64 && view.getUint16(at + 2, true) >= 16 && at + 20 <= to)
      return Number(view.getBigUint64(at + 12, true))
  }
  return undefined
}

/** Why an entry cannot be read as it streams past; undefined: it can. */
export function unstreamable({ isEncrypted, method, packedLength }: LocalHeader): string | undefined {
  if (isEncrypted || method === 99) return `a file in the zip is encrypted with a password (${method === 99 ? 'AES' : 'ZipCrypto'})`
  if (method === 0 && packedLength === undefined) return 'a file is stored in the zip without its length in front'
  return method === 0 || method === 8 ? undefined : `a file is compressed by method ${method}, not deflate`
}

/** Bytes of the longest data descriptor: signature, checksum, two lengths of 8. */
export const LONGEST_DESCRIPTOR = 24

export interface Descriptor {
  readonly length: number
  readonly checksum: number
}

/** The data descriptor at the start of `bytes`, with or without its signature, of 32 or 64 bits: the one that states `packedLength`. */
export function descriptorOf(bytes: Uint8Array, packedLength: number): Descriptor | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signature = bytes.length >= 4 && view.getUint32(0, true) === DESCRIPTOR ? 4 : 0
  for (const start of new Set([signature, 0])) {
    for (const width of [4, 8]) {
      const length = start + 4 + 2 * width
      if (bytes.length < length) continue
      const stated = width === 4 ? view.getUint32(start + 4, true) : Number(view.getBigUint64(start + 4, true))
      if (stated === packedLength) return { length, checksum: view.getUint32(start, true) }
    }
  }
  return undefined
}
