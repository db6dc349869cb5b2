import { describe, expect, it } from 'vitest'
import { FlowDigest, MOST_DIGESTED } from '../../../src/core/intake/receipt.ts'
import type { TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { digestFacts } from '../../../src/core/tcp/digest-facts.ts'
import { type DigestPolicy, flowDigest } from '../../../src/core/tcp/flow-digest.ts'
import { trackOne, trackText } from './track-text.ts'

const EVERYTHING: DigestPolicy = { window: undefined, host: undefined, peer: undefined, scope: 'all' }
const START = Date.parse('2026-09-29T10:00:00Z')
const window = (from: number, to: number): DigestPolicy['window'] => ({
  fromNs: BigInt(START + from * 1000) * 1_000_000n,
  toNs: BigInt(START + to * 1000) * 1_000_000n,
})

const WHOLE = `
  0.000 host > peer SYN mss=1460 ws=8 sack ttl=128
  0.002 peer > host SYN ACK mss=1400
  0.003 host > peer ACK ttl=128
  0.010 host > peer PSH ACK len=500 ttl=128
  0.012 peer > host ACK
  0.300 host > peer PSH ACK len=500 seq=1 ttl=128
  0.400 peer > host RST ACK ttl=250`

describe('the flow digest', () => {
  it('gives back what the tracker knew, without payload', () => {
    const tracked = trackOne(WHOLE)
    const digest = FlowDigest.parse(JSON.parse(JSON.stringify(flowDigest([tracked], EVERYTHING))))
    const [facts] = digestFacts(digest)
    for (const side of ['originator', 'responder'] as const) {
      const { ip, port, state, rfcState, packets, sentSeq, ackedSeq, retransmissions, resets, synOptions, ttl, ipId, macs } = tracked[side]
      expect(facts?.[side]).toMatchObject({
        ip,
        port,
        state,
        rfcState,
        packets,
        sentSeq,
        ackedSeq,
        retransmissions,
        resets,
        synOptions,
        ttl,
        ipId,
        macs,
      })
    }
    expect(facts?.connState).toBe(tracked.connState)
    expect(facts?.endedAt).toBeCloseTo(tracked.endedAt, 5)
  })

  it('lists what is inside the window, was open at its start, or runs between host and peer, before the rest', () => {
    const closed = (at: number, from: string): string =>
      `${at} ${from} > peer SYN\n${at} peer > ${from} SYN ACK\n${at} ${from} > peer RST ACK`
    const text = [
      closed(1, '10.9.9.1:1'),
      '2 10.9.9.2:2 > peer SYN',
      '2 peer > 10.9.9.2:2 SYN ACK',
      '2 10.9.9.2:2 > peer ACK',
      closed(3, 'host:3'),
      closed(60, '10.9.9.4:4'),
    ].join('\n')
    const later = trackOne(closed(70, '10.9.9.5:5'))
    const many = Array.from({ length: MOST_DIGESTED - 3 }, () => later)
    const digest = flowDigest([...trackText(text), ...many], { window: window(50, 100), host: '10.0.0.5', peer: '10.0.0.9', scope: 'all' })
    const ports = new Set(Array.from(digest.connections, (one) => one.originator.port))
    expect([...ports].sort()).toEqual([2, 3, 4, 5])
    expect([digest.connections.length, digest.leftOut]).toEqual([MOST_DIGESTED, 1])
  })

  it('with scope peers says of others only addresses, times, counters and end', () => {
    const digested = (text: string) => [...flowDigest(trackText(text), { ...EVERYTHING, peer: '10.0.0.9', scope: 'peers' }).connections]
    const [other] = digested('0 host:1 > 10.7.7.7:80 SYN mss=1460\n0.1 10.7.7.7:80 > host:1 RST ACK')
    expect(Object.keys(other?.originator ?? {}).sort()).toEqual(['after', 'bytes', 'ip', 'packets', 'port', 'rfcState', 'sentSeq', 'state'])
    expect(digested('0 host:1 > peer SYN mss=1460')[0]?.originator.syn).toBeDefined()
  })

  it('stays below 16 MB at its cap, IPv6 too', () => {
    const one = trackOne(WHOLE, {
      endpoints: { host: { ip: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff' }, peer: { ip: '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111' } },
    })
    const digest = flowDigest(
      Array.from({ length: 25_000 }, (): TrackedConnection => one),
      EVERYTHING,
    )
    expect(JSON.stringify(digest).length).toBeLessThan(16_000_000)
    expect(digest.connections.length + digest.leftOut).toBe(25_000)
    expect(JSON.stringify([...flowDigest([trackOne(WHOLE)], EVERYTHING).connections][0]).length).toBeLessThan(720)
  })
})
