import { describe, expect, it } from 'vitest'
import { newFrame } from '../../../../src/core/capture/new-frame.ts'
import { FramePrivacy } from '../../../../src/core/diagnosis/privacy/frame.ts'
import { Pseudonyms } from '../../../../src/core/diagnosis/privacy/pseudonyms.ts'
import { headerChecksum, transportChecksum } from '../../../../src/core/packet/checksum.ts'
import { decode } from '../../../../src/core/packet/decode.ts'
import { Packet } from '../../../../src/core/packet/packet.ts'

const bytesOf = (hex: string): number[] =>
  hex
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((part) => (part.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))

/** Host 10.1.2.3 (00:1b:21:aa:bb:cc), printer 10.1.2.9 (00:80:77:31:01:07): what must not be found again. */
const HOST_MAC = '001b21aabbcc'
const PEER_MAC = '008077310107'
const HOST = '0a010203'
const PEER = '0a010209'
const ethernet = (type: string) => `${PEER_MAC} ${HOST_MAC} ${type}`
const ipv4 = (protocol: string, length: string, sum: string, options = '') =>
  `${options ? '46' : '45'}00 ${length} 1234 4000 40${protocol} ${sum} ${HOST} ${PEER} ${options}`
const v6 = (next: string, length: string) =>
  `60000000 ${length} ${next}40 20010a0000000000 000000000000aa03 20010a0000000000 000000000000aa09`

interface Case {
  readonly hex: string
  /** Bytes that are left. */
  readonly left: number
  readonly checksums?: readonly [ip: string, transport: string]
}

const CASES: [string, Case][] = [
  [
    'a TCP segment with payload is cut behind its options',
    { hex: `${ethernet('0800')} ${ipv4('06', '0038', '0000')} c350238c 00000001 00000002 50180400 0000 0000 ${'41'.repeat(16)}`, left: 54 },
  ],
  [
    'a bare ACK keeps its zero padding',
    { hex: `${ethernet('0800')} ${ipv4('06', '0028', '0000')} c350238c 00000001 00000002 50100400 0000 0000 000000000000`, left: 60 },
  ],
  [
    'padding that says something goes',
    { hex: `${ethernet('0800')} ${ipv4('06', '0028', '0000')} c350238c 00000001 00000002 50100400 0000 0000 736563726574`, left: 54 },
  ],
  [
    'a UDP datagram is cut behind its header',
    { hex: `${ethernet('0800')} ${ipv4('11', '0024', '0000')} c3500035 00100000 7072696e74657231`, left: 42 },
  ],
  ['an echo is cut behind its header', { hex: `${ethernet('0800')} ${ipv4('01', '0020', '0000')} 0800 0000 0001 0001 41414141`, left: 42 }],
  [
    "an ICMP error keeps the quoted packet's header and 8 bytes",
    {
      hex: `${ethernet('0800')} ${ipv4('01', '0040', '0000')} 0301 0000 00000000 ${ipv4('06', '0400', '0000')} c350238c 00000001 41414141 41414141`,
      left: 70,
    },
  ],
  [
    "an ICMP redirect's gateway is renamed",
    {
      hex: `${ethernet('0800')} ${ipv4('01', '0038', '0000')} 0501 0000 ${PEER} ${ipv4('06', '0400', '0000')} c350238c 00000001`,
      left: 70,
    },
  ],
  ['ARP', { hex: `ffffffffffff ${HOST_MAC} 0806 0001 0800 0604 0001 ${HOST_MAC} ${HOST} 000000000000 ${PEER}`, left: 42 }],
  [
    'record route is blanked',
    {
      hex: `${ethernet('0800')} ${ipv4('06', '002c', '0000', `0703${HOST.slice(0, 4)}`)} c350238c 00000001 00000002 50100400 0000 0000`,
      left: 58,
    },
  ],
  [
    'Multipath TCP names addresses: blanked',
    { hex: `${ethernet('0800')} ${ipv4('06', '0030', '0000')} c350238c 00000001 00000002 70100400 0000 0000 1e08 3001 ${HOST}`, left: 62 },
  ],
  [
    'neighbour discovery keeps its link address, renamed',
    {
      hex: `3333ff00aa09 ${HOST_MAC} 86dd ${v6('3a', '0020')} 8700 0000 00000000 20010a0000000000 000000000000aa09 0101 ${HOST_MAC}`,
      left: 86,
    },
  ],
  [
    'a routing header is cut away',
    { hex: `${ethernet('86dd')} ${v6('2b', '0018')} 0602 0001 00000000 20010a0000000000 000000000000aa09`, left: 54 },
  ],
  ['LLDP is cut behind the link header', { hex: `0180c200000e ${HOST_MAC} 88cc 0207 04${PEER_MAC} 0a077072696e746572`, left: 14 }],
  [
    'a VXLAN tunnel is renamed outside and inside',
    {
      hex: `${ethernet('0800')} ${ipv4('11', '005a', '0000')} c35012b5 00460000 0800000000000100 ${ethernet('0800')} ${ipv4('06', '0028', '0000')} c350238c 00000001 00000002 50100400 0000 0000`,
      left: 104,
    },
  ],
  [
    'a GRE tunnel too',
    {
      hex: `${ethernet('0800')} ${ipv4('2f', '0040', '0000')} 00000800 ${ipv4('06', '0028', '0000')} c350238c 00000001 00000002 50100400 0000 0000`,
      left: 78,
    },
  ],
  ['a header cut off by the snaplen', { hex: `${ethernet('0800')} ${ipv4('06', '0038', '0000')} c350238c`, left: 34 }],
  ['an IPv4 header cut off in its addresses', { hex: `${ethernet('0800')} 45000038 12344000 4006 0000 ${HOST}`, left: 14 }],
]

