import { expect, it } from 'vitest'
import { again, captureFile, diagnosed, dressed, elsewhere, inOrder, opened, PRINTER, sent, verdictOn } from '../../../support/diagnosed.ts'

const JOB = inOrder(opened(), sent(0.01, 10))
const REST = elsewhere(0.5, 30)
const STATUS = 'data="@PJL USTATUS DEVICE\\r\\nCODE=40021\\r\\nDISPLAY="'
const statusThenReset = inOrder(
  JOB,
  `0.3 host > peer PSH ACK len=1000\n0.302 peer > host PSH ACK ${STATUS}\n0.31 host > peer PSH ACK len=1000\n0.312 peer > host RST ACK`,
  REST,
)

it.each<[string, string, string, string, string]>([
  [
    'an RST in the middle of the job',
    inOrder(JOB, '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK', REST),
    'peer-reset',
    'peer',
    'rst',
  ],
  ['a status and an RST with data unread', statusThenReset, 'early-close', 'peer', 'rst'],
  [
    'a status and an RST in the instant in which the window is full of unread data',
    inOrder(
      JOB,
      `0.3 host > peer PSH ACK len=1000\n0.302 peer > host ACK win=0\n0.47 peer > host PSH ACK win=0 ${STATUS}\n0.471 peer > host RST ACK`,
      REST,
    ),
    'early-close',
    'peer',
    'rst',
  ],
  [
    'its false friend: the window had been closed for twenty seconds, with probes, when the status and the RST came',
    inOrder(
      JOB,
      `0.302 peer > host ACK win=0`,
      ...[2, 6, 14].map((at) => `${at} host > peer ACK len=1\n${at}.002 peer > host ACK win=0 ack=10001`),
      `20 peer > host PSH ACK win=0 ack=10001 ${STATUS}\n20.001 peer > host RST ACK`,
      REST,
    ),
    'zero-window-stall',
    'peer',
    'rst',
  ],
  [
    'a FIN in the middle of the job, and RSTs for what came later',
    inOrder(JOB, '0.3 peer > host FIN ACK\n0.301 host > peer ACK\n0.31 host > peer PSH ACK len=1000\n0.312 peer > host RST seq=2', REST),
    'early-close',
    'peer',
    'fin',
  ],
  [
    'a FIN after 270 quiet seconds, and data that come too late',
    inOrder(
      JOB,
      '270.05 peer > host FIN ACK\n270.051 host > peer ACK\n300 host > peer PSH ACK len=1000\n300.002 peer > host RST seq=2',
      elsewhere(0.5, 310, 20),
    ),
    'peer-idle-close',
    'peer',
    'fin',
  ],
  [
    'retransmissions in vain, then the RST of a stack that knows nothing',
    inOrder(JOB, again([1, 1.3, 1.9, 3.1, 5.5, 10.3, 20], 'host > peer PSH ACK len=1000 seq=10001'), '20.002 peer > host RST seq=1', REST),
    'peer-restarted',
    'peer',
    'rst',
  ],
  [
    'an RST from another code path of the same stack: another initial TTL, the same number of hops',
    inOrder(JOB, '0.3 host > peer PSH ACK len=1000 ttl=64\n0.302 peer > host RST ACK ttl=64', REST),
    'peer-reset',
    'peer',
    'rst',
  ],
  [
    'an RST in a capture that begins in the middle',
    inOrder(sent(0.01, 10), '0.3 host > peer PSH ACK len=1000\n0.302 peer > host RST ACK', REST),
    'peer-reset',
    'peer',
    'rst',
  ],
])('%s', async (_, text, cause, abortedBy, mechanism) => {
  expect(await verdictOn(text, PRINTER)).toMatchObject({ cause, abortedBy, mechanism })
})

it("decodes the peer's last words and says that the host never saw them", async () => {
  const { peerAnswer } = await diagnosed([captureFile(dressed(statusThenReset, PRINTER))])
  expect(peerAnswer).toMatchObject({ protocol: 'pjl', seenByHost: false })
  expect(peerAnswer?.meaning).toContain('40021')
})

it('keeps the words of the peer back where payload was stripped', async () => {
  const { peerAnswer } = await diagnosed([captureFile(dressed(statusThenReset, PRINTER))], { payloadStripped: true })
  expect(peerAnswer).toMatchObject({ protocol: 'pjl', text: null })
})

it('matches the pause before the FIN to the idle time-out of HP Jetdirect', async () => {
  const text = inOrder(
    JOB,
    '270.05 peer > host FIN ACK\n270.051 host > peer ACK\n300 host > peer PSH ACK len=1000\n300.002 peer > host RST seq=2',
  )
  const { timers } = await diagnosed([captureFile(dressed(text, PRINTER))])
  expect(timers.map(({ name, expectedSeconds }) => [name, expectedSeconds])).toContainEqual(['HP Jetdirect idle time-out', 270])
})

it('knows the host that was called by a client: the one that left is the peer', async () => {
  const text = inOrder(JOB, '0.3 peer > host PSH ACK len=1000\n0.301 host > peer RST ACK', REST)
  expect(await verdictOn(text, PRINTER, { peer: { ip: '10.0.0.5', port: undefined } })).toMatchObject({
    cause: 'early-close',
    abortedBy: 'peer',
  })
})
