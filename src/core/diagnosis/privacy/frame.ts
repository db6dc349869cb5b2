import type { Frame } from '../../capture/frame.ts'
import type { LastWords } from '../../intake/last-words.ts'
import { ipText, parseIp } from '../../packet/address.ts'
import { transportChecksum } from '../../packet/checksum.ts'
import { decode } from '../../packet/decode.ts'
import { ABSENT, Packet } from '../../packet/packet.ts'
import { type Covered, replaceBytes } from './checksums.ts'
import { checksumsOf, type NetworkLayer, networkLayers } from './frame-layers.ts'
import type { Pseudonyms } from './pseudonyms.ts'

/** How often each rule was used. */
export interface FrameCounts {
  frames: number
  payloadCut: number
  /** Damaged segments whose payload became zeros, so that their checksum stays wrong. */
  payloadBlanked: number
  /** Frames whose rest was cut because this decoder does not know where its addresses are. */
  unknownCut: number
  addresses: number
  macs: number
  optionsBlanked: number
}

const ETHERNET = 1
const ETHERNET_HEADER = 14
const MOST_RECALLED = 16_384
const NOP = 1
/** ICMP redirect: the gateway's address stands in the header (RFC 792). */
const REDIRECT = 5
/** IPv6 extension headers that name addresses or hide what follows: routing, AH, destination options, mobility, HIP, shim6. */
const ROUTED = new Set([43, 51, 60, 135, 139, 140])
/** TCP options without addresses or secrets: end, NOP, MSS, window scale, SACK permitted, SACK, timestamps (IANA TCP parameters). */
const PLAIN_TCP_OPTIONS = new Set([0, 1, 2, 3, 4, 5, 8])

/** Nothing counted yet. */
export const noFrames = (): FrameCounts => ({
  ...{ frames: 0, payloadCut: 0, payloadBlanked: 0, unknownCut: 0, addresses: 0, macs: 0, optionsBlanked: 0 },
})

/**
 * Makes frames private: cuts what lies behind the headers (always), and, given pseudonyms, renames every address the decoder finds:
 * Ethernet, IPv4, IPv6 (tunnels too), ARP, neighbour discovery, and the packets that ICMP errors quote. What could hold an address but is
 * not understood is cut away, not passed on.
 */
export class FramePrivacy {
  counts: FrameCounts = noFrames()
  readonly #pseudonyms: Pseudonyms | undefined
  readonly #packet = new Packet()
  readonly #seenIpv4 = new Map<number, Uint8Array>()
  readonly #seenMacs = new Map<number, Uint8Array>()

  constructor(pseudonyms: Pseudonyms | undefined) {
    this.#pseudonyms = pseudonyms
  }

  /**
   * Rewrites the frame in its buffer.
   *
   * @param words sees it before anything is cut
   * @returns the bytes of it that are left, at most `frame.capturedLength`; the length on the wire stays
   */
  rewrite(frame: Frame, words?: LastWords): number {
    const packet = this.#packet
    decode(frame, packet)
    words?.see(packet)
    this.counts.frames++
    const layers = networkLayers(packet)
    const blanked = this.#blankDamaged(packet, layers)
    const firstEnd = blanked ? packet.end : this.#end(frame, packet, layers)
    // Of an A-MSDU only the first frame can stay: what follows holds payload and addresses of its own.
    const end = packet.nextSubframe === ABSENT ? firstEnd : Math.min(firstEnd, packet.nextSubframe)
    if (end < frame.start + frame.capturedLength) this.counts.payloadCut++
    if (this.#pseudonyms !== undefined) this.#rename(frame, packet, layers, this.#pseudonyms)
    return end - frame.start
  }

  /**
   * A damaged segment is evidence as long as its checksum can be seen to be wrong: it stays whole, its payload becomes zeros, and its
   * checksum as wrong as it was.
   */
  #blankDamaged(packet: Packet, layers: readonly NetworkLayer[]): boolean {
    if (transportChecksum(packet) !== 'bad' || packet.payloadCaptured === 0) return false
    replaceBytes(packet.view, packet.payloadStart, new Uint8Array(packet.payloadCaptured), checksumsOf(packet, layers))
    this.counts.payloadBlanked++
    return true
  }

