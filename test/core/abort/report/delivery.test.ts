import { expect, it } from 'vitest'
import { captureFile, diagnosed, dressed, logFile, opened, sent } from '../../../support/diagnosed.ts'

const LINUX = { host: 'ttl=64', peer: 'ttl=64' }
const refused = `
0.000 host > peer SYN mss=1460
0.001 peer > host RST ACK`
const whole = `${opened()}${sent(0.01, 4)}
1.0 host > peer FIN ACK
1.001 peer > host ACK
1.002 peer > host FIN ACK
1.003 host > peer ACK`
const part = `${opened()}${sent(0.01, 4)}
1.0 host > peer PSH ACK len=1000
1.1 peer > host RST ACK`
const noneAcked = `${opened()}
1.0 host > peer PSH ACK len=1000
1.3 host > peer PSH ACK len=1000 seq=-1000
2.0 peer > host RST ACK`
const oneSided = whole
  .split('\n')
  .filter((line) => !line.includes('peer > host'))
  .join('\n')
const otherSided = whole
  .split('\n')
  .filter((line) => !line.includes('host > peer'))
  .join('\n')
const unanswered = `
0.000 host > peer SYN mss=1460
1.000 host > peer SYN mss=1460
3.000 host > peer SYN mss=1460`
const damaged = `${opened()}${sent(0.01, 4)}${[1, 2, 4, 8].map((at) => `\n${at}.0 host > peer PSH ACK len=1000 seq=4001 badsum`).join('')}`
const tail = `
5.0 peer > host RST ACK seq=9000 ack=5000
5.1 peer > host RST ACK seq=9000 ack=5000`

it.each([
  ['a refused connection', refused, 'yes', 'nothing of it was sent'],
  ['a connection that nobody answered', unanswered, 'yes', 'nothing of it was sent'],
  [
    "a capture of the peer's packets alone",
    otherSided,
    'not-known',
    'the capture does not hold the other side: how much arrived is not known',
  ],
  [
    'a job whose last segments were damaged',
    damaged,
    'look-first',
    '1,000 of 5,000 bytes were not confirmed at the end of the capture: the device may have a part of the job',
  ],
  [
    'a job that was acknowledged to its end',
    whole,
    'look-first',
    'the device has received the whole job: printing it again may print it twice',
  ],
  [
    'a job that broke off',
    part,
    'look-first',
    '1,000 of 5,000 bytes were not confirmed when the connection ended: the device may have a part of the job',
  ],
  [
    'a job of which nothing was acknowledged',
    noneAcked,
    'look-first',
    'the device confirmed none of the 1,000 bytes that were sent: probably it has nothing of the job',
  ],
  [
    "a capture of the host's packets alone",
    oneSided,
    'not-known',
    'the capture does not hold the other side: how much arrived is not known',
  ],
  [
    'a capture of the end alone',
    tail,
    'not-known',
    'the capture begins in the middle of the connection: what was sent before is not known',
  ],
])('%s may be printed again: says so by what arrived', async (_, text, mayRepeat, says) => {
  const { delivery } = await diagnosed([captureFile(dressed(text, LINUX))])
  expect(delivery).toMatchObject({ mayRepeat, says })
})

it('speaks of a request where no printer listens', async () => {
  const { delivery, recommendations } = await diagnosed([
    captureFile(whole.replaceAll('peer >', 'peer:443 >').replaceAll('> peer', '> peer:443')),
  ])
  expect(delivery?.says).toBe('the device has received the whole request: sending it again may do it twice')
  expect(recommendations).toEqual([])
})

const halfClosed = (until: number) => `${opened()}${sent(0.01, 4)}
1.0 host > peer FIN ACK
1.001 peer > host ACK
${until.toFixed(3)} peer > host PSH ACK len=58
${(until + 0.001).toFixed(3)} host > peer RST`
const at = (seconds: number) => new Date(Date.parse('2026-03-02T09:14:00Z') + seconds * 1000).toISOString()

it('offers the registry as relief only where the measured wait is the Windows timer, and Linux advice only off Windows', async () => {
  const actions = async (until: number, log: string) => {
    const files = [
      captureFile(dressed(halfClosed(until), { host: 'ttl=128', peer: 'ttl=64' }), 'trace.pcap', { start: at(0) }),
      logFile(log),
    ]
    const { recommendations, verdict } = await diagnosed(files)
    expect(verdict.cause).toBe('fin-wait-2-timeout')
    return recommendations.map(({ action }) => action).join('\n')
  }
  const windows = `${at(200)} ERROR port 10.0.0.9:9100: send failed (WSAECONNABORTED 10053)\n`
  expect(await actions(200, windows)).not.toMatch(/TcpFinWait2Delay|tcp_fin_timeout/)
  expect(await actions(200, `${at(200)} ERROR port 10.0.0.9:9100: Broken pipe (EPIPE 32)\n`)).toContain('tcp_fin_timeout')
})
