import { expect, it } from 'vitest'
import {
  captureFile,
  diagnosed,
  dressed,
  elsewhere,
  inOrder,
  opened,
  STACKS,
  type Stacks,
  sent,
  verdictOn,
} from '../../../support/diagnosed.ts'

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
  [
    'an RST with a sequence number that does not fit, which neither side heeds (RFC 5961)',
    inOrder(
      JOB,
      '0.2 peer > host RST seq=700000 ttl=60\n0.2001 host > peer ACK',
      sent(0.3, 5),
      '1 host > peer FIN ACK\n1.002 peer > host FIN ACK\n1.003 host > peer ACK',
      REST,
    ),
    linux,
    'normal-close',
    'nobody',
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

/** Both sides of a router on one mirror port: every packet again, a millisecond later, with the router's address and one hop less. */
const twice = (text: string): string =>
  inOrder(
    ...inOrder(text)
      .split('\n')
      .map((line, i) => {
        const { at, rest } = /^(?<at>[\d.]+) (?<rest>.*)$/.exec(line)?.groups ?? {}
        const ttl = line.includes(' host > ') ? 128 : 64
        const router = line.includes(' host > ') ? 'mac=02:00:00:00:01:01' : 'mac=02:00:00:00:01:02'
        return `${line} ttl=${ttl} id=${i + 100}\n${(Number(at) + 0.001).toFixed(6)} ${rest} ttl=${ttl - 1} id=${i + 100} ${router}`
      }),
  )
const MIRRORED = inOrder(opened(0, 0.02), sent(0.1, 8, 1000, 0.02))
const AT_ROUTER = '0.6 peer > host RST ACK ttl=64 id=7 mac=02:00:00:00:01:02'

it.each<[string, string, string]>([
  ['there once only, on one side of the router, is the router’s', inOrder(twice(MIRRORED), AT_ROUTER), 'middlebox'],
  ['there twice like all the others is the peer’s', twice(inOrder(MIRRORED, '0.6 peer > host RST ACK')), 'peer'],
])('an RST that is %s', async (_, text, abortedBy) => {
  expect((await verdictOn(text)).abortedBy).toBe(abortedBy)
})

/** A peer that counts its IP-IDs from 700 on. */
const COUNTED = JOB.split('\n')
  .map((line, i) => (line.includes(' peer > ') ? `${line} id=${700 + i}` : line))
  .join('\n')
const MIDDLE = '0.3 host > peer PSH ACK len=1000'

it.each<[string, string, number, number]>([
  ['goes on with the count of its IP-IDs is its own', inOrder(COUNTED, MIDDLE, '0.302 peer > host RST ACK id=740'), 0.9, 0.95],
  ['came after its own FIN is its own', inOrder(JOB, '0.29 peer > host FIN ACK', MIDDLE, '0.302 peer > host RST seq=2'), 0.9, 0.985],
  ['has IP-ID 0 with ACK, though it counts them, may be another’s', inOrder(COUNTED, MIDDLE, '0.302 peer > host RST ACK id=0'), 0.5, 0.89],
  [
    'has IP-ID 0 without ACK, as of an unknown connection, tells nothing',
    inOrder(COUNTED, MIDDLE, '0.302 peer > host RST seq=1 id=0'),
    0.5,
    0.89,
  ],
])('an RST of a peer that %s', async (_, text, least, most) => {
  const verdict = await verdictOn(inOrder(text, REST), linux)
  expect(verdict.abortedBy).toBe('peer')
  expect(verdict.partyConfidence).toBeGreaterThanOrEqual(least)
  expect(verdict.partyConfidence).toBeLessThanOrEqual(most)
})

it.each<[string, string, number, number]>([
  ['nothing marks as its own', 'peer > host RST ACK', 0, 0.899],
  ['echoes the timestamp it answers', 'peer > host RST ACK ts=5003,77', 0.9, 0.95],
])('an RST with the peer’s address that %s', async (_, reset, least, most) => {
  const stamped = '0.29 host > peer PSH ACK len=100 ts=77,5002\n0.292 peer > host ACK ts=5003,77'
  const handshake = '0 host > peer SYN ts=70,0\n0.002 peer > host SYN ACK ts=5000,70\n0.003 host > peer ACK ts=71,5000'
  const verdict = await verdictOn(inOrder(reset.includes('ts=') ? inOrder(handshake, stamped) : JOB, `0.3 ${reset} id=0`, REST), linux)
  expect(verdict).toMatchObject({ abortedBy: 'peer' })
  expect(verdict.partyConfidence).toBeGreaterThanOrEqual(least)
  expect(verdict.partyConfidence).toBeLessThanOrEqual(most)
})

it('is never surer than 95 % of the sender of an RST that one capture away from it shows', async () => {
  const verdict = await verdictOn(inOrder(JOB, '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK', REST), linux)
  expect(verdict).toMatchObject({ cause: 'peer-reset', abortedBy: 'peer' })
  expect(verdict.partyConfidence).toBeLessThanOrEqual(0.95)
})

it.each<[string, string, string, string]>([
  [
    'a firewall maker, beside a printer’s',
    '00:09:0f:00:00:01',
    '00:09:0f:00:00:01 (Fortinet)',
    'Fortinet, whose link address sent the RST',
  ],
  ['nobody in the table', '02:00:00:00:00:66', 'link address 02:00:00:00:00:66;', ''],
])('an RST from the link address of %s is said to be so, as a hint', async (_, mac, words, hint) => {
  const text = inOrder(JOB.replaceAll(/(peer > .*)$/gm, '$1 mac=00:1b:a9:00:00:09'), MIDDLE, `0.302 peer > host RST ACK mac=${mac}`, REST)
  const { evidence } = await diagnosed([captureFile(dressed(text, linux))])
  const said = evidence.map(({ says }) => says).join('\n')
  expect(said).toContain(words)
  expect(said).toContain('00:1b:a9:00:00:09 (Brother)')
  expect(said.includes('makes network devices')).toBe(hint !== '')
})
