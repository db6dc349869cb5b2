import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureScanner } from '../../../src/core/capture/scan.ts'
import * as address from '../../../src/core/packet/address.ts'
import { headerChecksum, transportChecksum } from '../../../src/core/packet/checksum.ts'
import { decode, decodeNext } from '../../../src/core/packet/decode.ts'
import { LINK_TYPES } from '../../../src/core/packet/link-types.ts'
import { Packet } from '../../../src/core/packet/packet.ts'
import { readTcpOptions, TcpOptions } from '../../../src/core/packet/tcp-options.ts'
import { type BuiltPacket, packets } from '../../support/capture-builder.ts'
import { pcap } from '../../support/capture-files.ts'
import { bytes, hex, u16, u32 } from '../../support/packet-bytes.ts'

/** What `look` says about each frame; the packet is reused, so it must not be kept. */
function decodeAll<T>(built: readonly BuiltPacket[], linkType: number, look: (packet: Packet) => T): T[] {
  const seen: T[] = []
  const packet = new Packet()
  const scanner = new CaptureScanner((frame) => {
    decode(frame, packet)
    seen.push(look(packet))
  })
  scanner.push(pcap(built, { network: linkType }))
  scanner.end()
  return seen
}

const frame = (data: Uint8Array): BuiltPacket => ({
  timestampNs: 0n,
  bytes: data,
  originalLength: data.length,
  interfaceId: 0,
  comment: undefined,
  network: data,
})

const [SEGMENT] = packets('0.0 host > peer PSH ACK len=10 seq=1')
const [SEGMENT6] = packets('0.0 host > peer PSH ACK len=10 seq=1', {
  endpoints: { host: { ip: 'fd00::5', port: 1 }, peer: { ip: 'fd00::9', port: 2 } },
})
const ip = SEGMENT?.network ?? new Uint8Array(0)
const ip6 = SEGMENT6?.network ?? new Uint8Array(0)
const ether = SEGMENT?.bytes ?? new Uint8Array(0)
const MACS = hex('020000000009020000000005')
const radiotap = (wifi: Uint8Array): Uint8Array => bytes(0, 0, 8, 0, 0, 0, 0, 0, wifi)
const snap = (type: number): number[] => [0xaa, 0xaa, 3, 0, 0, 0, ...u16(type)]
const wifi = bytes(8, 1, 0, 0, MACS, hex('020000000009'), 0, 0, snap(0x0800), ip)
/** IPv4 around anything, without a checksum. */
const outerIp = (protocol: number, inner: Uint8Array): Uint8Array =>
  bytes([0x45, 0], u16(20 + inner.length), u32(0), 9, protocol, 0, 0, [1, 1, 1, 1], [2, 2, 2, 2], inner)
const udp = (port: number, inner: Uint8Array): Uint8Array => bytes(u16(4444), u16(port), u16(8 + inner.length), 0, 0, inner)
const onEther = (type: number, inner: Uint8Array): Uint8Array => bytes(MACS, u16(type), inner)

