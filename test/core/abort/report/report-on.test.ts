import { describe, expect, it } from 'vitest'
import { captureFile, diagnosed, dressed, logFile, opened, sent } from '../../../support/diagnosed.ts'

const LINUX = { host: 'ttl=64', peer: 'ttl=64' }
const START = '2026-03-02T09:14:00Z'
const refused = `
0.000 host > peer SYN mss=1460
0.001 peer > host RST ACK`
const probes = [12, 24, 36, 48, 60].map((at) => `${at}.000 host > peer ACK seq=4001 len=0`).join('\n')
const given = `${opened()}${sent(0.01, 4)}
${probes}
72.000 host > peer RST ACK`
const capture = (text: string) => captureFile(dressed(text, LINUX), 'trace.pcap', { start: START })
const logged = (at: string, words: string) => logFile(`${at} ERROR port 10.0.0.9:9100: ${words}\n`)

it('a peer that refuses a SYN has no connection', async () => {
  const { connection, verdict } = await diagnosed([capture(refused)])
  expect(verdict.cause).toBe('connect-refused')
  expect([connection?.hostState, connection?.peerState]).toEqual(['SYN_SENT', 'CLOSED'])
})

it('names no alternative for which nothing speaks', async () => {
  expect((await diagnosed([capture(refused)])).alternatives).toEqual([])
})

it("does not hold the host's own RST against the timer that made the host send it", async () => {
  const { evidence, verdict } = await diagnosed([capture(given)])
  expect([verdict.cause, verdict.abortedBy]).toEqual(['keepalive-timeout', 'host'])
  expect(evidence.filter(({ supports }) => !supports).map(({ says }) => says)).not.toContain('the host sent an RST')
})

describe('what would settle it speaks of the system that the error names', () => {
  it.each([
    ['Windows', '(WSAECONNREFUSED 10061)', /pktmon/, /tcpdump|chronyc/],
    ['Linux', '[Errno 111] Connection refused', /tcpdump -i any/, /pktmon|netsh|w32tm/],
    ['either', 'Connection refused', /tcpdump[\s\S]*pktmon/, /nothing/],
  ])('%s', async (_, words, offers, not) => {
    const { settle } = await diagnosed([capture(refused), logged('2026-03-02T09:14:00.002Z', words)])
    const said = settle.map(({ why, command }) => `${why} ${command}`).join('\n')
    expect(said).toMatch(offers)
    expect(said).not.toMatch(not)
  })
})

it.each([
  ['@PJL USTATUS JOB\\r\\nEND\\r\\nPAGES=12\\r\\n', 'PJL: the job ended, 12 pages'],
  ['@PJL USTATUS JOB\\r\\nCANCELED\\r\\n', 'PJL: the job was cancelled'],
  ['@PJL USTATUS DEVICE\\r\\nCODE=40021\\r\\n', 'PJL status 40021 (operator intervention needed)'],
  ['@PJL INFO ID', 'PJL status'],
])('an answer of %s means “%s”', async (answer, meaning) => {
  const text = `${opened()}${sent(0.01, 2)}
1.0 peer > host PSH ACK data="${answer}"
1.001 peer > host FIN ACK
1.002 host > peer PSH ACK len=1000
1.003 peer > host RST`
  expect((await diagnosed([capture(text)])).peerAnswer?.meaning).toBe(meaning)
})

const FORGED = `${opened()}${sent(0.01, 6)}
1.000 host > peer PSH ACK len=1000 ttl=128 id=900
1.001 peer > host ACK
1.002 host > peer RST ACK ttl=63 id=0
1.010 host > peer PSH ACK len=1000 ttl=128 id=901
1.011 peer > host ACK`

it('an RST that a device sent in the name of the host is said and drawn so', async () => {
  const { verdict, sequence } = await diagnosed([captureFile(dressed(FORGED, { host: 'ttl=128', peer: 'ttl=64' }))], {
    peer: { ip: '10.0.0.9', port: 9100 },
  })
  expect(verdict).toMatchObject({ cause: 'middlebox-reset', headline: expect.stringContaining('in the name of 10.0.0.5') })
  expect(sequence.find(({ flags }) => flags === 'RST ACK')).toMatchObject({ from: 'middlebox', to: 'peer' })
})

it.each([
  ['PSH ACK len=58', 'never closed its own side'],
  ['FIN ACK', 'closed its own side only 150 s later'],
])('a half-closed connection that the peer answers late by %s: it %s', async (late, says) => {
  const text = `${opened()}${sent(0.01, 4)}
1.000 host > peer FIN ACK
1.001 peer > host ACK
151.000 peer > host ${late}
151.001 host > peer RST`
  const { verdict } = await diagnosed([capture(text)])
  expect(verdict).toMatchObject({ cause: 'fin-wait-2-timeout', headline: expect.stringContaining(says) })
})
