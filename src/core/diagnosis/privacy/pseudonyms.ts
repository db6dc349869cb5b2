import { z } from 'zod'
import { ipText, parseIp } from '../../packet/address.ts'

/** `[original, pseudonym]`, in the order of their first appearance. */
const Pairs = z.array(z.tuple([z.string().max(256), z.string().max(256)]))

/**
 * What undoes the pseudonyms: the customer's own. IPv4 by address; IPv6 by its parts (network: the first 64 bits, middle: the next 40,
 * low: the last 24, which solicited-node multicast repeats), in hex.
 */
export const PseudonymMap = z.object({
  schemaVersion: z.literal(1),
  ipv4: Pairs,
  ipv6: z.object({ networks: Pairs, middles: Pairs, lows: Pairs }),
  macs: Pairs,
  names: Pairs,
})
export type PseudonymMap = z.infer<typeof PseudonymMap>

/** Whole /24 networks of 198.18.0.0/16 (half of RFC 2544's benchmark range), then single addresses of 198.19.0.0/16. */
const SUBNETS = 256
const SINGLES = 65_536
const LOW_BITS = 24

/**
 * One consistent renaming of a case: the same address or name gets the same pseudonym in every file. Addresses in one /24 (IPv6: /64)
 * stay together; MAC addresses keep their maker (OUI). Addresses that name nobody (loopback, unspecified, broadcast, multicast) stay.
 *
 * Pseudonyms follow the order of appearance, so the files of a case must be taken one after the other, with the same map.
 */
export class Pseudonyms {
  readonly #ipv4: Map<string, string>
  readonly #subnets = new Map<string, { readonly prefix: string; hosts: number }>()
  readonly #networks: Map<string, string>
  readonly #middles: Map<string, string>
  readonly #lows: Map<string, string>
  readonly #macs: Map<string, string>
  readonly #names: Map<string, string>
  #singles = 0
  /** Addresses that share a pseudonym because the ranges are full. */
  collisions = 0

  constructor(map?: PseudonymMap) {
    this.#ipv4 = new Map()
    this.#networks = new Map(map?.ipv6.networks)
    this.#middles = new Map(map?.ipv6.middles)
    this.#lows = new Map(map?.ipv6.lows)
    this.#macs = new Map(map?.macs)
    this.#names = new Map(map?.names)
    // Allocation is a function of the order alone: walking it again restores the counters.
    for (const [original] of map?.ipv4 ?? []) this.ipv4(original)
  }

  toMap(): PseudonymMap {
    const ipv6 = { networks: [...this.#networks], middles: [...this.#middles], lows: [...this.#lows] }
    return { schemaVersion: 1, ipv4: [...this.#ipv4], ipv6, macs: [...this.#macs], names: [...this.#names] }
  }

  /** Machines' names learnt so far, in small letters: to be found in the files that follow. */
  get machines(): string[] {
    return [...this.#names].filter(([, pseudonym]) => pseudonym.startsWith('hangup-host-')).map(([original]) => original)
  }

  /** Distinct originals seen so far. */
  get counts(): { readonly ipv4: number; readonly ipv6Networks: number; readonly macs: number; readonly names: number } {
    return { ipv4: this.#ipv4.size, ipv6Networks: this.#networks.size, macs: this.#macs.size, names: this.#names.size }
  }

  /** @param address dotted, as `ipText` writes it */
  ipv4(address: string): string {
    const known = this.#ipv4.get(address)
    if (known !== undefined) return known
    const [a = 0, , , d = 0] = address.split('.').map(Number)
    if (a === 0 || a === 127 || a >= 224) return address
    const pseudonym = this.#allocate(address.slice(0, address.lastIndexOf('.')), d)
    this.#ipv4.set(address, pseudonym)
    return pseudonym
  }

  #allocate(network: string, last: number): string {
    let subnet = this.#subnets.get(network)
    if (subnet === undefined && this.#subnets.size < SUBNETS) {
      subnet = { prefix: `198.18.${this.#subnets.size}`, hosts: 0 }
      this.#subnets.set(network, subnet)
    }
    if (subnet === undefined) {
      if (this.#singles >= SINGLES) this.collisions++
      const index = this.#singles++ % SINGLES
      return `198.19.${index >> 8}.${index & 255}`
    }
    // .0 and .255 keep their meaning; the 254 others are numbered as they come.
    return last === 0 || last === 255 ? `${subnet.prefix}.${last}` : `${subnet.prefix}.${++subnet.hosts}`
  }

  /** 16 bytes in, 16 bytes out. */
  ipv6(address: Uint8Array): Uint8Array {
    const hex = toHex(address)
    if (/^0{31}[01]$/.test(hex)) return address
    if (hex.startsWith('ff')) return /^ff0.0{19}1ff/.test(hex) ? fromHex(hex.slice(0, 26) + this.low(hex.slice(26))) : address
    const embedded = /^(0{20}ffff|0064ff9b0{16})/.exec(hex)?.[1]
    if (embedded !== undefined) {
      const mapped = parseIp(this.ipv4(ipText(address, 12, 4))) ?? address.subarray(12)
      return fromHex(embedded + toHex(mapped))
    }
    return fromHex(this.#network(hex.slice(0, 16)) + this.#middle(hex.slice(16, 26)) + this.low(hex.slice(26)))
  }

  /** 2001:db8::/32 (RFC 3849) numbered; link-local stays link-local. */
  #network(network: string): string {
    if (/^fe[89ab]/.test(network)) return network
    return numbered(this.#networks, network, (n) => `20010db8${n.toString(16).padStart(8, '0')}`)
  }

  #middle(middle: string): string {
    if (/^0+$/.test(middle)) return middle
    return numbered(this.#middles, middle, (n) => n.toString(16).padStart(10, '0'))
  }

  /** The last 24 bits: of an address, its solicited-node group and that group's MAC address. */
  low(low: string): string {
    return numbered(this.#lows, low, (n) => (n % 2 ** LOW_BITS).toString(16).padStart(6, '0'))
  }

  /** Six bytes in, six bytes out: maker kept, the rest numbered. */
  mac(address: Uint8Array): Uint8Array {
    const hex = toHex(address)
    if (hex.startsWith('3333ff')) return fromHex(hex.slice(0, 6) + this.low(hex.slice(6)))
    // Group addresses, the unset address and VRRP's (RFC 9568 §7.3) belong to no machine.
    if (((address[0] ?? 0) & 1) === 1 || /^0{12}$|^00005e0001/.test(hex)) return address
    return fromHex(numbered(this.#macs, hex, (n) => hex.slice(0, 6) + (n % 2 ** LOW_BITS).toString(16).padStart(6, '0')))
  }

  /** A machine's, domain's or share's name, in any case of letters. */
  name(name: string, kind: 'host' | 'domain'): string {
    const key = name.toLowerCase()
    return numbered(this.#names, key, (n) => (kind === 'host' ? `hangup-host-${n}` : `hangup-domain-${n}.example`))
  }
}

function numbered(table: Map<string, string>, original: string, make: (n: number) => string): string {
  let pseudonym = table.get(original)
  if (pseudonym === undefined) {
    pseudonym = make(table.size + 1)
    table.set(original, pseudonym)
  }
  return pseudonym
}

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export const fromHex = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
