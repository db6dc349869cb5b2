import { describe, expect, it } from 'vitest'
import { connectionRow } from '../../../src/core/tcp/connection-row.ts'
import type { Interest } from '../../../src/core/tcp/interest.ts'
import { Tracker } from '../../../src/core/tcp/tracker.ts'
import { trackInto, trackOne, trackText } from './track-text.ts'

const OPEN = `
  0.000 host > peer SYN mss=1460 ws=8 sack ttl=128
  0.002 peer > host SYN ACK mss=1400 ttl=64
  0.003 host > peer ACK ttl=128
`
const HALF_CLOSED = `${OPEN}
  0.010 host > peer PSH ACK len=500 ttl=128
  0.012 peer > host ACK ttl=64
  0.020 host > peer FIN ACK ttl=128
  0.022 peer > host ACK ttl=64
`

describe('inferred RFC 9293 states just before the end', () => {
  it.each<[string, string, string, string]>([
    ['an unanswered SYN', '0.0 host > peer SYN', 'SYN_SENT', 'unknown'],
    ['an open connection', OPEN, 'ESTABLISHED', 'ESTABLISHED'],
    ['a FIN that is not acknowledged', `${OPEN}\n1.0 host > peer FIN ACK`, 'FIN_WAIT_1', 'ESTABLISHED'],
    ['a FIN that is acknowledged and not answered', HALF_CLOSED, 'FIN_WAIT_2', 'CLOSE_WAIT'],
    ['the same, then a reset', `${HALF_CLOSED}\n120 host > peer RST ACK`, 'FIN_WAIT_2', 'CLOSE_WAIT'],
    ['both FINs, the last one not acknowledged', `${HALF_CLOSED}\n0.03 peer > host FIN ACK`, 'FIN_WAIT_2', 'LAST_ACK'],
    ['a full close', `${HALF_CLOSED}\n0.03 peer > host FIN ACK\n0.04 host > peer ACK`, 'TIME_WAIT', 'CLOSED'],
    [
      'a reset after a full close',
      `${HALF_CLOSED}\n0.03 peer > host FIN ACK\n0.04 host > peer ACK\n0.05 peer > host RST`,
      'TIME_WAIT',
      'CLOSED',
    ],
    [
      'FINs that cross',
      `${OPEN}\n1 host > peer FIN ACK ack=1\n1 peer > host FIN ACK ack=1\n1.1 host > peer ACK\n1.1 peer > host ACK`,
      'TIME_WAIT',
      'TIME_WAIT',
    ],
  ])('%s', (_name, text, host, peer) => {
    const { originator, responder } = trackOne(text)
    expect([originator.rfcState, responder.rfcState]).toEqual([host, peer])
  })
})

describe('what is known of a side', () => {
  it('counts the sequence space, not the packets', () => {
    const { originator, responder } = trackOne(`${HALF_CLOSED}\n0.5 host > peer PSH ACK len=500 seq=1`)
    expect(originator).toMatchObject({ bytes: 1000, uniqueBytes: 500, sentSeq: 502, ackedSeq: 502, retransmissions: 1, fins: 1 })
    expect(responder).toMatchObject({ bytes: 0, uniqueBytes: 0, packets: 3 })
  })

  it('keeps SYN options, TTLs, MACs and round trips', () => {
    const { originator, responder } = trackOne(`${HALF_CLOSED}\n3.0 peer > host RST ttl=250 mac=02:00:00:00:00:77`)
    expect(originator.synOptions).toEqual({ mss: 1460, windowScale: 8, sackPermitted: true, timestamps: false })
    expect(responder.ttl).toEqual({ usual: 64, share: 1, seen: [64] })
    expect(responder.macs).toEqual(['02:00:00:00:00:09', '02:00:00:00:00:77'])
    expect(originator.rtt?.min).toBeCloseTo(0.002, 5)
  })

  it.each<[string, (n: number) => number, string]>([
    ['counted up', (n) => n * 3, 'incrementing'],
    ['always zero', () => 0, 'zero'],
    ['drawn at random', (n) => (n * 30011) & 0xffff, 'random'],
  ])('tells how IP-IDs are %s', (_name, id, expected) => {
    const lines = Array.from({ length: 12 }, (_, n) => `1.${String(n).padStart(3, '0')} host > peer PSH ACK len=10 id=${id(n + 1)}`)
    expect(trackOne(`${OPEN}\n${lines.join('\n')}`, {}).originator.ipId).toBe(expected)
  })

  it('ties an ICMP error to the connection whose packet it quotes', () => {
    const connection = trackOne(`${OPEN}\n0.1 host > peer ACK len=1400\n0.2 gateway > host ICMP type=3 code=4 rest=1300 quote=4`)
    expect(connection.icmpErrors).toBe(1)
    expect(connection.decisive.at(-1)).toMatchObject({
      role: 'icmp',
      frame: 5,
      from: 'originator',
      icmp: { type: 3, code: 4, sender: '10.0.0.1' },
    })
  })
})

describe('decisive packets', () => {
  it('name their frames and relative numbers', () => {
    const { decisive } = trackOne(`${HALF_CLOSED}\n120 peer > host RST ACK`)
    expect(decisive.map(({ role, frame, from, seq, ack }) => [role, frame, from, seq, ack])).toEqual([
      ['syn', 1, 'originator', 0, 0],
      ['syn-ack', 2, 'responder', 0, 1],
      ['last-ack', 3, 'originator', 1, 1],
      ['last-data', 4, 'originator', 1, 1],
      ['fin', 6, 'originator', 501, 1],
      ['last-ack', 7, 'responder', 1, 502],
      ['rst', 8, 'responder', 1, 502],
    ])
  })

  it('are the first and the last of a long ladder', () => {
    const ladder = Array.from({ length: 100 }, (_, n) => `${n + 1}.0 host > peer PSH ACK len=10 seq=1`)
    const { decisive, originator } = trackOne(`${OPEN}\n0.5 host > peer PSH ACK len=10\n${ladder.join('\n')}`)
    const frames = decisive.filter((packet) => packet.role === 'retransmission').map((packet) => packet.frame)
    expect(originator.retransmissions).toBe(100)
    expect([frames.length, frames[0], frames.at(-1)]).toEqual([24, 5, 104])
  })
})

