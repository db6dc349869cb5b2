import { FLAGS, flagOf, isGroup, type Line, macOf, number, parseLine, payloadOf, tcpOptions } from './capture-line.ts'
import {
  arpPacket,
  cookedFrame,
  type Endpoint,
  ethernetFrame,
  hex,
  icmpMessage,
  ipPacket,
  neighbourMessage,
  tcpSegment,
  udpDatagram,
} from './packet-bytes.ts'

/**
 * Captures as text, one packet a line:
 *
 * ```
 * # who says what, in the words of the test
 * 0.000 host > peer SYN win=64240 ttl=128 id=1 mss=1460 ws=8 sack
 * 0.001 peer > host SYN ACK mss=1460
 * 0.002 host > peer ACK
 * 0.010 host > peer PSH ACK len=1460
 * 0.300 host > peer PSH ACK len=1460 seq=1          # a retransmission: seq is relative to the ISN
 * 0.400 gateway > host ICMP type=3 code=4 rest=1400 quote=4
 * 0.500 host > * ARP who-has peer
 * 0.501 peer > host ARP is-at
 * 0.600 host > peer UDP len=40
 * ```
 *
 * `seq` and `ack` follow the conversation where they are not given. `host` is 10.0.0.5:49822, `peer` 10.0.0.9:9100, `gateway` 10.0.0.1;
 * other names come from `options.endpoints`; `host:50000` is another port; `10.1.1.1:80` and `[fe80::1]:80` stand for themselves.
 * The time is in seconds after `options.start` (up to nine decimals), or `-`: none (a simple packet block).
 *
 * Keys, all packets: `ttl id tos vlan=5 vlan=5,6 mac=SOURCE snap=BYTES iface=N badip nodf comment="…"`; `len=N` or `data="text"` or `hex=0a0b`.
 * TCP: `seq ack win mss ws sack sackblocks=100-200,300-400 (relative) ts=VALUE,ECHO badsum` and the words SYN ACK FIN RST PSH URG ECE CWR.
 * ND: `ND solicit NAME`, `ND advertise`. Anything: `0.5 raw 0a0b0c…` is the frame itself.
 */
export interface CaptureOptions {
  /** Zero of the times: ISO 8601. */
  readonly start?: string
  readonly endpoints?: Readonly<Record<string, Partial<Endpoint> & { readonly ip: string }>>
  /** LINKTYPE_: 1 Ethernet, 101 raw IP, 113 Linux cooked. */
  readonly linkType?: 1 | 101 | 113
  /** Initial sequence number of a name's side; default 1,000,000 for the first speaker of a connection, 5,000,000 for the other. */
  readonly isn?: Readonly<Record<string, number>>
}

export interface BuiltPacket {
  /** Nanoseconds since the epoch; undefined: no stamp. */
  readonly timestampNs: bigint | undefined
  readonly bytes: Uint8Array
  readonly originalLength: number
  readonly interfaceId: number
  readonly comment: string | undefined
  /** The IP packet or ARP message in it: what an ICMP error quotes. */
  readonly network: Uint8Array
}

export const DEFAULT_START = '2026-09-29T10:00:00Z'
const BROADCAST = 'ff:ff:ff:ff:ff:ff'

const ENDPOINTS: Record<string, Endpoint> = {
  host: { mac: '02:00:00:00:00:05', ip: '10.0.0.5', port: 49822 },
  peer: { mac: '02:00:00:00:00:09', ip: '10.0.0.9', port: 9100 },
  gateway: { mac: '02:00:00:00:00:01', ip: '10.0.0.1', port: 0 },
}

const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const

/** The packets of a text (see above). @throws {Error} on a line that makes no packet */
export function packets(text: string, options: CaptureOptions = {}): BuiltPacket[] {
  const conversation = new Conversation(options)
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim())
  return lines.filter((line) => line !== '').map((line) => conversation.packet(line))
}

