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
  STACKS,
  sent,
  verdictOn,
} from '../../../support/diagnosed.ts'

const printer = { host: STACKS.windows, peer: STACKS.lwip }
const JOB = inOrder(opened(), sent(0.01, 10))
const FIN_AGAIN = 'host > peer FIN ACK seq=10001'
const SIX = { endpoints: { host: { ip: 'fd00::5' }, peer: { ip: 'fd00::9' } } }

const unacknowledged = inOrder(JOB, '1 host > peer FIN ACK', again([1.3, 1.9, 3.1, 5.5, 10.3], FIN_AGAIN), elsewhere(0.5, 30))
const neverClosed = inOrder(JOB, '1 host > peer FIN ACK\n1.002 peer > host ACK', elsewhere(0.5, 130, 10))
const refusedLate = inOrder(neverClosed, '125 peer > host PSH ACK len=30\n125.001 host > peer RST seq=10002')

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
])('%s', async (_, text, cause, abortedBy, mechanism) => {
  expect(await verdictOn(text, printer)).toMatchObject({ cause, abortedBy, mechanism })
})

it('tells the same over IPv6', async () => {
  expect(await verdictOn(unacknowledged, printer, {}, SIX)).toMatchObject({ cause: 'fin-wait-1-timeout', abortedBy: 'host' })
})

it('gives the states just before the end', async () => {
  const { connection } = await diagnosed([captureFile(dressed(neverClosed, printer))])
  expect(connection).toMatchObject({ hostState: 'FIN_WAIT_2', peerState: 'CLOSE_WAIT' })
})

it('lists the Windows timer and its rivals where a late answer bounds the wait, and offers the registry only as relief', async () => {
  const { timers, recommendations } = await diagnosed([captureFile(dressed(refusedLate, printer))])
  expect(timers.map(({ name }) => name)).toContain('Windows FIN_WAIT_2')
  expect(timers.map(({ name }) => name)).not.toContain('Linux tcp_fin_timeout (orphaned sockets)')
  expect(recommendations.some(({ action }) => /registry/.test(action) && !/relief/i.test(action))).toBe(false)
})

it('lists the timer that a stated moment ends', async () => {
  const { timers } = await diagnosed([captureFile(dressed(neverClosed, printer))], { incidentAtNs: moment(121.002) })
  expect(timers.find(({ name }) => name === 'Windows FIN_WAIT_2')?.observed.max).toBeCloseTo(121.002 - 1.002, 1)
})

it('says that the whole job was acknowledged', async () => {
  const { delivery } = await diagnosed([captureFile(dressed(neverClosed, printer))])
  expect(delivery).toMatchObject({ hostBytesSent: 10_000, hostBytesAcked: 10_000, fullJobAcked: true })
})
