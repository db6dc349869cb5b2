import { InputError } from '../errors.ts'
import { isPcapMagic } from './pcap-header.ts'
import { BLOCK } from './pcapng-blocks.ts'

/** Bytes that tell what a file is. */
export const SNIFF_BYTES = 128

interface Refused {
  readonly name: string
  readonly magic: readonly number[]
  readonly at: number
  /** The one command that makes a capture of it. */
  readonly advice: string
}

/** Recordings of packets that are converted by the tool that wrote them. */
const REFUSED: readonly Refused[] = [
  {
    name: 'a Microsoft Network Monitor capture',
    magic: [0x47, 0x4d, 0x42, 0x55], // GMBU
    at: 0,
    advice: 'Convert it first: editcap -F pcapng trace.cap trace.pcapng',
  },
  {
    name: 'an old Microsoft Network Monitor capture',
    magic: [0x52, 0x54, 0x53, 0x53], // RTSS
    at: 0,
    advice: 'Convert it first: editcap -F pcapng trace.cap trace.pcapng',
  },
  {
    name: 'a Solaris snoop capture',
    magic: [0x73, 0x6e, 0x6f, 0x6f, 0x70, 0x00, 0x00, 0x00],
    at: 0,
    advice: 'Convert it first: editcap -F pcapng trace.snoop trace.pcapng',
  },
]

/** `pcap`, `pcapng`, or undefined: no capture. @throws {InputError} convert-first for recordings that another tool converts */
export function captureFormat(head: Uint8Array): 'pcap' | 'pcapng' | undefined {
  if (head.length < 4) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const magic = view.getUint32(0, true)
  if (magic === BLOCK.sectionHeader) return 'pcapng'
  if (isPcapMagic(magic)) return 'pcap'
  for (const format of REFUSED) {
    if (format.magic.every((byte, index) => head[format.at + index] === byte)) {
      throw new InputError('convert-first', `this is ${format.name}`, format.advice, 0)
    }
  }
  if (isEtl(head)) {
    throw new InputError('convert-first', 'this is a Windows event trace (.etl)', 'Convert it first: etl2pcapng trace.etl trace.pcapng', 0)
  }
  return undefined
}

/**
 * An ETL file begins with a WMI_BUFFER_HEADER whose first field is the buffer size (a multiple of 1 KiB, ≤ 16 MiB), and its first
 * event (at 0x48) is the trace header with `0xc0` and the version-2 marker in its type bytes.
 */
function isEtl(head: Uint8Array): boolean {
  if (head.length < 0x4c) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const bufferSize = view.getUint32(0, true)
  return bufferSize >= 1024 && bufferSize <= 16_777_216 && bufferSize % 1024 === 0 && head[0x4b] === 0xc0 && head[0x49] === 0
}
