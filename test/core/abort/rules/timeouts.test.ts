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
const REST = elsewhere(0.5, 90)
const DATA = 'host > peer PSH ACK len=1000 seq=10001'
const PROBE = 'host > peer ACK len=1 seq=10000'
const windowsLadder = inOrder(JOB, again([1, 1.3, 1.9, 3.1, 5.5, 10.3], DATA), '19.9 host > peer RST ACK', REST)

it.each<[string, string, string, string, string]>([
  ['five retransmissions and the RST with which Windows gives up', windowsLadder, 'retransmission-timeout', 'host', 'timeout'],
  ['the same RST without retransmissions before it', inOrder(JOB, '1 host > peer RST ACK', REST), 'host-abort', 'host', 'rst'],
  [
    'retransmissions that were acknowledged in the end',
    inOrder(
      JOB,
      again([1, 1.3, 1.9, 3.1], DATA),
      '3.102 peer > host ACK\n4 host > peer FIN ACK\n4.002 peer > host FIN ACK\n4.003 host > peer ACK',
      REST,
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'data repeated although they are acknowledged here, again and again',
    inOrder(JOB, again([1, 1.3, 1.9, 3.1, 5.5, 10.3], DATA), again([1.002, 1.302, 1.902, 3.102, 5.502, 10.302], 'peer > host ACK'), REST),
    'retransmission-timeout',
    'host',
    'timeout',
  ],
  [
    'a peer whose own data the host never acknowledges, until the peer resets',
    inOrder(JOB, again([1, 1.3, 1.9, 3.1, 5.5, 10.3], 'peer > host PSH ACK len=100 seq=1'), '20 peer > host RST ACK seq=101', REST),
    'retransmission-timeout',
    'peer',
    'timeout',
  ],
  [
    'ten keep-alive probes of Windows without an answer',
    inOrder(
      JOB,
      again([30], PROBE),
      '30.001 peer > host ACK',
      again([60, 61, 62, 63, 64, 65, 66, 67, 68, 69], PROBE),
      '70 host > peer RST ACK seq=10001',
      REST,
    ),
    'keepalive-timeout',
    'host',
    'timeout',
  ],
  [
    'probes that are answered here, and an RST on their beat',
    inOrder(
      JOB,
      again([10, 20, 30, 40], PROBE),
      again([10.001, 20.001, 30.001, 40.001], 'peer > host ACK'),
      '50 host > peer RST ACK seq=10001',
      REST,
    ),
    'keepalive-timeout',
    'host',
    'timeout',
  ],
  [
    'answered probes, then a proper close',
    inOrder(
      JOB,
      again([30, 60], PROBE),
      again([30.001, 60.001], 'peer > host ACK'),
      '65 host > peer FIN ACK\n65.002 peer > host FIN ACK\n65.003 host > peer ACK',
      REST,
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a closed window, one-byte probes of Windows, and the RST of the host',
    inOrder(
      JOB,
      '0.1 host > peer PSH ACK len=1000\n0.102 peer > host ACK win=0',
      again([0.4, 1, 2.2, 4.6, 9.4, 19], 'host > peer ACK len=1 seq=11001'),
      again([0.401, 1.001, 2.201, 4.601, 9.401, 19.001], 'peer > host ACK ack=11001 win=0'),
      '25 host > peer RST ACK seq=11001',
      REST,
    ),
    'zero-window-stall',
    'host',
    'timeout',
  ],
  [
    'a closed window that the peer ends with RST',
    inOrder(
      JOB,
      '0.1 host > peer PSH ACK len=1000\n0.102 peer > host ACK win=0',
      again([0.4, 1, 2.2, 4.6], 'host > peer ACK seq=11000'),
      again([0.401, 1.001, 2.201, 4.601], 'peer > host ACK win=0'),
      '9 peer > host RST ACK',
      REST,
    ),
    'zero-window-stall',
    'peer',
    'rst',
  ],
  [
    'probes of the peer that the host never answers, until the peer resets',
    inOrder(JOB, again([30, 40, 50, 60], 'peer > host ACK seq=0'), '70 peer > host RST ACK seq=1', REST),
    'keepalive-timeout',
    'peer',
    'timeout',
  ],
  [
    'a host that stops reading until the peer resets',
    inOrder(
      JOB,
      '0.1 peer > host PSH ACK len=1000\n0.101 host > peer ACK win=0',
      again([0.4, 1, 2.2, 4.6], 'peer > host ACK seq=1000'),
      again([0.401, 1.001, 2.201, 4.601], 'host > peer ACK win=0'),
      '9 peer > host RST ACK seq=1001',
      REST,
    ),
    'zero-window-stall',
    'peer',
    'rst',
  ],
  [
    'a window that reopened',
    inOrder(
      JOB,
      '0.1 host > peer PSH ACK len=1000\n0.102 peer > host ACK win=0',
      again([0.4, 1], 'host > peer ACK seq=11000'),
      again([0.401, 1.001], 'peer > host ACK win=0'),
      '2 peer > host ACK win=2920',
      sent(2.1, 3),
      '3 host > peer FIN ACK\n3.002 peer > host FIN ACK\n3.003 host > peer ACK',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
  [
    'a small window that closed for an instant before the peer reset',
    inOrder(
      JOB,
      '0.1 host > peer PSH ACK len=1000\n0.102 peer > host ACK win=0\n0.11 peer > host ACK win=2920',
      sent(0.2, 5),
      '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK',
      REST,
    ),
    'peer-reset',
    'peer',
    'rst',
  ],
])('%s', async (_, text, cause, abortedBy, mechanism) => {
  expect(await verdictOn(text, PRINTER)).toMatchObject({ cause, abortedBy, mechanism })
})

it('does not call one repetition at the end of the capture a timeout', async () => {
  const text = inOrder(JOB, '0.5 host > peer PSH ACK len=1000\n0.8 host > peer PSH ACK len=1000 seq=10001')
  expect(await verdictOn(text, PRINTER, { incidentAtNs: moment(60) })).toMatchObject({ cause: 'undetermined', confidence: null })
})

it('matches the ladder to TcpMaxDataRetransmissions 5, and not to a timer of Linux', async () => {
  const { timers } = await diagnosed([captureFile(dressed(windowsLadder, PRINTER))])
  expect(timers.map(({ name }) => name)).toEqual(['Windows TcpMaxDataRetransmissions 5 (RTO 0.3 s)'])
})
