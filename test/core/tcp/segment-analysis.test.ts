import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as marks from '../../../src/core/tcp/marks.ts'
import { NOTHING } from '../../../src/core/tcp/side-facts.ts'
import { marksOf, trackOne } from './track-text.ts'

const OPEN = `
  0.000 host > peer SYN mss=1460 ws=0 id=1
  0.010 peer > host SYN ACK mss=1460 ws=0 id=101 win=5000
  0.020 host > peer ACK id=2
`
const OPEN_SEGMENTS = 3
const SIDE_FACTS = Object.keys(NOTHING) as (keyof typeof NOTHING)[]

const NAMES = Object.entries(marks).filter(([, bit]) => typeof bit === 'number') as [string, number][]
const named = (bits: number): string[] => NAMES.filter(([, bit]) => bits & bit).map(([name]) => name)

describe('what a segment is', () => {
  it.each<[string, string, string[][]]>([
    ['the next bytes in order', '0.03 host > peer PSH ACK len=100', [[]]],
    [
      'bytes sent again after a timeout',
      '0.03 host > peer PSH ACK len=100\n0.30 host > peer PSH ACK len=100 seq=1',
      [[], ['RETRANSMISSION']],
    ],
    [
      'bytes sent again though they were acknowledged',
      '0.03 host > peer PSH ACK len=100\n0.04 peer > host ACK\n0.30 host > peer PSH ACK len=100 seq=1',
      [[], [], ['RETRANSMISSION', 'SPURIOUS_RETRANSMISSION']],
    ],
    [
      'a hole that duplicate acknowledgements ask for',
      `0.030 host > peer ACK len=100 seq=101
       0.031 peer > host ACK ack=1
       0.032 peer > host ACK ack=1
       0.033 peer > host ACK ack=1
       0.040 host > peer ACK len=100 seq=1`,
      [['LOST_SEGMENT'], ['WINDOW_UPDATE'], ['DUPLICATE_ACK'], ['DUPLICATE_ACK'], ['RETRANSMISSION', 'FAST_RETRANSMISSION']],
    ],
    [
      'a late segment that left its sender first, as its IP-ID shows',
      `0.030 host > peer ACK len=100 id=3
       0.031 host > peer ACK len=100 seq=201 id=5
       0.032 host > peer ACK len=100 seq=101 id=4`,
      [[], ['LOST_SEGMENT'], ['OUT_OF_ORDER']],
    ],
    [
      'a keep-alive and its answer',
      '0.03 host > peer ACK len=10\n0.04 peer > host ACK\n60 host > peer ACK seq=10\n60.01 peer > host ACK',
      [[], [], ['KEEP_ALIVE'], ['KEEP_ALIVE_ACK']],
    ],
    [
      'a lost last byte sent again, which is no keep-alive',
      '0.03 host > peer ACK len=1\n0.40 host > peer ACK len=1 seq=1',
      [[], ['RETRANSMISSION']],
    ],
    [
      'a probe of a closed window and its answer',
      '0.03 host > peer ACK len=10\n0.04 peer > host ACK win=0\n0.5 host > peer ACK len=1\n0.51 peer > host ACK win=0 ack=11',
      [[], ['ZERO_WINDOW'], ['ZERO_WINDOW_PROBE'], ['ZERO_WINDOW', 'ZERO_WINDOW_PROBE_ACK']],
    ],
    [
      "Linux's probe of a closed window, which looks like a keep-alive",
      '0.03 host > peer ACK len=10\n0.04 peer > host ACK win=0\n0.5 host > peer ACK seq=10',
      [[], ['ZERO_WINDOW'], ['KEEP_ALIVE', 'ZERO_WINDOW_PROBE']],
    ],
    ['a window filled to its last byte', '0.03 host > peer ACK len=5000', [['WINDOW_FULL']]],
    [
      'a window that opens',
      '0.03 host > peer ACK len=10\n0.04 peer > host ACK win=100\n0.05 peer > host ACK win=5000',
      [[], [], ['WINDOW_UPDATE']],
    ],
    ['an acknowledgement of bytes the capture has not', '0.03 peer > host ACK ack=500', [['ACKED_UNSEEN']]],
    [
      'the bytes after a gap, once only',
      '0.03 host > peer ACK len=10 seq=101\n0.04 host > peer ACK len=10 seq=111',
      [['LOST_SEGMENT'], []],
    ],
    [
      'an acknowledgement that covers a gap',
      '0.03 host > peer ACK len=10 seq=101\n0.04 peer > host ACK ack=111\n0.05 peer > host ACK ack=111 len=1',
      [['LOST_SEGMENT'], ['ACKED_UNSEEN'], []],
    ],
  ])('%s', (_name, text, expected) => {
    expect(
      marksOf(OPEN + text)
        .slice(OPEN_SEGMENTS)
        .map(named),
    ).toEqual(expected.map((names) => [...names].sort(inTable)))
  })

  it.each<[string, string]>([
    ['of the same way', '0.03 host > peer ACK len=100 id=9\n0.0301 host > peer ACK len=100 seq=1 id=9'],
    ['with another TTL', '0.03 host > peer ACK len=100 id=9 ttl=64\n0.031 host > peer ACK len=100 seq=1 id=9 ttl=63'],
    ['in another VLAN', '0.03 host > peer ACK len=100 id=9\n0.031 host > peer ACK len=100 seq=1 id=9 vlan=5'],
    ['with another MAC', '0.03 host > peer ACK len=100 id=9\n0.031 host > peer ACK len=100 seq=1 id=9 mac=02:00:00:00:00:77'],
  ])('a second copy %s is the mirror, not a retransmission', (_name, text) => {
    const { originator } = trackOne(OPEN + text)
    expect([originator.captureDuplicates, originator.retransmissions]).toEqual([1, 0])
  })

  const TWICE = '0.03 host > peer ACK len=100 ts=10,1\n0.30 host > peer ACK len=100 seq=1 ts=40,1'
  it.each<[string, string, number]>([
    ['was not needed: a D-SACK reports its bytes', '0.31 peer > host ACK\n0.32 peer > host ACK sackblocks=1-101', 1],
    ['was not needed: the D-SACK lies in a range that is beyond a gap', '0.31 peer > host ACK ack=1 sackblocks=1-101,1-301', 1],
    ['was not needed: the acknowledgement echoes the segment before', '0.31 peer > host ACK ts=2,10', 1],
    ['was needed: the acknowledgement echoes the retransmission', '0.31 peer > host ACK ts=2,40', 0],
    [
      'was needed, as the one before it: a delayed acknowledgement echoes that one',
      '0.31 host > peer ACK len=50 seq=1 ts=41,1\n0.32 peer > host ACK ts=2,40',
      0,
    ],
    ['may have been needed: nothing tells', '0.31 peer > host ACK\n0.32 host > peer ACK len=9\n0.33 peer > host ACK', 0],
    ['was needed: the SACK is of other bytes', '0.31 peer > host ACK sackblocks=201-301', 0],
  ])('a retransmission %s', (_name, answer, spurious) => {
    const { originator } = trackOne(`${OPEN}\n${TWICE}\n${answer}`)
    expect(originator.spuriousRetransmissions).toBe(spurious)
  })

  it('a damaged segment is counted and kept, and changes no state', () => {
    const connection = trackOne(`${OPEN}\n0.03 host > peer ACK len=100\n0.04 host > peer FIN ACK len=100 badsum`)
    expect([connection.originator.badChecksums, connection.connState]).toEqual([1, 'S1'])
    expect(connection.decisive.filter((packet) => packet.role === 'bad-checksum').map((packet) => packet.frame)).toEqual([5])
  })

  it('the same facts come out wherever the sequence space wraps', () => {
    const text = `${OPEN}
      0.03 host > peer ACK len=1000
      0.04 peer > host ACK
      0.05 host > peer ACK len=1000
      0.40 host > peer ACK len=1000 seq=1001
      0.41 peer > host ACK len=30
      0.42 host > peer FIN ACK
      0.43 peer > host ACK
      9.00 peer > host RST ACK`
    const facts = (host: number, peer: number): unknown => {
      const { connState, history, originator, responder, decisive } = trackOne(text, { isn: { host, peer } })
      const numbers = [originator, responder].map((side) => SIDE_FACTS.map((name) => side[name]))
      return { connState, history, numbers, decisive }
    }
    const reference = facts(1, 1)
    fc.assert(
      fc.property(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -3000, max: 3000 }), (host, peer) => {
        expect(facts(host >>> 0, peer >>> 0)).toEqual(reference)
      }),
      { numRuns: 200 },
    )
  })
})

const inTable = (one: string, other: string): number =>
  NAMES.findIndex(([name]) => name === one) - NAMES.findIndex(([name]) => name === other)
