import { expect, it } from 'vitest'
import {
  again,
  captureFile,
  diagnosed,
  elsewhere,
  inOrder,
  moment,
  opened,
  PRINTER,
  type Stacks,
  sent,
  verdictOn,
} from '../../../support/diagnosed.ts'

const JOB = inOrder(opened(), sent(0.01, 10))
const SMALL = inOrder(opened(), sent(0.01, 5, 100))
const REST = elsewhere(0.5, 30)
const LARGE = 'host > peer ACK len=1460 seq=501'
const LADDER = [1, 1.3, 1.9, 3.1, 5.5, 10.3]

it.each<[string, string, Stacks, string, string]>([
  [
    'an hour of silence, and data that are never acknowledged',
    inOrder(
      JOB,
      again([3700, 3700.3, 3700.9, 3702.1, 3704.5, 3709.3], 'host > peer PSH ACK len=1000 seq=10001'),
      elsewhere(0.5, 3720, 100),
    ),
    PRINTER,
    'idle-state-loss',
    'host',
  ],
  [
    'minutes of silence, and an RST from nearer than the peer',
    inOrder(JOB, '400 host > peer PSH ACK len=1000\n400.001 peer > host RST seq=1 ttl=64 id=0', elsewhere(0.5, 410, 20)),
    { host: 'ttl=64', peer: 'ttl=250' },
    'idle-state-loss',
    'middlebox',
  ],
  [
    'a silence that had been survived before',
    inOrder(
      JOB,
      sent(500, 2),
      again([900, 900.3, 900.9, 902.1, 904.5, 909.3], 'host > peer PSH ACK len=1000 seq=12001'),
      elsewhere(0.5, 920, 50),
    ),
    PRINTER,
    'retransmission-timeout',
    'host',
  ],
  [
    'full-size segments that never arrive while small ones sent later do',
    inOrder(
      SMALL,
      again(LADDER, LARGE),
      '1.0001 host > peer PSH ACK len=200 seq=1961\n1.0023 peer > host ACK ack=501 sackblocks=1961-2161',
      REST,
    ),
    PRINTER,
    'path-mtu-black-hole',
    'host',
  ],
  [
    'ordinary loss: as large a segment sent later was delivered',
    inOrder(
      SMALL,
      again(LADDER, LARGE),
      '1.0001 host > peer ACK len=1460 seq=1961\n1.0023 peer > host ACK ack=501 sackblocks=1961-3421',
      REST,
    ),
    PRINTER,
    'retransmission-timeout',
    'host',
  ],
  [
    'segments with a wrong checksum, repeated to the end',
    inOrder(SMALL, again(LADDER, `${LARGE} badsum`), REST),
    PRINTER,
    'corruption',
    'host',
  ],
  [
    'one damaged segment that was repaired',
    inOrder(
      SMALL,
      `1 ${LARGE} badsum\n1.3 ${LARGE}\n1.302 peer > host ACK\n2 host > peer FIN ACK\n2.002 peer > host FIN ACK\n2.003 host > peer ACK`,
    ),
    PRINTER,
    'normal-close',
    'nobody',
  ],
  [
    'retransmissions, then requests for a link address that nobody answers',
    inOrder(SMALL, again([1, 1.3, 1.9, 3.1], LARGE), again([4, 5, 6], 'host > * ARP who-has peer'), REST),
    PRINTER,
    'neighbor-unreachable',
    'host',
  ],
  [
    'a request for the link address that was answered',
    inOrder(SMALL, again([1, 1.3, 1.9, 3.1, 5.5], LARGE), '4 host > * ARP who-has peer\n4.001 peer > host ARP is-at', REST),
    PRINTER,
    'retransmission-timeout',
    'host',
  ],
  [
    'answers that all arrive damaged',
    inOrder(SMALL, again([1, 1.3, 1.9, 3.1], LARGE), again([1.002, 1.302, 1.902, 3.102], 'peer > host ACK badsum'), REST),
    PRINTER,
    'corruption',
    'host',
  ],
  [
    'an ICMP error after which the job went on',
    inOrder(
      SMALL,
      '0.9 host > peer ACK len=100\n0.901 gateway > host ICMP type=3 code=1 quote=14\n1.2 host > peer ACK len=100 seq=501\n1.202 peer > host ACK\n2 host > peer FIN ACK\n2.002 peer > host FIN ACK\n2.003 host > peer ACK',
    ),
    PRINTER,
    'normal-close',
    'nobody',
  ],
])('%s', async (_, text, stacks, cause, abortedBy) => {
  expect(await verdictOn(text, stacks)).toMatchObject({ cause, abortedBy })
})

it('finds a peer that not even a SYN was sent to, where the machine that asks is named', async () => {
  const text = inOrder(again([4, 5, 6], 'host > * ARP who-has peer'), REST)
  const { verdict, connection } = await diagnosed([captureFile(text)], { incidentAtNs: moment(7), host: '10.0.0.5' })
  expect(verdict).toMatchObject({ cause: 'neighbor-unreachable', abortedBy: 'host', mechanism: 'timeout' })
  expect(connection).toMatchObject({ host: { ip: '10.0.0.5', port: null }, peer: { ip: '10.0.0.9', port: null } })
})

const printerJob = (name: string, at: number) => {
  const job = inOrder(opened(at), sent(at + 0.01, 5), again([1, 1.3, 1.9, 3.1, 5.5], 'host > peer PSH ACK len=1000 seq=5001'))
  return job.replaceAll('peer', `${name}:9100`).replaceAll('host', `host:${50_000 + Number(name.split('.')[3])}`)
}

it('sees one outage in three peers that fell silent at once, and names the others', async () => {
  const text = inOrder(printerJob('10.0.0.11', 0), printerJob('10.0.0.12', 0.1), printerJob('10.0.0.13', 0.2))
  const { verdict, alsoAborted } = await diagnosed([captureFile(text)])
  expect(verdict).toMatchObject({ cause: 'network-outage', abortedBy: 'host' })
  expect(alsoAborted).toHaveLength(2)
})

it('sees no outage in one silent peer among others that go on', async () => {
  const text = inOrder(
    printerJob('10.0.0.11', 0),
    elsewhere(0, 20, 1, '10.0.0.12:9100'),
    elsewhere(0, 20, 1, '10.0.0.13:9100').replaceAll('40000', '40001'),
  )
  expect((await diagnosed([captureFile(text)])).verdict.cause).toBe('retransmission-timeout')
})

it('knows a UDP request that the peer itself refused', async () => {
  const text = '1 host:5000 > peer:161 UDP len=40\n1.001 peer > host ICMP type=3 code=3 quote=1'
  const { verdict, connection } = await diagnosed([captureFile(text)], { peer: { ip: '10.0.0.9', port: 161 } })
  expect(verdict).toMatchObject({ cause: 'icmp-unreachable', abortedBy: 'peer', mechanism: 'icmp' })
  expect(connection).toMatchObject({ protocol: 'udp', streamIndex: null })
})