describe('limits', () => {
  const connections = (count: number, host = 'host'): string =>
    Array.from(
      { length: count },
      (_, n) =>
        `${n}.0 ${host}:${1000 + n} > peer SYN\n${n}.1 peer > ${host}:${1000 + n} SYN ACK\n${n}.2 ${host}:${1000 + n} > peer RST ACK`,
    ).join('\n')

  it('connections beyond those followed in full keep addresses, states, history and counters', () => {
    const all = trackText(connections(4), {}, { limits: { connections: 100, detailed: 2 } })
    expect(all.map((one) => [one.originator.port, one.connState, one.history, one.originator.packets, one.detailed])).toEqual([
      [1000, 'RSTO', 'ShR', 2, false],
      [1001, 'RSTO', 'ShR', 2, false],
      [1002, 'RSTO', 'ShR', 2, true],
      [1003, 'RSTO', 'ShR', 2, true],
    ])
  })

  it('a connection that ended gives way to a new one and keeps its counters and history', () => {
    const open = '90.0 host:9000 > peer SYN\n90.1 peer > host:9000 SYN ACK\n90.2 host:9000 > peer PSH ACK len=70'
    const all = trackText(`${connections(4)}\n${open}`, {}, { limits: { connections: 100, detailed: 2 } })
    expect(all.map((one) => [one.originator.port, one.detailed, one.connState, one.originator.packets])).toEqual([
      [1000, false, 'RSTO', 2],
      [1001, false, 'RSTO', 2],
      [1002, false, 'RSTO', 2],
      [1003, true, 'RSTO', 2],
      [9000, true, 'S1', 2],
    ])
  })

  it.each<[string, Interest | undefined, number[]]>([
    ['with nothing known any that ended makes room', undefined, [1010, 1011]],
    ['those between host and peer stay', { host: '10.0.0.5', peer: '10.0.0.9' }, [1000, 1001]],
    ['with the host alone known its own stay', { host: '10.0.0.5', peer: undefined }, [1000, 1001]],
    ['an end that none has protects none', { host: '10.0.0.5', peer: '10.0.0.77' }, [1010, 1011]],
  ])('%s', (_name, interest, detailed) => {
    const others = connections(12, 'gateway').split('\n').slice(6).join('\n')
    const all = trackText(`${connections(2)}\n${others}`, {}, { limits: { connections: 100, detailed: 2 }, interest })
    expect(all.filter((one) => one.detailed).map((one) => one.originator.port)).toEqual(detailed)
  })

  it('a connection of interest takes the place of an open one of others, which goes on as a plain one', () => {
    const open = (name: string): string =>
      `0 ${name} > [fe80::9]:9100 SYN\n0.1 [fe80::9]:9100 > ${name} SYN ACK\n0.2 ${name} > [fe80::9]:9100 ACK`
    const text = [open('[fe80::1]:1'), open('[fe80::2]:2'), open('[fe80::3]:3'), '9 [fe80::1]:1 > [fe80::9]:9100 FIN ACK'].join('\n')
    const interest = { host: 'FE80:0::3', peer: undefined }
    const all = trackText(text, {}, { limits: { connections: 100, detailed: 2 }, interest })
    expect(all.map((one) => [one.originator.port, one.detailed, one.connState, one.originator.packets])).toEqual([
      [1, false, 'S2', 3],
      [2, true, 'S1', 2],
      [3, true, 'S1', 2],
    ])
  })

  it('a full table forgets what was quiet longest, and counts it', () => {
    const tracker = new Tracker({ limits: { connections: 8, detailed: 4 } })
    trackInto(tracker, connections(50))
    const ports = [...tracker.finish()].map((one) => one.originator.port)
    expect([ports.length, tracker.counts.forgotten, ports.includes(1049)]).toEqual([8, 42, true])
  })

  it('says what it did not decode', () => {
    const tracker = new Tracker()
    trackInto(tracker, '0.0 raw ffffffffffff02000000000588cc0000\n0.1 host > * ARP who-has peer')
    expect([tracker.counts.notDecoded, tracker.counts.arp, [...tracker.notDecoded]]).toEqual([1, 1, [['ethertype 0x88cc', 1]]])
  })
})

it('a row of the connections command says what conn.log would', () => {
  expect(connectionRow(trackOne(`${HALF_CLOSED}\n120 peer > host RST ACK`))).toEqual({
    ts: '2026-09-29T10:00:00.000Z',
    protocol: 'tcp',
    streamIndex: 0,
    originator: { ip: '10.0.0.5', port: 49822 },
    responder: { ip: '10.0.0.9', port: 9100 },
    originatorBy: 'syn',
    service: 'pdl-datastream',
    connState: 'RSTR',
    history: 'ShADaFr',
    originatorState: 'FIN_WAIT_2',
    responderState: 'CLOSE_WAIT',
    durationSeconds: 120,
    originatorBytes: 500,
    responderBytes: 0,
    originatorPackets: 4,
    responderPackets: 4,
    retransmissions: { originator: 0, responder: 0 },
    resetBy: 'responder',
    icmpErrors: 0,
    firstFrame: 1,
    lastFrame: 8,
    vlan: null,
  })
})