describe('link types and tunnels lead to the same segment', () => {
  it.each<[string, number, Uint8Array]>([
    ['Ethernet', 1, ether],
    ['raw IPv4', 101, ip],
    ['LINKTYPE_IPV4', 228, ip],
    ['BSD loopback, little-endian', 0, bytes(2, 0, 0, 0, ip)],
    ['BSD loopback, big-endian', 0, bytes(0, 0, 0, 2, ip)],
    ['LOOP', 108, bytes(0, 0, 0, 2, ip)],
    ['PPP', 9, bytes(0xff, 3, 0, 0x21, ip)],
    ['PPP with a compressed protocol', 9, bytes(0x21, ip)],
    ['Cisco HDLC', 104, bytes(0x0f, 0, 8, 0, ip)],
    ['Linux cooked v1', 113, bytes(0, 0, 0, 1, 0, 6, hex('0200000000050000'), 8, 0, ip)],
    ['Linux cooked v2', 276, bytes(8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, hex('0200000000050000'), ip)],
    ['802.11', 105, wifi],
    ['802.11 with QoS', 105, bytes(0x88, 1, 0, 0, MACS, hex('020000000009'), 0, 0, 0, 0, snap(0x0800), ip)],
    ['an A-MSDU', 105, bytes(0x88, 1, 0, 0, MACS, hex('020000000009'), 0, 0, 0x80, 0, MACS, u16(8 + ip.length), snap(0x0800), ip)],
    ['radiotap', 127, radiotap(wifi)],
    ['PPI', 192, bytes(0, 0, 8, 0, 105, 0, 0, 0, wifi)],
    ['NFLOG', 239, bytes(2, 0, 0, 0, 8, 0, 10, 0, 1, 2, 3, 4, u16(4 + ip.length).reverse(), 9, 0, ip)],
    ['PKTAP', 258, bytes(16, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, ether)],
    ['VLAN', 1, onEther(0x8100, bytes(u16(7), u16(0x0800), ip))],
    ['QinQ', 1, onEther(0x88a8, bytes(u16(7), u16(0x8100), u16(8), u16(0x0800), ip))],
    ['MPLS', 1, onEther(0x8847, bytes(0, 1, 0, 64, 0, 2, 1, 64, ip))],
    ['an Ethernet pseudo-wire over MPLS', 1, onEther(0x8847, bytes(0, 1, 1, 64, 0, 0, 0, 0, ether))],
    ['PPPoE', 1, onEther(0x8864, bytes(0x11, 0, 0, 1, u16(2 + ip.length), 0, 0x21, ip))],
    ['FabricPath', 1, onEther(0x8903, bytes(0, 1, ether))],
    ['802.3 with SNAP', 1, onEther(8 + ip.length, bytes(snap(0x0800), ip))],
    ['GRE', 101, outerIp(47, bytes(0, 0, 8, 0, ip))],
    ['GRE with checksum, key and sequence number', 101, outerIp(47, bytes(0xb0, 0, 8, 0, u32(0), u32(1), u32(2), ip))],
    ['PPTP', 101, outerIp(47, bytes(0x30, 0x81, 0x88, 0x0b, u32(1), u32(2), u32(3), 0xff, 3, 0, 0x21, ip))],
    ['ERSPAN type I', 101, outerIp(47, bytes(0, 0, 0x88, 0xbe, ether))],
    ['ERSPAN type II', 101, outerIp(47, bytes(0x10, 0, 0x88, 0xbe, u32(1), u32(0x10000000), u32(0), ether))],
    ['ERSPAN type III', 101, outerIp(47, bytes(0x10, 0, 0x22, 0xeb, u32(1), u32(0x20000000), u32(0), u32(0), ether))],
    ['IP in IP', 101, outerIp(4, ip)],
    ['an authentication header', 101, outerIp(51, bytes(6, 4, 0, 0, u32(1), u32(2), u32(0), u32(0), u32(0), ip.slice(20)))],
    ['VXLAN', 101, outerIp(17, udp(4789, bytes(8, 0, 0, 0, 0, 0, 1, 0, ether)))],
    ['Geneve', 101, outerIp(17, udp(6081, bytes(1, 0, 0x65, 0x58, 0, 0, 1, 0, u32(0), ether)))],
    ['an IPv4 length of 0, as segmentation offload writes it', 101, bytes(ip.slice(0, 2), 0, 0, ip.slice(4))],
  ])('%s', (_name, linkType, data) => {
    expect(
      decodeAll([frame(data)], linkType, (p) => [p.kind, p.sourcePort, p.destinationPort, p.payloadLength, p.payloadCaptured]),
    ).toEqual([['tcp', 49822, 9100, 10, 10]])
  })

  it.each<[string, number, Uint8Array]>([
    ['raw IPv6', 101, ip6],
    ['6in4', 101, outerIp(41, ip6)],
    ['hop-by-hop and destination options', 101, withExtensions(ip6, [0, 60])],
    ['an atomic fragment', 101, withExtensions(ip6, [44])],
  ])('%s', (_name, linkType, data) => {
    expect(decodeAll([frame(data)], linkType, (p) => [p.kind, address.sourceText(p), address.destinationText(p), p.payloadLength])).toEqual(
      [['tcp', 'fd00::5', 'fd00::9', 10]],
    )
  })
})

/** IPv6 with empty extension headers of the given types in front of the transport. */
function withExtensions(datagram: Uint8Array, types: readonly number[]): Uint8Array {
  const headers = types.flatMap((_, index) => [types[index + 1] ?? 6, 0, 0, 0, 0, 0, 0, 0])
  const length = datagram.length - 40 + headers.length
  return bytes(datagram.slice(0, 4), u16(length), types[0] ?? 6, datagram.slice(7, 40), headers, datagram.slice(40))
}