  /** One past the last byte that may stay. */
  #end(frame: Frame, packet: Packet, layers: readonly NetworkLayer[]): number {
    const captured = frame.start + frame.capturedLength
    if (packet.kind === 'none' && packet.ipVersion === 0) return this.#unknownEnd(frame)
    const hidden = this.#pseudonyms && layers.find(({ version, protocol, quoted }) => version === 6 && !quoted && ROUTED.has(protocol))
    if (hidden !== undefined) {
      this.counts.unknownCut++
      return Math.min(captured, hidden.start + 40)
    }
    const end = Math.min(captured, headersEnd(packet, this.#pseudonyms !== undefined))
    // Zero padding up to Ethernet's minimum says nothing, and a whole frame is better evidence than a cut one.
    const dataEnd = packet.kind === 'arp' ? end : Math.min(captured, packet.end)
    return end >= dataEnd && isZero(frame.buffer, end, captured) ? captured : end
  }

  /** Of a frame that is no IP, ARP or ND: all of it, but with pseudonyms its Ethernet header only, of other link types nothing that says anything. */
  #unknownEnd(frame: Frame): number {
    if (this.#pseudonyms === undefined) return frame.start + frame.capturedLength
    this.counts.unknownCut++
    const kept = Math.min(frame.capturedLength, ETHERNET_HEADER)
    if (frame.linkType !== ETHERNET || kept < ETHERNET_HEADER) frame.buffer.fill(0, frame.start, frame.start + kept)
    return frame.start + kept
  }

  #rename(frame: Frame, packet: Packet, layers: readonly NetworkLayer[], pseudonyms: Pseudonyms): void {
    const checksums = checksumsOf(packet, layers)
    for (const at of macOffsets(frame, packet)) this.#mac(packet, at, pseudonyms, checksums)
    for (const layer of layers) {
      this.#ip(packet, layer.source, layer.version, pseudonyms, checksums)
      this.#ip(packet, layer.destination, layer.version, pseudonyms, checksums)
      this.#blankIpv4Options(packet, layer, checksums)
    }
    if (packet.kind === 'tcp') this.#blankTcpOptions(packet, checksums)
    if (packet.kind === 'arp') {
      this.#mac(packet, packet.neighborMac + 10, pseudonyms, checksums)
      this.#ip(packet, packet.neighborSender, 4, pseudonyms, checksums)
      this.#ip(packet, packet.neighborTarget, 4, pseudonyms, checksums)
    }
    if (packet.kind === 'icmp' && packet.ipVersion === 4 && packet.icmpType === REDIRECT && packet.has(packet.transportStart, 8)) {
      this.#ip(packet, packet.transportStart + 4, 4, pseudonyms, checksums)
    }
    if (packet.kind === 'nd') this.#ip(packet, packet.neighborTarget, 6, pseudonyms, checksums)
  }

  #ip(packet: Packet, at: number, version: 4 | 6, pseudonyms: Pseudonyms, checksums: readonly Covered[]): void {
    const renamed = version === 6 ? pseudonyms.ipv6(packet.buffer.slice(at, at + 16)) : this.#ipv4(packet, at, pseudonyms)
    replaceBytes(packet.view, at, renamed, checksums)
    this.counts.addresses++
  }

  #ipv4(packet: Packet, at: number, pseudonyms: Pseudonyms): Uint8Array {
    return recalled(this.#seenIpv4, packet.view.getUint32(at), () => {
      const original = packet.buffer.slice(at, at + 4)
      return parseIp(pseudonyms.ipv4(ipText(original, 0, 4))) ?? original
    })
  }

  #mac(packet: Packet, at: number, pseudonyms: Pseudonyms, checksums: readonly Covered[]): void {
    const key = packet.view.getUint16(at) * 2 ** 32 + packet.view.getUint32(at + 2)
    const renamed = recalled(this.#seenMacs, key, () => pseudonyms.mac(packet.buffer.slice(at, at + 6)))
    replaceBytes(packet.view, at, renamed, checksums)
    this.counts.macs++
  }

  /** Record route, source routes and timestamps list addresses (RFC 791 §3.1). */
  #blankIpv4Options(packet: Packet, layer: NetworkLayer, checksums: readonly Covered[]): void {
    if (layer.version !== 4 || layer.headerLength <= 20) return
    const length = Math.min(layer.headerLength, layer.end - layer.start) - 20
    replaceBytes(packet.view, layer.start + 20, new Uint8Array(length).fill(NOP), checksums)
    this.counts.optionsBlanked++
  }

  /** Multipath TCP, fast open, proxies' probes and what is not known may name addresses or keys. */
  #blankTcpOptions(packet: Packet, checksums: readonly Covered[]): void {
    const end = Math.min(packet.transportStart + packet.headerLength, packet.end)
    for (let at = packet.transportStart + 20; at < end; ) {
      const kind = packet.view.getUint8(at)
      if (kind === 0) return
      const length = kind === NOP || at + 1 >= end ? 1 : Math.max(2, packet.view.getUint8(at + 1))
      if (!PLAIN_TCP_OPTIONS.has(kind)) {
        replaceBytes(packet.view, at, new Uint8Array(Math.min(length, end - at)).fill(NOP), checksums)
        this.counts.optionsBlanked++
      }
      at += length
    }
  }
}

