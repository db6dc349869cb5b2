import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { KEEP_ALIVE, RETRANSMISSION, ZERO_WINDOW, ZERO_WINDOW_PROBE } from '../../../src/core/tcp/marks.ts'
import { sharedPath } from '../../support/shared.ts'
import { endText, type JudgedSegment, trackFiles } from './track-file.ts'

interface Flow {
  readonly flow_frames: number
  readonly first: number | null
  readonly last: number | null
  readonly [list: string]: unknown
}

interface Capture {
  readonly file: string
  readonly format: string
  readonly offload: boolean
  readonly subject: { readonly server_ip: string; readonly server_port: number; readonly printer_ip: string; readonly printer_port: number }
  readonly flow: Flow | null
  readonly ttl?: { readonly p2s: readonly number[] }
  readonly chain?: readonly { readonly file: string }[]
}

interface Truth {
  readonly name: string
  readonly subject: { readonly protocol: string; readonly connection_index: number }
  readonly captures: readonly Capture[]
  readonly printer_macs_seen: readonly string[]
}

const DIRECTORY = sharedPath('corpus')
const CONTROL = 2 | 1 | 4

/** Lists of the truth, and what they are in ours. `fromServer` undefined: both sides. */
const LISTS: readonly { list: string; fromServer: boolean; is: (segment: JudgedSegment) => boolean }[] = [
  { list: 'syn', fromServer: true, is: ({ flags }) => (flags & 18) === 2 },
  { list: 'syn_ack', fromServer: false, is: ({ flags }) => (flags & 18) === 18 },
  { list: 'fin_server', fromServer: true, is: ({ flags }) => (flags & 1) !== 0 },
  { list: 'fin_printer', fromServer: false, is: ({ flags }) => (flags & 1) !== 0 },
  { list: 'rst_server', fromServer: true, is: ({ flags }) => (flags & 4) !== 0 },
  { list: 'rst_printer', fromServer: false, is: ({ flags }) => (flags & 4) !== 0 },
  { list: 'retransmissions', fromServer: true, is: ({ marks, payloadLength }) => (marks & RETRANSMISSION) !== 0 && payloadLength > 0 },
  {
    list: 'keepalive_or_probe',
    fromServer: true,
    is: ({ marks, flags }) => (marks & (KEEP_ALIVE | ZERO_WINDOW_PROBE)) !== 0 && !(flags & CONTROL),
  },
  { list: 'zero_window', fromServer: false, is: ({ marks }) => (marks & ZERO_WINDOW) !== 0 },
]

/** Where a list differs, and why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'c038 retransmissions': 'the path duplicates packets: a copy with the same IP-ID within 200 ms is not the sender’s',
  'c153 retransmissions': 'the same',
}

/** Long lists of the truth keep their first and last 20. */
const shortened = (frames: readonly number[], isShort: boolean): readonly number[] =>
  isShort ? [...frames.slice(0, 20), ...frames.slice(-20)] : frames

function compare(truth: Truth, capture: Capture): string[] {
  const { flow, subject } = capture
  if (flow === null || truth.subject.protocol !== 'tcp') return []
  const files = capture.chain?.map(({ file }) => file) ?? [capture.file]
  const { connections, segments } = trackFiles(files.map((file) => `${DIRECTORY}/${file}`))
  const ends = [`${subject.server_ip}:${subject.server_port}`, `${subject.printer_ip}:${subject.printer_port}`].sort().join()
  const candidates = connections
    .map((connection, id) => ({ connection, id }))
    .filter(({ connection: c }) => c.protocol === 'tcp' && [endText(c.originator), endText(c.responder)].sort().join() === ends)
  const hit = candidates.find(({ connection }) => connection.firstFrame === flow.first && connection.lastFrame === flow.last)
  if (hit === undefined) return flow.flow_frames === 0 ? [] : ['no connection']
  const own = segments.filter((segment) => segment.connection === hit.id)
  const differences = own.length === flow.flow_frames ? [] : ['flow_frames']
  for (const { list, fromServer, is } of LISTS) {
    const ours = own
      .filter((segment) => (segment.sourcePort === subject.server_port) === fromServer && is(segment))
      .map(({ frame }) => frame)
    const isShort = flow[`${list}_shortened`] !== undefined
    if (shortened(ours, isShort).join() !== (flow[list] as number[]).join()) differences.push(list)
  }
  const { originator, responder } = hit.connection
  const printer = originator.ip === subject.printer_ip ? originator : responder
  const usual = capture.ttl?.p2s ?? []
  if (printer.ttl?.seen.some((ttl) => !usual.includes(ttl))) differences.push('ttl')
  return differences
}

it('finds in every capture of the corpus the frames that its truth names', () => {
  const names = readdirSync(DIRECTORY).filter((name) => name.endsWith('.truth.json'))
  const truths = names.map((name) => JSON.parse(readFileSync(`${DIRECTORY}/${name}`, 'utf8')) as Truth)
  const differences = truths.flatMap((truth) =>
    truth.captures.flatMap((capture) => compare(truth, capture).map((what) => `${truth.name} ${what}`)),
  )
  expect(names.length).toBeGreaterThan(200)
  expect([...new Set(differences)].sort()).toEqual(Object.keys(EXPLAINED).sort())
})