describe('an A-MSDU', () => {
  const head = bytes(0x88, 1, 0, 0, MACS, hex('020000000009'), 0, 0, 0x80, 0)
  const subframe = (inner: Uint8Array, pad = true): Uint8Array => {
    const length = 14 + inner.length
    return bytes(MACS, u16(inner.length), inner, pad ? new Uint8Array((4 - (length % 4)) % 4) : [])
  }
  const of = (...subframes: Uint8Array[]): BuiltPacket => frame(bytes(head, ...subframes))
  const LLC = bytes(0x42, 0x42, 3, 0, 0, 0, 0, 0, 0)
  const all = (packet: BuiltPacket): string[] => {
    const seen: string[] = []
    const decoded = new Packet()
    const scanner = new CaptureScanner((one) => {
      for (let isFirst = true; isFirst || decoded.nextSubframe !== -1; isFirst = false) {
        const isUnderstood = isFirst ? decode(one, decoded) : decodeNext(one, decoded)
        seen.push(isUnderstood ? `${decoded.kind} ${decoded.payloadLength}` : decoded.unknown)
      }
    })
    scanner.push(pcap([packet], { network: 105 }))
    scanner.end()
    return seen
  }

  it.each<[string, BuiltPacket, string[]]>([
    [
      'of three frames',
      of(subframe(bytes(snap(0x0800), ip)), subframe(bytes(snap(0x86dd), ip6)), subframe(bytes(snap(0x0800), ip), false)),
      ['tcp 10', 'tcp 10', 'tcp 10'],
    ],
    ['whose first frame is not IP', of(subframe(LLC), subframe(bytes(snap(0x0800), ip), false)), ['LLC without SNAP', 'tcp 10']],
    ['with a frame check sequence behind it', of(subframe(bytes(snap(0x0800), ip)), bytes(u32(1))), ['tcp 10']],
    [
      'that the capture cut inside its second frame',
      of(subframe(bytes(snap(0x0800), ip)), subframe(bytes(snap(0x0800), ip)).slice(0, 30)),
      ['tcp 10', 'truncated IPv4 header'],
    ],
    [
      'of empty frames',
      of(subframe(bytes()), subframe(bytes()), subframe(bytes())),
      ['truncated LLC header', 'truncated LLC header', 'truncated LLC header'],
    ],
  ])('%s is decoded frame by frame', (_, packet, says) => {
    expect(all(packet)).toEqual(says)
  })
})

