import { InputError } from '../errors.ts'
import { isPcapMagic, PCAP_FILE_HEADER } from './pcap-header.ts'
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

const IXIA = {
  name: 'an Ixia variant of pcap (lcap)',
  at: 0,
  advice: 'Convert it first: editcap -F pcap trace.cap trace.pcap',
} as const

/** Recordings of packets that are converted by the tool that wrote them. The magic numbers are as published (Microsoft's Netmon.h, RFC 1761, Wireshark's wiretap). */
const REFUSED: readonly Refused[] = [
  // Its file header has four bytes more: hardware (…ac) and software (…ab) captures, in both byte orders.
  ...[0xac, 0xab].flatMap((last) => [
    { ...IXIA, magic: [last, 0x01, 0x00, 0x1c] },
    { ...IXIA, magic: [0x1c, 0x00, 0x01, last] },
  ]),
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
  if (isPcapMagic(magic)) {
    if (isAixPcap(view)) throw convertFirst('a pcap file of AIX', 'Convert it first: editcap -F pcap trace.cap trace.pcap')
    return 'pcap'
  }
  for (const format of REFUSED) {
    if (format.magic.every((byte, index) => head[format.at + index] === byte)) throw convertFirst(format.name, format.advice)
  }
  if (isEtl(head)) throw convertFirst('a Windows event trace (.etl)', 'Convert it first: etl2pcapng trace.etl trace.pcapng')
  return undefined
}

const convertFirst = (name: string, advice: string): InputError => new InputError('convert-first', `this is ${name}`, advice, 0)

/** AIX writes version 2.2, nanoseconds, and the interface's type (RFC 1573) in place of a link type: Ethernet, Token Ring, FDDI, loopback. */
function isAixPcap(view: DataView): boolean {
  if (view.byteLength < PCAP_FILE_HEADER) return false
  const littleEndian = view.getUint8(0) !== 0xa1
  const isVersion = view.getUint16(4, littleEndian) === 2 && view.getUint16(6, littleEndian) === 2
  return isVersion && [6, 9, 15, 24].includes(view.getUint32(20, littleEndian))
}

/**
 * An ETL file begins with a WMI_BUFFER_HEADER of 0x48 bytes, whose first field is the buffer size (whole KiB, ≤ 16 MiB). Its first event
 * is the log's own header, a SYSTEM_TRACE_HEADER: version in 2 bytes (1 before Windows 6.0, 2 since), TRACE_HEADER_TYPE_SYSTEM32 or 64
 * (1, 2), the flags 0xc0, its size, and the hook id WMI_LOG_TYPE_HEADER (0).
 *
 * @see NTWMI.H of the Windows Driver Kit; G. Chappell, "TRACE_LOGFILE_HEADER"
 */
function isEtl(head: Uint8Array): boolean {
  if (head.length < 0x50) return false
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const bufferSize = view.getUint32(0, true)
  const isSize = bufferSize >= 1024 && bufferSize <= 16_777_216 && bufferSize % 1024 === 0
  const isOneOrTwo = (value: number | undefined): boolean => value === 1 || value === 2
  const isHeader = isOneOrTwo(view.getUint16(0x48, true)) && isOneOrTwo(head[0x4a]) && head[0x4b] === 0xc0
  return isSize && isHeader && view.getUint16(0x4e, true) === 0
}
