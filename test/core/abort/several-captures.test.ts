import { describe, expect, it } from 'vitest'
import { again, captureFile, diagnosed, dressed, elsewhere, inOrder, moment, opened, sent } from '../../support/diagnosed.ts'

const stacks = { host: 'ttl=64', peer: 'ttl=64' }
const LAST = '2 host > peer PSH ACK len=1000'
const JOB = inOrder(opened(1, 0.02), sent(1.1, 6, 1000, 0.02))
const LADDER = inOrder(LAST, again([2.3, 2.9, 4.1, 6.5], 'host > peer PSH ACK len=1000 seq=6001'))
const RST = inOrder(LAST, '2.02 peer > host RST seq=1')
/** The capture at the peer was still running then. */
const ALIVE = '25 host:1 > 10.0.0.77:7 SYN'

/** The same packets at the other end of a way of 10 ms: the host's come later, the peer's left sooner; its clock is `clock` seconds ahead. */
const atPeer = (text: string, clock = 37): string =>
  text.replace(/^(-?[\d.]+) (\S+)/gm, (_, time: string, from: string) => {
    const way = from.startsWith('host') ? 0.01 : from.startsWith('peer') ? -0.01 : 0
    return `${(Number(time) + way + clock).toFixed(6)} ${from}`
  })
const translated = (text: string): string => text.replaceAll(/\bhost\b/g, '192.0.2.1:61000')

const both = async (near: string, far: string) => {
  const hostSide = captureFile(dressed(inOrder(near, elsewhere(0.5, 30)), stacks), 'host.pcap')
  const peerSide = captureFile(dressed(far, stacks), 'peer.pcap')
  // The order of the files must not matter.
  const [one, other] = await Promise.all([
    diagnosed([peerSide, hostSide], { incidentAtNs: moment(2) }),
    diagnosed([hostSide, peerSide], { incidentAtNs: moment(2) }),
  ])
  expect(one.verdict).toEqual(other.verdict)
  return one
}

it.each<[string, string, string, string, string, string]>([
  ['an RST that arrived but never left the peer', inOrder(JOB, RST), inOrder(JOB, ALIVE), 'middlebox-reset', 'middlebox', 'path'],
  ['an RST that left the peer and arrived', inOrder(JOB, RST), inOrder(JOB, RST, ALIVE), 'peer-reset', 'peer', 'peer'],
  ['data that left the host and never arrived', inOrder(JOB, LADDER), inOrder(JOB, ALIVE), 'retransmission-timeout', 'host', 'path'],
  [
    'data that arrived at a peer which says nothing',
    inOrder(JOB, LADDER),
    inOrder(JOB, LADDER, ALIVE),
    'retransmission-timeout',
    'host',
    'peer',
  ],
  [
    'an RST of the peer that answers one of the host which the host never sent',
    inOrder(JOB, RST),
    inOrder(JOB, '1.9 host > peer RST seq=6001', RST, ALIVE),
    'middlebox-reset',
    'middlebox',
    'path',
  ],
  ['an RST of the peer that got lost', inOrder(JOB, LADDER), inOrder(JOB, RST, ALIVE), 'peer-reset', 'peer', 'peer'],
])('%s', async (_, near, far, cause, abortedBy, lookAt) => {
  const { verdict } = await both(near, atPeer(far))
  expect(verdict).toMatchObject({ cause, abortedBy, lookAt })
})

describe('what the other capture cannot prove', () => {
  it('a capture that had ended a while before says nothing about the RST', async () => {
    const later = '20 host > peer PSH ACK len=1000\n20.02 peer > host RST seq=1'
    expect((await both(inOrder(JOB, later), atPeer(JOB))).verdict).toMatchObject({ abortedBy: 'peer' })
  })

  it('a capture whose last packet is the last one before the RST makes a device as likely as the peer', async () => {
    const { verdict } = await both(inOrder(JOB, RST), atPeer(JOB))
    expect(['undetermined', 'middlebox']).toContain(verdict.abortedBy)
    expect(verdict.partyConfidence ?? 0).toBeLessThan(0.9)
  })

  it('a capture that loses packets says nothing about the RST', async () => {
    const lossy = JOB.split('\n')
      .filter((line, i) => !line.includes('peer >') || i % 3 !== 0)
      .join('\n')
    expect((await both(inOrder(JOB, RST), atPeer(inOrder(lossy, ALIVE)))).verdict).toMatchObject({ abortedBy: 'peer' })
  })
})

