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

const { linux, windows, lwip } = STACKS
const printer = { host: windows, peer: lwip }
const SYN = 'host > peer SYN mss=1460 seq=0'

it.each<[string, string, string, string, string]>([
  ['three SYNs of Windows without an answer', inOrder(again([0, 3, 9], SYN), elsewhere(0.5, 30)), 'connect-timeout', 'host', 'timeout'],
  [
    'SYNs that are answered by SYN-ACKs which get lost behind the capture point',
    inOrder(again([0, 1, 3, 7], SYN), again([0.001, 1.001, 3.001, 7.001], 'peer > host SYN ACK seq=0'), elsewhere(0.5, 30)),
    'connect-timeout',
    'host',
    'timeout',
  ],
  ['a SYN answered by RST', `0 ${SYN}\n0.002 peer > host RST ACK seq=0 ack=1`, 'connect-refused', 'peer', 'rst'],
  [
    'a SYN answered by RST and then by the SYN-ACK of the real peer',
    `0 ${SYN}\n0.001 peer > host RST ACK seq=0 ack=1 ttl=50\n0.002 peer > host SYN ACK seq=0\n0.0021 host > peer RST seq=1`,
    'middlebox-reset',
    'middlebox',
    'rst',
  ],
  [
    'a SYN that a router answers with "administratively prohibited"',
    `0 ${SYN}\n0.002 gateway > host ICMP type=3 code=13 quote=1`,
    'icmp-unreachable',
    'middlebox',
    'icmp',
  ],
  [
    'a SYN that the peer itself answers with ICMP',
    `0 ${SYN}\n0.002 peer > host ICMP type=3 code=10 quote=1`,
    'icmp-unreachable',
    'peer',
    'icmp',
  ],
  [
    'a SYN that was lost once and then answered',
    inOrder(
      again([0, 1], SYN),
      '1.002 peer > host SYN ACK\n1.003 host > peer ACK',
      sent(1.1, 10),
      '2 host > peer FIN ACK\n2.002 peer > host FIN ACK\n2.003 host > peer ACK',
    ),
    'normal-close',
    'nobody',
    'none',
  ],
])('%s', async (_, text, cause, abortedBy, mechanism) => {
  expect(await verdictOn(text, printer, { incidentAtNs: moment(10) })).toMatchObject({ cause, abortedBy, mechanism })
})

it('takes a refusal for a device on the path when its TTL is not that of the peer elsewhere', async () => {
  const busy = elsewhere(0, 10, 1, '10.0.0.9:80').replace(/^(\S+ 10\.0\.0\.9:80 > .*)$/gm, '$1 ttl=250')
  const text = inOrder(busy, `11 ${SYN}\n11.0005 peer > host RST ACK seq=0 ack=1 ttl=64`)
  expect(await verdictOn(text, { host: linux })).toMatchObject({ cause: 'connect-refused', abortedBy: 'middlebox' })
})

it('names the Windows connect timer where the log ends the wait 21 seconds after the first SYN', async () => {
  const text = dressed(inOrder(again([0, 3, 9], SYN), elsewhere(0.5, 30)), printer)
  const { timers } = await diagnosed([captureFile(text)], { incidentAtNs: moment(21) })
  expect(timers.map(({ expectedSeconds }) => expectedSeconds)).toContain(21)
})

it('names no timer where nothing shows the end of the wait', async () => {
  const text = dressed(inOrder(again([0, 3, 9], SYN), elsewhere(0.5, 30)), printer)
  expect((await diagnosed([captureFile(text)])).timers).toEqual([])
})

it('chooses the last of several refused attempts before the incident', async () => {
  const attempts = [0, 1, 2].map((at) => `${at} host:${50_000 + at} > peer SYN\n${at}.002 peer > host:${50_000 + at} RST ACK seq=0 ack=1`)
  const { connection } = await diagnosed([captureFile(inOrder(...attempts, opened(5), sent(5.1, 3)))], { incidentAtNs: moment(2.004) })
  expect(connection?.host.port).toBe(50_002)
})
