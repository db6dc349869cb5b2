import { expect, it } from 'vitest'
import {
  again,
  captureFile,
  diagnosed,
  dressed,
  elsewhere,
  inOrder,
  moment,
  opened,
  PRINTER,
  sent,
  verdictOn,
} from '../../../support/diagnosed.ts'

const JOB = inOrder(opened(), sent(0.01, 10))
const FIN_AGAIN = 'host > peer FIN ACK seq=10001'
const SIX = { endpoints: { host: { ip: 'fd00::5' }, peer: { ip: 'fd00::9' } } }

const unacknowledged = inOrder(JOB, '1 host > peer FIN ACK', again([1.3, 1.9, 3.1, 5.5, 10.3], FIN_AGAIN), elsewhere(0.5, 30))
const neverClosed = inOrder(JOB, '1 host > peer FIN ACK\n1.002 peer > host ACK', elsewhere(0.5, 130, 10))
const refusedLate = inOrder(neverClosed, '125 peer > host PSH ACK len=30\n125.001 host > peer RST seq=10002')

/** RFC 9293 §3.5.1: the peer still holds the old connection and answers the SYN by an ACK for it. */
const CLEARED = `
0 host > peer SYN mss=1460
0.002 peer > host ACK seq=0 ack=7777
0.0021 host > peer RST seq=7777
1 host > peer SYN seq=0 mss=1460
1.002 peer > host SYN ACK seq=0 mss=1460
1.0021 host > peer ACK`

