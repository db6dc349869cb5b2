import { describe, expect, it } from 'vitest'
import type { DecisivePacket, SideFacts, TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { estimateLogClock } from '../../../src/core/time/log-clock.ts'
import { type LogEvent, logEvents } from '../../../src/core/time/log-events.ts'
import { recordsOf } from '../logs/support.ts'

const T = Date.UTC(2025, 0, 15, 8) / 1000

const packet = (role: DecisivePacket['role'], at: number, from: DecisivePacket['from']): DecisivePacket => ({
  role,
  frame: 1,
  at,
  from,
  flags: 0,
  seq: 0,
  ack: 0,
  payloadLength: 0,
  window: 0,
  ttl: 64,
  ipId: 0,
})

const side = (ip: string, port: number, lastAt: number): SideFacts => ({
  ip,
  port,
  state: 'established',
  rfcState: 'unknown',
  packets: 1,
  bytes: 0,
  uniqueBytes: 0,
  firstAt: 0,
  lastAt,
  lastDataAt: undefined,
  sentSeq: 0,
  ackedSeq: 0,
  retransmissions: 0,
  fastRetransmissions: 0,
  spuriousRetransmissions: 0,
  outOfOrder: 0,
  captureDuplicates: 0,
  keepAlives: 0,
  keepAliveAcks: 0,
  zeroWindows: 0,
  zeroWindowProbes: 0,
  windowFull: 0,
  duplicateAcks: 0,
  ackedUnseen: 0,
  lostSegments: 0,
  badChecksums: 0,
  offloadedChecksums: 0,
  syns: 1,
  fins: 0,
  resets: 0,
  synOptions: undefined,
  ttl: undefined,
  ipId: 'unknown',
  macs: [],
  rtt: { min: 0.001, median: 0.001, samples: 3 },
})

/** A connection from the host to a printer that opens at `from` and is reset by the printer at `to` (or closes in order). */
function connection(streamIndex: number, printer: string, from: number, to: number, reset = true): TrackedConnection {
  return {
    protocol: 'tcp',
    streamIndex,
    originator: side('10.0.0.5', 49_000 + streamIndex, to),
    responder: side(printer, 9100, to),
    originatorBy: 'syn',
    connState: reset ? 'RSTR' : 'SF',
    history: '',
    startedAt: from,
    endedAt: to,
    firstFrame: 1,
    lastFrame: 2,
    vlan: undefined,
    icmpErrors: 0,
    detailed: true,
    decisive: [
      packet('syn', from, 'originator'),
      packet('syn-ack', from + 0.001, 'responder'),
      ...(reset ? [packet('rst', to, 'responder')] : []),
    ],
  }
}

const stamp = (seconds: number): string => new Date((T + seconds) * 1000).toISOString()

async function eventsOf(offset: number, lines: readonly (readonly [seconds: number, text: string])[]): Promise<LogEvent[]> {
  return logEvents(await recordsOf(lines.map(([seconds, text]) => `${stamp(seconds + offset)} ${text}\n`).join('')))
}

const JOB = [
  [0, 'queue1 job 7 connecting to 10.0.0.9:9100'],
  [20.01, 'queue1 job 7 aborted: WSA error 10054'],
] as const

describe('estimateLogClock', () => {
  it.each([0, 37.2, -8.5, 3600, -7187, 19_800])(
    'a log that is %d s ahead is found by its error and the line that opened the connection',
    async (offset) => {
      const found = estimateLogClock(await eventsOf(offset, JOB), [
        connection(0, '10.0.0.9', T, T + 20),
        connection(1, '10.0.0.8', T + 3, T + 9, false),
      ])
      expect(found?.anchors).toBe(2)
      expect(found?.confident).toBe(true)
      expect(found?.interval[0]).toBeLessThanOrEqual(offset)
      expect(found?.interval[1]).toBeGreaterThanOrEqual(offset)
      expect((found?.interval[1] ?? 9) - (found?.interval[0] ?? 0)).toBeLessThan(0.5)
      expect(found?.matches).toMatchObject([{ event: { line: 2 }, connection: { streamIndex: 0 } }])
    },
  )

  it('tells a zone mistake by its hour', async () => {
    expect(estimateLogClock(await eventsOf(-3598, JOB), [connection(0, '10.0.0.9', T, T + 20)])?.offsetSeconds).toBeCloseTo(-3598, 0)
  })

  it('says nothing when the error fits no end of a connection', async () => {
    expect(estimateLogClock(await eventsOf(0, [JOB[0], [2, JOB[1][1]]]), [connection(0, '10.0.0.9', T, T + 20)])).toBeUndefined()
  })

  it('says nothing when two connections far apart fit as well', async () => {
    const twins = [connection(0, '10.0.0.9', T + 100, T + 120), connection(1, '10.0.0.9', T + 500, T + 520)]
    expect(estimateLogClock(await eventsOf(0, JOB), twins)).toBeUndefined()
  })

  it('spans connections that were opened within seconds of each other', async () => {
    const close = [connection(0, '10.0.0.9', T, T + 20), connection(1, '10.0.0.9', T + 0.4, T + 20.3)]
    const found = estimateLogClock(await eventsOf(5, JOB), close)
    expect(found?.interval[0]).toBeLessThanOrEqual(4.6)
    expect(found?.interval[1]).toBeGreaterThanOrEqual(5)
  })

  it('an error alone gives one anchor, never with confidence', async () => {
    const found = estimateLogClock(await eventsOf(12, [[20, 'send to 10.0.0.9:9100 failed: WSA error 10054']]), [
      connection(0, '10.0.0.9', T, T + 20),
    ])
    expect(found).toMatchObject({ anchors: 1, confident: false })
    expect(found?.interval[0]).toBeLessThanOrEqual(12)
    expect(found?.interval[1]).toBeGreaterThanOrEqual(12)
  })

  it('openings alone are aligned when three agree', async () => {
    const starts = [0, 17, 61, 140]
    const events = await eventsOf(
      95,
      starts.map((at, i) => [at, `queue${i} connecting to 10.0.0.${i + 1}:9100`] as const),
    )
    const found = estimateLogClock(
      events,
      starts.map((at, i) => connection(i, `10.0.0.${i + 1}`, T + at, T + at + 5, false)),
    )
    expect(found).toMatchObject({ anchors: 4, confident: true })
    expect(Math.abs((found?.offsetSeconds ?? 0) - 95)).toBeLessThan(0.3)
  })

  it('a log that names no peer tells nothing', async () => {
    expect(
      estimateLogClock(
        await eventsOf(0, [
          [0, 'hello'],
          [1, 'error 10054'],
        ]),
        [connection(0, '10.0.0.9', T, T + 20)],
      ),
    ).toBeUndefined()
  })
})

it('a long log keeps its errors and what opened their connections, not every line that names a peer', async () => {
  const lines = Array.from({ length: 70_000 }, (_, i) => `${stamp(i)} queue${i % 7} job ${i} connected to 10.0.1.${i % 7}:9100\n`)
  lines.splice(100, 0, `${stamp(100)} queue9 job 7 connecting to 10.0.0.9:9100\n`, `${stamp(120)} queue9 job 7 aborted: WSA error 10054\n`)
  const events = await logEvents(await recordsOf(lines.join('')))
  expect(events.length).toBeLessThan(60_001)
  expect(events.filter(({ peer }) => peer?.ip === '10.0.0.9').map(({ kind }) => kind)).toEqual(['connecting', 'error'])
})