/** Remembers what each direction has sent, so that a line need not repeat it. */
class Conversation {
  readonly #options: CaptureOptions
  readonly #startNs: bigint
  readonly #built: BuiltPacket[] = []
  readonly #isn = new Map<string, number>()
  /** Next relative sequence number of a direction. */
  readonly #next = new Map<string, number>()
  readonly #ipIds = new Map<string, number>()

  constructor(options: CaptureOptions) {
    this.#options = options
    this.#startNs = BigInt(Date.parse(options.start ?? DEFAULT_START)) * 1_000_000n
  }

  packet(line: string): BuiltPacket {
    const built = line.split(/\s+/)[1] === 'raw' ? this.#raw(line) : this.#frame(parseLine(line))
    this.#built.push(built)
    return built
  }

  #raw(line: string): BuiltPacket {
    const [time = '0', , ...rest] = line.split(/\s+/)
    const frame = hex(rest.join(''))
    return { timestampNs: this.#time(time), bytes: frame, originalLength: frame.length, interfaceId: 0, comment: undefined, network: frame }
  }

  #time(text: string): bigint | undefined {
    if (text === '-') return undefined
    const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text)
    if (match === null) throw new Error(`no time: ${text}`)
    const ns = BigInt(match[2] ?? '0') * 1_000_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'))
    return this.#startNs + (match[1] === '-' ? -ns : ns)
  }

  endpoint(text: string): Endpoint {
    const literal = /^\[(.+)\](?::(\d+))?$/.exec(text) ?? /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/.exec(text)
    if (literal !== null) return { mac: macOf(literal[1] ?? ''), ip: literal[1] ?? '', port: Number(literal[2] ?? 0) }
    const [name = '', port] = text.split(':')
    const given = this.#options.endpoints?.[name]
    const known = given === undefined ? ENDPOINTS[name] : { mac: macOf(given.ip), port: 0, ...ENDPOINTS[name], ...given }
    if (known === undefined) throw new Error(`no endpoint is named ${name}`)
    return { mac: known.mac, ip: known.ip, port: port === undefined ? known.port : Number(port) }
  }

  #frame(line: Line): BuiltPacket {
    const from = this.endpoint(line.from)
    const network = this.#network(line, from)
    const kind = network.etherType
    const source = line.keys.get('mac') ?? from.mac
    const destination = line.to === '*' || isGroup(network.to) ? BROADCAST : this.endpoint(line.to).mac
    const vlans = (line.keys.get('vlan') ?? '').split(',').filter(Boolean).map(Number)
    const frame = this.#link(source, destination, kind, vlans, network.bytes)
    const snap = line.keys.get('snap')
    return {
      timestampNs: this.#time(line.time),
      bytes: snap === undefined ? frame : frame.slice(0, Number(snap)),
      originalLength: frame.length,
      interfaceId: number(line, 'iface', 0),
      comment: line.keys.get('comment'),
      network: network.bytes,
    }
  }

  #link(source: string, destination: string, etherType: number, vlans: readonly number[], payload: Uint8Array): Uint8Array {
    if (this.#options.linkType === 101) return payload
    if (this.#options.linkType === 113) return cookedFrame(source, etherType, 0, payload)
    return ethernetFrame(source, destination, etherType, vlans, payload)
  }

  #network(line: Line, from: Endpoint): { bytes: Uint8Array; etherType: number; to: string } {
    if (line.words[0] === 'ARP') return { bytes: this.#arp(line, from), etherType: ETHERTYPE.arp, to: '' }
    const v6 = from.ip.includes(':')
    const to = line.to === '*' ? { mac: BROADCAST, ip: v6 ? 'ff02::1' : '255.255.255.255', port: 0 } : this.endpoint(line.to)
    const [protocol, payload] = this.#transport(line, from, to)
    const ip = {
      protocol,
      ttl: number(line, 'ttl', line.words[0] === 'ND' ? 255 : 64),
      id: number(line, 'id', this.#nextIpId(from.ip)),
      dontFragment: !line.keys.has('nodf'),
      tos: number(line, 'tos', 0),
      badChecksum: line.keys.has('badip'),
    }
    return { bytes: ipPacket(from.ip, to.ip, ip, payload), etherType: v6 ? ETHERTYPE.ipv6 : ETHERTYPE.ipv4, to: to.ip }
  }

  #nextIpId(ip: string): number {
    const id = ((this.#ipIds.get(ip) ?? 0) + 1) & 0xffff
    this.#ipIds.set(ip, id)
    return id
  }

  #transport(line: Line, from: Endpoint, to: Endpoint): [number, Uint8Array] {
    const v6 = from.ip.includes(':')
    switch (line.words[0]) {
      case 'UDP':
        return [17, udpDatagram(from, to, payloadOf(line), line.keys.has('badsum'))]
      case 'ICMP':
        return [
          v6 ? 58 : 1,
          icmpMessage(from.ip, to.ip, number(line, 'type', 3), number(line, 'code', 0), number(line, 'rest', 0), this.#quote(line)),
        ]
      case 'ND': {
        const solicits = line.words[1] === 'solicit'
        const target = solicits ? this.endpoint(line.words[2] ?? '').ip : from.ip
        return [58, neighbourMessage(from.ip, to.ip, solicits ? 135 : 136, target, line.keys.get('mac') ?? from.mac)]
      }
      default:
        return [6, this.#tcp(line, from, to)]
    }
  }

  /** RFC 792: the quoted header and 8 bytes; `quotebytes` for more. */
  #quote(line: Line): Uint8Array {
    const frame = line.keys.get('quote')
    if (frame === undefined) return payloadOf(line)
    const quoted = this.#built[Number(frame) - 1]
    if (quoted === undefined) throw new Error(`there is no frame ${frame} to quote`)
    const header = (quoted.network[0] ?? 0) >>> 4 === 6 ? 40 : 20
    return quoted.network.slice(0, number(line, 'quotebytes', header + 8))
  }

  #arp(line: Line, from: Endpoint): Uint8Array {
    const sender = { ...from, mac: line.keys.get('mac') ?? from.mac }
    if (line.words[1] === 'who-has') return arpPacket(1, sender, { mac: '00:00:00:00:00:00', ip: this.endpoint(line.words[2] ?? '').ip })
    return arpPacket(2, sender, line.to === '*' ? { mac: BROADCAST, ip: from.ip } : this.endpoint(line.to))
  }

  #tcp(line: Line, from: Endpoint, to: Endpoint): Uint8Array {
    const out = `${from.ip}:${from.port}>${to.ip}:${to.port}`
    const back = `${to.ip}:${to.port}>${from.ip}:${from.port}`
    const isnOut = this.#initial(line.from, out, back)
    const isnBack = this.#initial(line.to, back, out)
    let flags = line.words.reduce((sum, word) => sum | flagOf(word), 0)
    if (line.keys.has('ack')) flags |= FLAGS.ACK ?? 0
    const seq = number(line, 'seq', this.#next.get(out) ?? 0)
    const ack = flags & 16 ? number(line, 'ack', this.#next.get(back) ?? 0) : 0
    const payload = payloadOf(line)
    const end = seq + payload.length + (flags & 2 ? 1 : 0) + (flags & 1 ? 1 : 0)
    if (!(flags & 4)) this.#next.set(out, Math.max(this.#next.get(out) ?? 0, end))
    return tcpSegment(from, to, {
      flags,
      seq: (isnOut + seq) >>> 0,
      ack: flags & 16 ? (isnBack + ack) >>> 0 : 0,
      window: number(line, 'win', flags & 4 ? 0 : 64240),
      options: tcpOptions(line, isnBack),
      urgent: number(line, 'urg', 0),
      payload,
      badChecksum: line.keys.has('badsum'),
    })
  }

  #initial(name: string, direction: string, other: string): number {
    const known = this.#isn.get(direction)
    if (known !== undefined) return known
    const isn = this.#options.isn?.[name] ?? (this.#isn.has(other) ? 5_000_000 : 1_000_000)
    this.#isn.set(direction, isn)
    return isn
  }
}
