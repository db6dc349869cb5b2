import { describe, expect, it } from 'vitest'
import { readCapture } from '../../../src/core/abort/captures/read-capture.ts'
import { traceCapture } from '../../../src/core/abort/captures/trace-capture.ts'
import type { Segment } from '../../../src/core/tcp/segment.ts'
import { FlowTrace } from '../../../src/core/tcp/trace.ts'
import type { WireSegment } from '../../../src/core/tcp/wire-segment.ts'
import { again, captureFile, inOrder, opened, sent } from '../../support/diagnosed.ts'

const traced = async (text: string) => {
  const capture = await readCapture([{ input: 0, file: captureFile(text) }])
  const ends = { host: { ip: '10.0.0.5', port: 49_822 }, peer: { ip: '10.0.0.9', port: 9100 } }
  const [trace] = await traceCapture(capture, [{ ...ends, firstFrame: 1, lastFrame: 1_000_000 }])
  if (!trace) throw new Error('no trace')
  return trace
}
const kinds = (segments: readonly Segment[]) => segments.map(({ kind }) => kind)

it.each<[string, string, string[]]>([
  ['a handshake and data', sent(0.01, 1), ['data', 'ack']],
  ['data sent again', '1 host > peer ACK len=10\n1.3 host > peer ACK len=10 seq=1', ['data', 'retransmission']],
  [
    'a keep-alive probe and its answer',
    `${sent(0.01, 1)}\n5 host > peer ACK seq=1000\n5.001 peer > host ACK`,
    ['data', 'ack', 'keep-alive', 'ack'],
  ],
  [
    'a keep-alive probe with a byte, as Windows sends it',
    `${sent(0.01, 1)}\n5 host > peer ACK len=1 seq=1000`,
    ['data', 'ack', 'keep-alive'],
  ],
  [
    'a probe of a closed window',
    '1 host > peer ACK len=10\n1.1 peer > host ACK win=0\n2 host > peer ACK seq=10',
    ['data', 'ack', 'zero-window-probe'],
  ],
  ['a FIN and an RST', '1 host > peer FIN ACK\n1.1 peer > host RST', ['fin', 'rst']],
])('%s', async (_, text, expected) => {
  expect(kinds((await traced(inOrder(opened(), text))).segments).slice(3)).toEqual(expected)
})

it('knows the copies of a mirror port by their IP-ID, also when others come between', async () => {
  const { segments, host } = await traced(
    inOrder(
      opened(),
      '1 host > peer ACK len=10 id=77\n1.0001 host > peer ACK len=10 id=78\n1.0002 host > peer ACK len=10 seq=1 id=77\n1.0003 host > peer ACK len=10 seq=11 id=78',
    ),
  )
  expect(segments.filter(({ copy }) => copy)).toHaveLength(2)
  expect(host).toMatchObject({ copies: 2, retransmissions: 0 })
})

it('takes a repetition with a new IP-ID for what it is', async () => {
  const { host } = await traced(inOrder(opened(), again([1, 1.3], 'host > peer ACK len=10 seq=1')))
  expect(host).toMatchObject({ copies: 0, retransmissions: 1 })
})

it('counts sequence numbers past 2^32', async () => {
  const { host } = await traced(inOrder(opened(), sent(0.01, 3)))
  expect(host).toMatchObject({ maxEnd: 3001, acked: 3001, bytes: 3000 })
  const trace = new FlowTrace()
  const wire = (seq: number, length: number): WireSegment => ({ ...BASE, seq, length })
  trace.add(wire(0xffff_ff00, 200))
  trace.add(wire(0xffff_ffc8, 200))
  expect(trace.result().host.maxEnd).toBe(400)
})

it.each([
  [true, 0],
  [false, 1],
])('bytes after a segment that goes on in other IP fragments (%s) are not unseen', (isFragmented, unseen) => {
  const trace = new FlowTrace()
  trace.add({ ...BASE, seq: 1 })
  trace.add({ ...BASE, seq: 1, length: 1480, isFragmented })
  trace.add({ ...BASE, seq: 4001, length: 100 })
  trace.add({ ...BASE, from: 'peer', seq: 1, ack: 4101 })
  expect(trace.result().host.unseen).toBe(unseen)
})

const BASE: WireSegment = {
  capture: 0,
  frame: 1,
  at: 0,
  from: 'host',
  flags: 16,
  seq: 0,
  ack: 1,
  length: 0,
  isFragmented: false,
  wireLength: 60,
  window: 1000,
  ttl: 64,
  ipId: -1,
  mac: '',
  timestampValue: undefined,
  timestampEcho: undefined,
  windowScale: undefined,
  sackEdges: [],
  damaged: false,
  payload: undefined,
}

describe('bounds', () => {
  it('keeps the beginning, the end and what is special in between of a long connection, and counts the rest', () => {
    const trace = new FlowTrace()
    for (let i = 0; i < 20_000; i++)
      trace.add({
        ...BASE,
        frame: i + 1,
        at: i / 1000,
        seq: 1 + i * 100,
        length: 100,
        window: i === 9_000 ? 0 : 1000,
        flags: i === 10_000 ? 17 : 16,
      })
    const { segments, leftOut, host } = trace.result()
    expect(segments.length).toBeLessThanOrEqual(4_000)
    expect(segments.length + leftOut).toBe(20_000)
    expect(segments.some(({ frame }) => frame === 10_001)).toBe(true)
    expect([segments[0]?.frame, segments.at(-1)?.frame]).toEqual([1, 20_000])
    expect(host.bytes).toBeGreaterThan(1_999_000)
  })
})
