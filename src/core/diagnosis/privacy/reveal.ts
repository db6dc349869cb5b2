import { ipText, parseIp } from '../../packet/address.ts'
import { fromHex, type PseudonymMap, toHex } from './pseudonyms.ts'

const TOKEN =
  /(?<![0-9a-z:.-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![0-9a-z:-])|(?<![0-9a-z:.])(?:[0-9a-f]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4})(?![0-9a-z:])|(?<![0-9a-z.])198\.1[89]\.\d{1,3}\.\d{1,3}(?![0-9a-z]|\.\d)|(?<![0-9a-z.])(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}(?![0-9a-z])|hangup-(?:host-\d+|domain-\d+\.example)/gi

/** Puts the customer's addresses and names back into a report, ticket text or log. Names come back in small letters. What the map does not know stays. */
export function reveal(text: string, map: PseudonymMap): string {
  const tables = inverse(map)
  return text.replace(TOKEN, (token) => revealed(token, tables) ?? token)
}

function revealed(token: string, tables: Tables): string | undefined {
  const lower = token.toLowerCase()
  if (lower.startsWith('hangup-')) return tables.names.get(lower)
  const digits = lower.replace(/[^0-9a-f]/g, '')
  if (/^[0-9a-f]{4}\.|^([0-9a-f]{2}[:-]){5}/.test(lower) && digits.length === 12) {
    const mac = digits.startsWith('3333ff') ? prefixed('3333ff', tables.lows.get(digits.slice(6))) : tables.macs.get(digits)
    return mac && spelledLike(token, mac)
  }
  if (!token.includes(':')) return tables.ipv4.get(token)
  const address = parseIp(token)
  return address && revealedIpv6(toHex(address), tables)
}

function revealedIpv6(hex: string, tables: Tables): string | undefined {
  const low = tables.lows.get(hex.slice(26))
  if (/^ff0.0{19}1ff/.test(hex)) return low && ipText(fromHex(hex.slice(0, 26) + low), 0, 6)
  const embedded = /^(0{20}ffff|0064ff9b0{16})/.exec(hex)?.[1]
  if (embedded !== undefined) {
    const original = parseIp(tables.ipv4.get(ipText(fromHex(hex), 12, 4)) ?? '')
    return original && ipText(fromHex(embedded + toHex(original)), 0, 6)
  }
  const network = /^fe[89ab]/.test(hex) ? hex.slice(0, 16) : tables.networks.get(hex.slice(0, 16))
  const middle = /^0{10}/.test(hex.slice(16)) ? hex.slice(16, 26) : tables.middles.get(hex.slice(16, 26))
  return network && middle && low && ipText(fromHex(network + middle + low), 0, 6)
}

type Tables = ReturnType<typeof inverse>

function inverse(map: PseudonymMap) {
  const turned = (pairs: readonly (readonly [string, string])[]) => new Map(pairs.map(([original, pseudonym]) => [pseudonym, original]))
  const { networks, middles, lows } = map.ipv6
  return {
    ipv4: turned(map.ipv4),
    networks: turned(networks),
    middles: turned(middles),
    lows: turned(lows),
    macs: turned(map.macs),
    names: turned(map.names),
  }
}

const prefixed = (prefix: string, rest: string | undefined): string | undefined => (rest === undefined ? undefined : prefix + rest)

function spelledLike(token: string, hex: string): string {
  const cased = /[A-F]/.test(token) ? hex.toUpperCase() : hex
  let at = 0
  return token.replace(/[0-9a-f]/gi, () => cased[at++] ?? '')
}