it.each<[string, string, string, string, string]>([
  ['a FIN that is repeated and never acknowledged', unacknowledged, 'fin-wait-1-timeout', 'host', 'timeout'],
  ['a FIN that is acknowledged without another FIN for two minutes', neverClosed, 'fin-wait-2-timeout', 'host', 'timeout'],
  ['a late answer to which the host says RST', refusedLate, 'fin-wait-2-timeout', 'host', 'timeout'],
  [
    'a FIN that is repeated although it was acknowledged here',
    inOrder(
      JOB,
      '1 host > peer FIN ACK\n1.002 peer > host ACK',
      again([1.3, 1.9, 3.1, 5.5], FIN_AGAIN),
      again([1.302, 1.902, 3.102, 5.502], 'peer > host ACK'),
      elsewhere(0.5, 30),
    ),
    'fin-wait-1-timeout',
    'host',
    'timeout',
  ],
  [
    'a FIN that was repeated twice and then acknowledged',
    inOrder(
      JOB,
      '1 host > peer FIN ACK',
      again([1.3, 1.9], FIN_AGAIN),
      '1.902 peer > host ACK\n2 peer > host FIN ACK\n2.001 host > peer ACK',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'half-close used properly: the peer reports for forty seconds and closes then',
    inOrder(
      JOB,
      '1 host > peer FIN ACK\n1.002 peer > host ACK\n20 peer > host PSH ACK len=30\n20.001 host > peer ACK\n41 peer > host PSH ACK len=30\n41.001 host > peer ACK\n42 peer > host FIN ACK\n42.001 host > peer ACK',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'an RST after both FINs',
    inOrder(
      JOB,
      '1 host > peer FIN ACK\n1.002 peer > host FIN ACK\n1.003 host > peer ACK\n1.2 peer > host FIN ACK seq=1\n1.201 host > peer RST seq=10002',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a peer that closes first, and a host that follows',
    inOrder(JOB, '1 peer > host FIN ACK\n1.001 host > peer ACK\n1.002 host > peer FIN ACK\n1.004 peer > host ACK'),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a peer that closes first, and a host that resets in place of its FIN with nothing outstanding',
    inOrder(JOB, '1 peer > host FIN ACK\n1.001 host > peer ACK\n1.002 host > peer RST ACK'),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a monitor that opens the port and resets without a byte',
    inOrder(opened(), '0.003 host > peer RST ACK'),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'its false friend: the host resets a little later, with a byte of the job under way',
    inOrder(opened(), '0.003 host > peer PSH ACK len=1\n0.004 host > peer RST ACK'),
    'host-abort',
    'host',
    'rst',
  ],
  [
    'a port check the other way round: the peer opens and resets without a byte',
    '0 peer > host SYN mss=1460\n0.002 host > peer SYN ACK mss=1460\n0.003 peer > host ACK\n0.004 peer > host RST ACK',
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a FIN of the peer that the capture missed and the host acknowledged',
    inOrder(JOB, '1 host > peer FIN ACK\n1.002 peer > host ACK\n1.003 host > peer ACK ack=2', elsewhere(0.5, 60)),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a peer that closes first, takes the answer, acknowledges the FIN, and answers its repetition by RST',
    inOrder(
      JOB,
      '1 peer > host FIN ACK\n1.001 host > peer PSH ACK len=24\n1.002 host > peer FIN ACK\n1.004 peer > host ACK\n1.1 host > peer FIN ACK seq=10025\n1.102 peer > host RST seq=2',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'its false friend: the peer accepts and resets without a byte',
    inOrder(opened(), '0.003 peer > host RST ACK'),
    'peer-reset',
    'peer',
    'rst',
  ],
  [
    'a SYN that meets an older connection of the same ports, clears it with RST, and then succeeds',
    inOrder(CLEARED, sent(1.01, 10), '2 host > peer FIN ACK\n2.002 peer > host FIN ACK\n2.003 host > peer ACK'),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'its false friend: the host resets once more, after the handshake',
    inOrder(CLEARED, sent(1.01, 10), '2 host > peer RST ACK'),
    'host-abort',
    'host',
    'rst',
  ],
])('%s', async (_, text, cause, abortedBy, mechanism) => {
  expect(await verdictOn(text, PRINTER)).toMatchObject({ cause, abortedBy, mechanism })
})

it('tells the same over IPv6', async () => {
  expect(await verdictOn(unacknowledged, PRINTER, {}, SIX)).toMatchObject({ cause: 'fin-wait-1-timeout', abortedBy: 'host' })
})

it('gives the states just before the end', async () => {
  const { connection } = await diagnosed([captureFile(dressed(neverClosed, PRINTER))])
  expect(connection).toMatchObject({ hostState: 'FIN_WAIT_2', peerState: 'CLOSE_WAIT' })
})

it('lists the Windows timer and its rivals where a late answer bounds the wait, and offers the registry only as relief', async () => {
  const { timers, recommendations } = await diagnosed([captureFile(dressed(refusedLate, PRINTER))])
  expect(timers.map(({ name }) => name)).toContain('Windows FIN_WAIT_2')
  expect(timers.map(({ name }) => name)).not.toContain('Linux tcp_fin_timeout (orphaned sockets)')
  expect(recommendations.some(({ action }) => /registry/.test(action) && !/relief/i.test(action))).toBe(false)
})

it('lists the timer that a stated moment ends', async () => {
  const { timers } = await diagnosed([captureFile(dressed(neverClosed, PRINTER))], { incidentAtNs: moment(121.002) })
  expect(timers.find(({ name }) => name === 'Windows FIN_WAIT_2')?.observed.max).toBeCloseTo(121.002 - 1.002, 1)
})

it('says that the whole job was acknowledged', async () => {
  const { delivery } = await diagnosed([captureFile(dressed(neverClosed, PRINTER))])
  expect(delivery).toMatchObject({ hostBytesSent: 10_000, hostBytesAcked: 10_000, fullJobAcked: true })
})

it('prefers the job that died to the port checks round it', async () => {
  const checks = [1, 2, 3, 4].map((at) => opened(at).replaceAll('host >', `host:5000${at} >`).replaceAll('> host', `> host:5000${at}`))
  const resets = [1, 2, 3, 4].map((at) => `${at}.003 host:5000${at} > peer RST ACK`)
  const dead = again([2.1, 2.4, 3, 4.2, 6.6, 11.4], 'host > peer PSH ACK len=1000 seq=10001')
  const text = inOrder(JOB, dead, ...checks, ...resets, elsewhere(0.5, 30))
  const { verdict, connection } = await diagnosed([captureFile(dressed(text, PRINTER))], { incidentAtNs: moment(4.05) })
  expect(verdict.cause).toBe('retransmission-timeout')
  expect(connection?.host.port).toBe(49822)
})

it('does not take a FIN and its acknowledgement for a half-closed wait where nothing before them was captured', async () => {
  const text = inOrder('1 host > peer FIN ACK seq=500\n1.002 peer > host ACK', elsewhere(0.5, 60))
  expect((await verdictOn(text, PRINTER)).cause).toBe('undetermined')
})