/** Addresses that come again and again: forgotten all at once when there are many, so that memory is bounded. */
function recalled(seen: Map<number, Uint8Array>, key: number, make: () => Uint8Array): Uint8Array {
  let known = seen.get(key)
  if (known === undefined) {
    known = make()
    if (seen.size >= MOST_RECALLED) seen.clear()
    seen.set(key, known)
  }
  return known
}

/** One past the headers that may stay. */
function headersEnd(packet: Packet, pseudonymised: boolean): number {
  const network = packet.networkStart + packet.networkHeaderLength
  switch (packet.kind) {
    case 'tcp':
    case 'udp':
      return packet.payloadStart
    case 'icmp':
      return icmpEnd(packet)
    case 'nd':
      return ndEnd(packet)
    case 'arp':
      return packet.neighborMac + 20
    case 'none':
      return packet.ipVersion === 4 ? packet.networkStart + 20 : packet.networkStart + 40
    default:
      // Extension headers in front of an unknown transport may hold a route.
      return pseudonymised && packet.ipVersion === 6 ? packet.networkStart + 40 : network
  }
}

/** The ICMP header; of a quoted packet its IP header and the first 8 bytes behind it: ports and sequence number. */
function icmpEnd(packet: Packet): number {
  if (packet.quotedIpVersion === 0) return packet.transportStart + 8
  if (packet.quotedIpVersion === 6) return packet.quotedSource + 32 + 8
  const start = packet.quotedSource - 12
  return start + ((packet.view.getUint8(start) & 15) << 2) + 8
}

/** The target and the link-address options; other options may name what is not looked at. */
function ndEnd(packet: Packet): number {
  let at = packet.neighborTarget + 16
  while (packet.has(at, 8) && (packet.view.getUint8(at) === 1 || packet.view.getUint8(at) === 2) && packet.view.getUint8(at + 1) === 1)
    at += 8
  return at
}

/** Every link address of a frame, once. */
function macOffsets(frame: Frame, packet: Packet): Set<number> {
  const offsets = new Set<number>()
  const whole = (at: number) => at !== ABSENT && at >= frame.start && at + 6 <= frame.start + frame.capturedLength
  const add = (at: number) => {
    if (whole(at)) offsets.add(at)
  }
  if (frame.linkType === ETHERNET && frame.capturedLength >= ETHERNET_HEADER) {
    add(frame.start)
    add(frame.start + 6)
  }
  if (packet.kind !== 'none' || packet.ipVersion !== 0) {
    add(packet.sourceMac)
    add(packet.destinationMac)
  }
  for (let i = 0; i < packet.tunnels; i++) {
    const source = packet.passedMacs[i] ?? ABSENT
    add(source)
    // Inside a tunnel link addresses are Ethernet's: the destination stands in front.
    if (i > 0 && source !== ABSENT) add(source - 6)
  }
  if (packet.kind === 'arp') add(packet.neighborMac)
  if (packet.kind === 'nd') for (let at = packet.neighborTarget + 16; at < ndEnd(packet); at += 8) add(at + 2)
  return offsets
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false
  return true
}