describe('fields', () => {
  it('keeps VLAN ids, MACs and the outer flow of a tunnel', () => {
    const inVlan = onEther(
      0x88a8,
      bytes(u16(7), u16(0x8100), u16(8), u16(0x0800), outerIp(17, udp(4789, bytes(8, 0, 0, 0, 0, 0, 1, 0, ether)))),
    )
    const [seen] = decodeAll([frame(inVlan)], 1, (p) => [
      p.vlan,
      p.innerVlan,
      address.sourceMacText(p),
      p.outerCount,
      p.outers[0]?.destinationPort,
      p.tunnels,
    ])
    expect(seen).toEqual([7, 8, '02:00:00:00:00:05', 1, 4789, 1])
  })

  it('trims link padding and tells wire from captured payload', () => {
    const [padded] = decodeAll([frame(bytes(ether, new Uint8Array(20)))], 1, (p) => p.payloadCaptured)
    expect(padded).toBe(10)
    const cut = packets('0.0 host > peer PSH ACK len=500 seq=1 snap=60')
    expect(decodeAll(cut, 1, (p) => [p.payloadLength, p.payloadCaptured, transportChecksum(p)])).toEqual([[500, 6, 'unknown']])
  })

  it('reads TCP options', () => {
    const options = new TcpOptions()
    const built = packets(
      '0.0 host > peer SYN mss=1460 ws=8 sack ts=100,0\n0.1 host > peer ACK ts=7,9\n0.2 peer > host ACK sackblocks=10-20,30-40',
    )
    const seen = decodeAll(built, 1, (p) => {
      readTcpOptions(p, options)
      return [options.mss, options.windowScale, options.sackPermitted, options.timestamp, options.timestampEcho, options.sackBlocks]
    })
    expect(seen).toEqual([
      [1460, 8, true, 100, 0, 0],
      [-1, -1, false, 7, 9, 0],
      [-1, -1, false, -1, -1, 2],
    ])
  })

  it.each<[string, string, string]>([
    ['right', '0.0 host > peer PSH ACK len=11 seq=1', 'ok'],
    ['wrong', '0.0 host > peer PSH ACK len=11 seq=1 badsum', 'bad'],
    ['right in UDP', '0.0 host > peer UDP len=11', 'ok'],
  ])('a checksum that is %s', (_name, text, status) => {
    expect(decodeAll(packets(text), 1, (p) => [transportChecksum(p), headerChecksum(p)])).toEqual([[status, 'ok']])
  })

  it('knows a checksum that was left to the network card', () => {
    const offloaded = ether.slice()
    const pseudo = [ether.slice(26, 34), [0, 6], u16(30)].flatMap((part) => [...part])
    let sum = 0
    for (let i = 0; i < pseudo.length; i += 2) sum += ((pseudo[i] ?? 0) << 8) | (pseudo[i + 1] ?? 0)
    offloaded.set(u16((sum & 0xffff) + (sum >>> 16)), 50)
    expect(decodeAll([frame(offloaded)], 1, transportChecksum)).toEqual(['offloaded'])
  })

  it('reads what an ICMP error quotes', () => {
    const built = packets('0.0 host > peer ACK len=1400 seq=1\n0.1 gateway > host ICMP type=3 code=4 rest=1300 quote=1')
    const [, seen] = decodeAll(built, 1, (p) => [
      p.icmpType,
      p.icmpCode,
      p.icmpMtu,
      p.quotedProtocol,
      address.quotedSourceText(p),
      p.quotedDestinationPort,
      p.quotedSeq,
    ])
    expect(seen).toEqual([3, 4, 1300, 6, '10.0.0.5', 9100, 1_000_001])
  })

  it('reads ARP and neighbour discovery', () => {
    const v6 = { endpoints: { host: { ip: 'fd00::5' }, peer: { ip: 'fd00::9' } } }
    const look = (p: Packet): unknown[] => [p.kind, p.neighborOperation, address.neighborSenderText(p), address.neighborTargetText(p)]
    expect(decodeAll(packets('0.0 host > * ARP who-has peer\n0.1 peer > host ARP is-at'), 1, look)).toEqual([
      ['arp', 1, '10.0.0.5', '10.0.0.9'],
      ['arp', 2, '10.0.0.9', '10.0.0.5'],
    ])
    expect(decodeAll(packets('0.0 host > peer ND solicit peer\n0.1 peer > host ND advertise', v6), 1, look)).toEqual([
      ['nd', 1, 'fd00::5', 'fd00::9'],
      ['nd', 2, 'fd00::9', 'fd00::9'],
    ])
  })

  it.each(['10.0.0.1', '::', '::1', 'fd00::5', '2001:db8::1:0:0:1', '1:2:3:4:5:6:7:8', 'fe80::'])(
    'writes and reads the address %s',
    (text) => {
      const parsed = address.parseIp(text)
      expect(parsed && address.ipText(parsed, 0, parsed.length === 4 ? 4 : 6)).toBe(text)
    },
  )

  it.each(['10.0.0', '10.0.0.256', '1:2:3', ':::', '1::2::3', 'x', '::1%eth0', ''])('%j is no address', (text) => {
    expect(address.parseIp(text)).toBeUndefined()
  })
})

describe('hostile bytes', () => {
  const linkTypes = Object.keys(LINK_TYPES).map(Number)

  it('any bytes of any link type end in a packet or a reason, inside the captured bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...linkTypes), fc.uint8Array({ maxLength: 200 }), (linkType, data) => {
        const [ends] = decodeAll(
          [frame(data)],
          linkType,
          (p) => p.payloadCaptured >= 0 && p.end <= p.buffer.length && (p.kind !== 'none') === (p.unknown === ''),
        )
        return ends === true
      }),
      { numRuns: 2000 },
    )
  })

  it('every prefix and every flipped byte of a deep frame decodes or says why', () => {
    const deep = onEther(
      0x8100,
      bytes(u16(7), u16(0x0800), outerIp(17, udp(4789, bytes(8, 0, 0, 0, 0, 0, 1, 0, onEther(0x86dd, withExtensions(ip6, [0, 44, 60])))))),
    )
    const variants = Array.from(deep, (_, i) => [deep.slice(0, i), deep.with(i, (deep[i] ?? 0) ^ 0xff)]).flat()
    for (const data of variants)
      for (const [kind, reason] of decodeAll([frame(data)], 1, (p) => [p.kind, p.unknown]))
        expect(kind === 'none' ? reason : kind).not.toBe('')
  })

  it('nested headers end at a limit', () => {
    const nested = Array.from({ length: 40 }).reduce<Uint8Array>((inner) => outerIp(4, inner), ip)
    expect(decodeAll([frame(nested)], 101, (p) => p.unknown)).toEqual(['too many tunnels'])
  })
})
