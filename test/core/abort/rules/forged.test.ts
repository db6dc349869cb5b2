import { expect, it } from 'vitest'
import { elsewhere, inOrder, opened, STACKS, type Stacks, sent, verdictOn } from '../../../support/diagnosed.ts'

const linux: Stacks = { host: STACKS.linux, peer: STACKS.linux }
const routed: Stacks = { host: 'ttl=128', peer: 'ttl=60' }
const JOB = inOrder(opened(), sent(0.01, 10))
const REST = elsewhere(0.5, 30)
const OTHER_MAC = 'mac=02:00:00:00:00:66'

it.each<[string, string, Stacks, string, string]>([
  [
    'an RST with a foreign TTL and IP-ID, after which the peer goes on',
    inOrder(
      JOB,
      '0.3 host > peer PSH ACK len=1000\n0.3005 peer > host RST seq=1 ttl=243 id=4660\n0.302 peer > host ACK\n0.303 host > peer RST seq=11001',
      REST,
    ),
    linux,
    'middlebox-reset',
    'middlebox',
  ],
  [
    'RSTs to both ends at once',
    inOrder(JOB, '0.3 host > peer RST ACK ttl=63\n0.3001 peer > host RST ACK ttl=63', REST),
    routed,
    'middlebox-reset',
    'middlebox',
  ],
  [
    'an RST one hop nearer than all other packets of the peer',
    inOrder(JOB, '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST seq=1 ttl=64 id=0', REST),
    { host: 'ttl=64', peer: 'ttl=63' },
    'middlebox-reset',
    'middlebox',
  ],
  [
    'an answer quicker than the path',
    inOrder(opened(0, 0.02), sent(0.1, 8, 1000, 0.02), '0.6 host > peer PSH ACK len=1000\n0.601 peer > host RST seq=1 ttl=59', REST),
    routed,
    'middlebox-reset',
    'middlebox',
  ],
  [
    'a second machine that announces the address and resets',
    inOrder(JOB, `1 peer > * ARP is-at ${OTHER_MAC}\n2 host > peer PSH ACK len=1000\n2.001 peer > host RST seq=1 ${OTHER_MAC}`, REST),
    linux,
    'duplicate-address',
    'middlebox',
  ],
  [
    'a gateway that failed over to another link address long before the peer reset',
    inOrder(
      opened(),
      sent(0.01, 10).replace(/(0\.0[3-9]\d* peer > host ACK)/g, `$1 ${OTHER_MAC}`),
      `0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK ${OTHER_MAC}`,
      REST,
    ),
    { host: 'ttl=64', peer: 'ttl=61' },
    'peer-reset',
    'peer',
  ],
  [
    'a host that answers late packets of the peer after its own RST',
    inOrder(JOB, '0.3 host > peer RST ACK\n0.301 peer > host PSH ACK len=100\n0.3011 host > peer RST seq=10001', REST),
    linux,
    'host-abort',
    'host',
  ],
])('%s', async (_, text, stacks, cause, abortedBy) => {
  expect(await verdictOn(text, stacks)).toMatchObject({ cause, abortedBy })
})

it('does not name the peer for sure by an RST that nothing can be compared with', async () => {
  const verdict = await verdictOn('0 host > peer PSH ACK len=1000\n0.002 peer > host RST seq=0', linux)
  expect(verdict.partyConfidence ?? 0).toBeLessThan(0.7)
})

it('does not take an RST that echoes an old acknowledgement for an abort of the host: something had told it to forget', async () => {
  const text = inOrder(
    JOB,
    '0.3 host > peer PSH ACK len=1000\n0.3001 host > peer PSH ACK len=1000\n0.302 peer > host ACK ack=11001\n0.3021 host > peer RST seq=11001',
    REST,
  )
  const verdict = await verdictOn(text, linux)
  expect(verdict.cause).not.toBe('host-abort')
  expect(verdict.partyConfidence ?? 0).toBeLessThan(0.9)
})

it('is never surer than 95 % of the sender of an RST that one capture away from it shows', async () => {
  const verdict = await verdictOn(inOrder(JOB, '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK', REST), linux)
  expect(verdict).toMatchObject({ cause: 'peer-reset', abortedBy: 'peer' })
  expect(verdict.partyConfidence).toBeLessThanOrEqual(0.95)
})
