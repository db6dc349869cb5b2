import { bytes, hex, u16, u32 } from './packet-bytes.ts'

/** One line taken apart. */
export interface Line {
  readonly time: string
  readonly from: string
  readonly to: string
  readonly words: readonly string[]
  readonly keys: ReadonlyMap<string, string>
}

export const FLAGS: Record<string, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 }

export function parseLine(line: string): Line {
  const tokens = line.match(/[^\s"]+="[^"]*"|\S+/g) ?? []
  const [time = '', from = '', arrow, to = '', ...rest] = tokens
  if (arrow !== '>') throw new Error(`no packet: ${line}`)
  const keys = new Map<string, string>()
  const words: string[] = []
  for (const token of rest) {
    const equals = token.indexOf('=')
    if (equals > 0) keys.set(token.slice(0, equals), token.slice(equals + 1).replace(/^"|"$/g, ''))
    else if (/^[a-z]/.test(token) && words[0] !== 'ARP' && words[0] !== 'ND') keys.set(token, '')
    else words.push(token)
  }
  return { time, from, to, words, keys }
}

export const number = (line: Line, key: string, otherwise: number): number => {
  const text = line.keys.get(key)
  if (text === undefined) return otherwise
  const value = Number(text)
  if (Number.isNaN(value)) throw new Error(`${key}=${text} is no number`)
  return value
}

/** Printable bytes that differ along the payload, so that a shifted copy is noticed. */
export function payloadOf(line: Line): Uint8Array {
  const data = line.keys.get('data')
  if (data !== undefined) return new TextEncoder().encode(data.replaceAll('\\r', '\r').replaceAll('\\n', '\n').replaceAll('\\e', '\u001b'))
  const raw = line.keys.get('hex')
  if (raw !== undefined) return hex(raw)
  return Uint8Array.from({ length: number(line, 'len', 0) }, (_, index) => 65 + (index % 26))
}

export function flagOf(word: string): number {
  const flag = FLAGS[word]
  if (flag === undefined) throw new Error(`${word} is no TCP flag`)
  return flag
}

export function tcpOptions(line: Line, isnBack: number): number[] {
  const options: number[] = []
  if (line.keys.has('mss')) options.push(2, 4, ...u16(number(line, 'mss', 0)))
  if (line.keys.has('ws')) options.push(3, 3, number(line, 'ws', 0))
  if (line.keys.has('sack')) options.push(4, 2)
  const [value, echo = '0'] = (line.keys.get('ts') ?? '').split(',')
  if (value !== undefined && value !== '') options.push(8, 10, ...u32(Number(value)), ...u32(Number(echo)))
  const blocks = (line.keys.get('sackblocks') ?? '').split(',').filter(Boolean)
  if (blocks.length > 0) {
    const edges = blocks.flatMap((block) => block.split('-').flatMap((edge) => u32((isnBack + Number(edge)) >>> 0)))
    options.push(5, 2 + edges.length, ...edges)
  }
  return options
}

export const isGroup = (ip: string): boolean => ip === '255.255.255.255' || /^ff/i.test(ip)

/** A locally administered address that ends like the IP address. */
export function macOf(ip: string): string {
  const tail = ip.includes(':')
    ? [
        ...bytes(
          hex(
            ip
              .replace(/[^0-9a-f]/gi, '')
              .padStart(8, '0')
              .slice(-8),
          ),
        ),
      ]
    : ip.split('.').map(Number)
  return [2, 0, ...tail].map((byte) => byte.toString(16).padStart(2, '0')).join(':')
}
