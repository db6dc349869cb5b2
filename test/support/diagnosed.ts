import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import type { EvidenceFile, Question } from '../../src/core/diagnosis/question.ts'
import type { Diagnosis } from '../../src/core/diagnosis/schema.ts'
import type { CutReceipt, FileOptions } from '../../src/core/intake/receipt.ts'
import { type CaptureOptions, DEFAULT_START } from './capture-builder.ts'
import { pcap } from './capture-files.ts'

export const START_NS = BigInt(Date.parse(DEFAULT_START)) * 1_000_000n
/** Nanoseconds since the epoch of `seconds` after the captures' start. */
export const moment = (seconds: number): bigint => START_NS + BigInt(Math.round(seconds * 1e9))

/** Keys that a side's lines get where they do not say otherwise: what its stack looks like on the wire. */
export interface Stacks {
  readonly host?: string
  readonly peer?: string
}

export const STACKS = {
  linux: 'ttl=64',
  windows: 'ttl=128',
  /** A small printer: its windows are a few kilobytes. */
  lwip: 'ttl=255 win=2920',
  routedLinux: 'ttl=61',
} as const

/** What most rows are about: a Windows print server and a small printer. */
export const PRINTER: Stacks = { host: STACKS.windows, peer: STACKS.lwip }

/** Adds a stack's marks to the lines of its side. */
export function dressed(text: string, stacks: Stacks): string {
  return text
    .split('\n')
    .map((line) => {
      const marks = /^\s*\S+\s+host(:\d+)?\s+>/.test(line) ? stacks.host : /^\s*\S+\s+peer(:\d+)?\s+>/.test(line) ? stacks.peer : undefined
      if (marks === undefined || / (ARP|ND|ICMP) /.test(line)) return line
      const missing = marks.split(' ').filter((mark) => !line.includes(` ${mark.split('=')[0]}=`))
      return `${line} ${missing.join(' ')}`
    })
    .join('\n')
}

export const evidenceFile = (
  name: string,
  kind: 'capture' | 'log',
  bytes: Uint8Array,
  options: FileOptions = {},
  receipt?: CutReceipt,
): EvidenceFile => ({
  file: `${kind === 'capture' ? 'captures' : 'logs'}/${name}`,
  name,
  kind,
  source: { name, size: bytes.length, open: () => [bytes] },
  options,
  receipt,
})

export const captureFile = (text: string, name = 'trace.pcap', build: CaptureOptions = {}, options: FileOptions = {}): EvidenceFile =>
  evidenceFile(name, 'capture', pcap(text, build), options)

export const logFile = (text: string, name = 'print.log'): EvidenceFile => evidenceFile(name, 'log', new TextEncoder().encode(text))

export const QUESTION: Question = {
  incidentAtNs: undefined,
  window: undefined,
  toleranceSeconds: 120,
  host: undefined,
  peer: undefined,
  timezone: undefined,
  error: undefined,
  revision: 1,
  payloadStripped: false,
}

export const diagnosed = (files: readonly EvidenceFile[], question: Partial<Question> = {}): Promise<Diagnosis> =>
  diagnose(files, { ...QUESTION, ...question }, '0.0.0')

/** The verdict on one capture's text. */
export const verdictOn = async (
  text: string,
  stacks: Stacks = {},
  question: Partial<Question> = {},
  build: CaptureOptions = {},
): Promise<Diagnosis['verdict']> => (await diagnosed([captureFile(dressed(text, stacks), 'trace.pcap', build)], question)).verdict

const stamp = (seconds: number): string => seconds.toFixed(6)

/** SYN, SYN-ACK, ACK from `at` on, with a round trip of `rtt`. */
export const opened = (at = 0, rtt = 0.002, options = 'mss=1460 sack'): string => `
${stamp(at)} host > peer SYN ${options}
${stamp(at + rtt)} peer > host SYN ACK ${options}
${stamp(at + rtt + 0.0001)} host > peer ACK`

/** `count` data segments of the host, each acknowledged after `rtt`. */
export const sent = (at: number, count: number, length = 1000, rtt = 0.002): string =>
  Array.from(
    { length: count },
    (_, i) => `
${stamp(at + i * 2 * rtt)} host > peer PSH ACK len=${length}
${stamp(at + i * 2 * rtt + rtt)} peer > host ACK`,
  ).join('')

/** The same segment again at the given times. */
export const again = (times: readonly number[], line: string): string => times.map((at) => `\n${stamp(at)} ${line}`).join('')

/** Another connection of the host, so that a capture goes on: a keep-alive-like exchange every `step` seconds. */
export const elsewhere = (from: number, until: number, step = 5, to = '10.0.0.77:443'): string => {
  const lines = [
    `${stamp(from)} host:40000 > ${to} SYN`,
    `${stamp(from + 0.001)} ${to} > host:40000 SYN ACK`,
    `${stamp(from + 0.002)} host:40000 > ${to} ACK`,
  ]
  for (let at = from + step; at <= until; at += step) {
    lines.push(
      `${stamp(at)} host:40000 > ${to} PSH ACK len=20`,
      `${stamp(at + 0.001)} ${to} > host:40000 PSH ACK len=20`,
      `${stamp(at + 0.002)} host:40000 > ${to} ACK`,
    )
  }
  return `\n${lines.join('\n')}`
}

/** Lines in time order: texts made of pieces need not care. */
export const inOrder = (...texts: readonly string[]): string =>
  texts
    .join('\n')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b))
    .join('\n')