it('finds the same connection behind a NAT, with its offset', async () => {
  const far = translated(atPeer(inOrder(JOB, RST), 3600))
  const { connection, verdict } = await both(inOrder(JOB, RST), inOrder(far, '3625 10.0.0.4:1 > 10.0.0.77:7 SYN'))
  expect(verdict.abortedBy).toBe('peer')
  expect(connection?.observations[1]).toMatchObject({
    file: 'captures/peer.pcap',
    host: { ip: '192.0.2.1', port: 61_000 },
    translated: true,
  })
  expect(connection?.observations[1]?.offsetSeconds).toBeCloseTo(3600, 3)
})

describe('a ring buffer', () => {
  const lines = inOrder(JOB, LADDER, elsewhere(0.5, 30)).split('\n')
  const built = (from: number, to: number, name: string) =>
    captureFile(dressed(lines.slice(from, to).join('\n'), stacks), name, { isn: { host: 1_000_000, peer: 5_000_000 } })

  it('is one capture, whatever the order of its files', async () => {
    const cut = 20
    // Sequence numbers go on from file to file: the second half names its own.
    const rest = lines.slice(cut).join('\n')
    const first = built(0, cut, 'ring_00001_20260929100000.pcap')
    const numbered = rest.replace(/^(\S+ host > peer .*len=1000)$/gm, '$1 seq=6001').replace(/seq=6001 seq=6001/g, 'seq=6001')
    const second = captureFile(dressed(numbered, stacks), 'ring_00002_20260929100010.pcap')
    const { verdict, connection } = await diagnosed([second, first], { incidentAtNs: moment(20) })
    expect(verdict.cause).toBe('retransmission-timeout')
    expect(connection?.observations).toHaveLength(1)
    expect(connection?.startedAt).toBe('2026-09-29T10:00:01.000000Z')
  })
})

it('two captures of one connection without its beginning are not taken for pieces of one, though the later clock follows the earlier', async () => {
  const middle = inOrder(sent(1.1, 6, 1000, 0.02), RST)
  const { inputs, connection } = await both(middle, atPeer(middle, 60))
  expect(inputs).toHaveLength(2)
  expect(connection?.observations.map(({ offsetSeconds }) => Math.round(offsetSeconds))).toEqual([0, 60])
})

/** The same packets at the other end, whose clock is 37 s ahead and runs faster by 60 millionths. */
const drifting = (text: string): string => atPeer(text, 0).replace(/^[\d.]+/gm, (time) => (Number(time) * 1.00006 + 37).toFixed(6))

it('captures of hours are compared though their clocks drift apart by more than any transit takes', async () => {
  const minutes = Array.from({ length: 150 }, (_, i) => sent(60 * (i + 1), 1, 1000, 0.02))
  const job = inOrder(opened(1, 0.02), ...minutes)
  const reset = '9010 host > peer PSH ACK len=1000\n9010.02 peer > host RST seq=1'
  const near = captureFile(dressed(inOrder(job, reset, elsewhere(9011, 9020)), stacks), 'host.pcap')
  const far = captureFile(dressed(drifting(inOrder(job, '9015 host:1 > 10.0.0.77:7 SYN')), stacks), 'peer.pcap')
  const { verdict, clocks } = await diagnosed([near, far], { incidentAtNs: moment(9010) })
  expect(verdict).toMatchObject({ cause: 'middlebox-reset', abortedBy: 'middlebox' })
  expect(clocks.find(({ file }) => file.includes('peer'))?.offsetSeconds).toBeCloseTo(37.54, 1)
})
