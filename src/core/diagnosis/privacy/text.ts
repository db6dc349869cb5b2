import { ipText, parseIp } from '../../packet/address.ts'
import { fromHex, type Pseudonyms, toHex } from './pseudonyms.ts'

/** What the case names: machines (without domain) and domains, as typed. Letters' case does not matter. */
export interface NamedByCase {
  readonly names: readonly string[]
  readonly domains: readonly string[]
}

/** How often each rule replaced something. */
export interface TextCounts {
  ipv4: number
  ipv6: number
  mac: number
  name: number
}

/** Nothing counted yet. */
export const noText = (): TextCounts => ({ ipv4: 0, ipv6: 0, mac: 0, name: 0 })

const MAC =
  '(?<![0-9a-z:.-])(?:(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9a-f]{2}-){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\\.){2}[0-9a-f]{4})(?![0-9a-z:-])'
const IPV6 = '(?<![0-9a-z:.])(?:[0-9a-f]{0,4}:){2,8}(?:(?:\\d{1,3}\\.){3}\\d{1,3}|[0-9a-f]{0,4})(?![0-9a-z:])'
const IPV4 = '(?<![0-9a-z.])(?:\\d{1,3}\\.){3}\\d{1,3}(?![0-9a-z]|\\.\\d)'
/** The server of a UNC path; in JSON each backslash is doubled. */
const UNC = '(?<=(?<!\\\\)(?:\\\\\\\\|\\\\\\\\\\\\\\\\))[^\\\\/\\s"\'<>|,;:*?()]{1,253}(?=\\\\)'
/** The machine of a Windows event, as its XML, text and JSON exports write it. */
const COMPUTER = '(?<=<Computer>|\\bComputer:\\s{0,40}|"(?:Computer|MachineName|computer_name)"\\s?:\\s?")[^<"\\s,;]{1,253}'

/**
 * Replaces addresses and names in text by their pseudonyms. What it looks for: IPv4, IPv6 and MAC addresses in their usual spellings;
 * the case's names as whole words; host names under the case's domains; servers of UNC paths; the `Computer` of Windows events (and
 * from then on that name anywhere). Other names in free text are not looked for.
 */
export class TextRenamer {
  counts: TextCounts = noText()
  readonly #pseudonyms: Pseudonyms
  readonly #names: Set<string>
  readonly #domains: readonly string[]
  #pattern: RegExp

  constructor(pseudonyms: Pseudonyms, named: NamedByCase) {
    this.#pseudonyms = pseudonyms
    const listed = named.names.filter((name) => name !== '' && parseIp(name) === undefined)
    this.#names = new Set([...listed.map((name) => name.toLowerCase()), ...pseudonyms.machines])
    this.#domains = named.domains.map((domain) => domain.toLowerCase().replace(/^\.+|\.+$/g, '')).filter((domain) => domain !== '')
    this.#pattern = this.#compile()
  }

  rename(text: string): string {
    const known = this.#names.size
    const renamed = text.replace(this.#pattern, (token) => this.#token(token))
    if (this.#names.size === known) return renamed
    // A name learnt in this piece may also stand in front of the place that taught it.
    const learnt = new RegExp([...this.#names].slice(known).map(wholeWord).join('|'), 'giu')
    this.#pattern = this.#compile()
    return renamed.replace(learnt, (token) => this.#named(token.toLowerCase()))
  }

  #token(token: string): string {
    const lower = token.toLowerCase()
    if (this.#names.has(lower)) return this.#named(lower)
    if (/^(\d{1,3}\.){3}\d{1,3}$/.test(token)) return this.#ipv4(token)
    if (/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$|^([0-9a-f]{4}\.){2}[0-9a-f]{4}$/.test(lower)) return this.#mac(token)
    const address = token.includes(':') ? parseIp(token) : undefined
    if (address?.length === 16) return this.#ipv6(address)
    return token.includes(':') ? token : this.#hostName(lower)
  }

  #ipv4(token: string): string {
    // Printers' logs pad octets with zeros.
    const plain = token.split('.').map((octet) => String(Number(octet)))
    if (plain.some((octet) => Number(octet) > 255)) return token
    this.counts.ipv4++
    return this.#pseudonyms.ipv4(plain.join('.'))
  }

  #ipv6(address: Uint8Array): string {
    this.counts.ipv6++
    return ipText(this.#pseudonyms.ipv6(address), 0, 6)
  }

  #mac(token: string): string {
    this.counts.mac++
    const hex = toHex(this.#pseudonyms.mac(fromHex(token.replace(/[^0-9a-f]/gi, '').toLowerCase())))
    const cased = /[A-F]/.test(token) ? hex.toUpperCase() : hex
    let at = 0
    return token.replace(/[0-9a-f]/gi, () => cased[at++] ?? '')
  }

  /** A name under one of the domains, the server of a UNC path, or a `Computer`: learnt, so that it is replaced elsewhere too. */
  #hostName(lower: string): string {
    const domain = this.#domains.find((each) => lower === each || lower.endsWith(`.${each}`))
    if (lower.startsWith('hangup-')) return lower
    if (parseIp(lower) !== undefined) return this.rename(lower)
    if (lower === domain) return this.#named(lower)
    this.#names.add(lower)
    const short = lower.split('.')[0] ?? lower
    if (domain !== undefined && short.length > 2) this.#names.add(short)
    return this.#named(lower)
  }

  #named(lower: string): string {
    this.counts.name++
    const domain = this.#domains.find((each) => lower === each || lower.endsWith(`.${each}`))
    if (lower === domain) return this.#pseudonyms.name(lower, 'domain')
    if (domain === undefined) return this.#pseudonyms.name(lower, 'host')
    // `prn07.example.com` and `prn07` are one machine.
    return `${this.#pseudonyms.name(lower.slice(0, -domain.length - 1), 'host')}.${this.#pseudonyms.name(domain, 'domain')}`
  }

  #compile(): RegExp {
    const domains = this.#domains.map((domain) => `(?<![\\w.-])(?:[\\w-]{1,63}\\.){0,10}${escapeRegExp(domain)}(?![\\w-]|\\.\\w)`)
    const names = [...this.#names].sort((a, b) => b.length - a.length).map(wholeWord)
    return new RegExp([MAC, IPV6, IPV4, UNC, COMPUTER, ...domains, ...names].join('|'), 'giu')
  }
}

const wholeWord = (name: string): string => `(?<![\\p{L}\\p{N}_-])${escapeRegExp(name)}(?![\\p{L}\\p{N}_-])`

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