function framed(hex: string, linkType = 1) {
  const buffer = Uint8Array.from(bytesOf(hex))
  const frame = newFrame(linkType)
  return Object.assign(frame, {
    buffer,
    view: new DataView(buffer.buffer),
    start: 0,
    capturedLength: buffer.length,
    originalLength: buffer.length,
  })
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('a frame made private', () => {
  it.each(CASES)('%s', (_, { hex, left }) => {
    const frame = framed(hex)
    const kept = new FramePrivacy(new Pseudonyms()).rewrite(frame)
    const made = hexOf(frame.buffer.subarray(0, kept))
    expect(kept).toBe(left)
    for (const original of [HOST, PEER, '77310107', '21aabbcc', '20010a00', '41414141', '7072696e']) expect(made).not.toContain(original)
  })

  it('without pseudonyms only payload goes', () => {
    const frame = framed(CASES[0]?.[1].hex ?? '')
    const before = hexOf(frame.buffer)
    const kept = new FramePrivacy(undefined).rewrite(frame)
    expect(hexOf(frame.buffer.subarray(0, kept))).toBe(before.slice(0, 108))
  })

  it('of an unknown link type nothing is left that says anything', () => {
    const frame = framed('6162636465666768696a6b6c6d6e6f70', 147)
    const kept = new FramePrivacy(new Pseudonyms()).rewrite(frame)
    expect(hexOf(frame.buffer.subarray(0, kept))).toBe('00'.repeat(14))
  })
})

describe('checksums', () => {
  /** A bare TCP ACK with both checksums right. */
  const right = () => {
    const frame = framed(`${ethernet('0800')} ${ipv4('06', '0028', '0000')} c350238c 00000001 00000002 50100400 0000 0000`)
    for (let ip = 0; ip < 0x10000 && status(frame)[0] !== 'ok'; ip++) frame.view.setUint16(24, ip)
    for (let tcp = 0; tcp < 0x10000 && status(frame)[1] !== 'ok'; tcp++) frame.view.setUint16(50, tcp)
    return frame
  }
  const status = (frame: ReturnType<typeof framed>) => {
    const packet = new Packet()
    decode(frame, packet)
    return [headerChecksum(packet), transportChecksum(packet)]
  }
  const privately = (frame: ReturnType<typeof framed>) => {
    new FramePrivacy(new Pseudonyms()).rewrite(frame)
    return status(frame)
  }

  it('right stays right', () => {
    const frame = right()
    expect(status(frame)).toEqual(['ok', 'ok'])
    expect(privately(frame)).toEqual(['ok', 'ok'])
  })

  it.each([
    ['the IP header', 24, ['bad', 'ok']],
    ['TCP', 50, ['ok', 'bad']],
  ])('wrong in %s stays wrong', (_, at, expected) => {
    const frame = right()
    frame.view.setUint16(at, frame.view.getUint16(at) ^ 0x0f0f)
    expect(privately(frame)).toEqual(expected)
  })

  it('what a network card was to finish stays so', () => {
    const frame = right()
    // The pseudo-header's sum alone: 10.1.2.3, 10.1.2.9, protocol 6, 20 bytes.
    frame.view.setUint16(50, 0x0a01 + 0x0203 + 0x0a01 + 0x0209 + 6 + 20)
    expect(status(frame)[1]).toBe('offloaded')
    expect(privately(frame)[1]).toBe('offloaded')
  })

  it('a damaged segment stays whole and damaged, its payload zeros', () => {
    const frame = framed(
      `${ethernet('0800')} ${ipv4('06', '0038', '0000')} c350238c 00000001 00000002 50180400 1111 0000 ${'41'.repeat(16)}`,
    )
    expect(status(frame)[1]).toBe('bad')
    expect(new FramePrivacy(new Pseudonyms()).rewrite(frame)).toBe(70)
    expect(status(frame)[1]).toBe('bad')
    expect(hexOf(frame.buffer.subarray(54))).toBe('00'.repeat(16))
  })
})
