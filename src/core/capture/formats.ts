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
 * An ETL file begins with a WMI_BUFFER_HEADER of 0x48 bytes, whose first field is the buffer size (whole KiB, ≤ 16 MiB). Its first event
 * is the log's own header: version in 2 bytes, TRACE_HEADER_TYPE_SYSTEM32 or 64 (1, 2), and the marker flags 0xc0.
 */
function isEtl(head: Uint8Array): boolean {
  if (head.length < 0x4c) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const bufferSize = view.getUint32(0, true)
  const isSize = bufferSize >= 1024 && bufferSize <= 16_777_216 && bufferSize % 1024 === 0
  return isSize && (head[0x4a] === 1 || head[0x4a] === 2) && head[0x4b] === 0xc0
}
