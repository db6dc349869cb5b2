import { describe, expect, it } from 'vitest'
import {
  again,
  captureFile,
  diagnosed,
  dressed,
  elsewhere,
  inOrder,
  logFile,
  moment,
  opened,
  PRINTER,
  sent,
} from '../../support/diagnosed.ts'

const capture = (...texts: string[]) => captureFile(dressed(inOrder(...texts), PRINTER))
const log = (...lines: (readonly [second: number, text: string])[]) =>
  logFile(lines.map(([second, text]) => `${new Date(Number(moment(second) / 1_000_000n)).toISOString()} ${text}`).join('\n'))

const FAILED = 'job 12 failed: Connection reset by peer. WSA error 10054'
/** A job from `at` on whose data are never acknowledged, and one that ends as it should; between which ports the text says. */
const dying = (at: number, host = 'host', peer = 'peer') =>
  inOrder(
    opened(at),
    sent(at + 0.01, 5),
    again(
      [1, 1.3, 1.9, 3.1, 5.5].map((after) => at + after),
      'host > peer PSH ACK len=1000 seq=5001',
    ),
  )
    .replaceAll('host', host)
    .replaceAll('peer', peer)
const closing = (at: number, host = 'host:50001', peer = 'peer') =>
  inOrder(
    opened(at),
    sent(at + 0.01, 3),
    `${at + 0.1} host > peer FIN ACK\n${at + 0.102} peer > host FIN ACK\n${at + 0.103} host > peer ACK`,
  )
    .replaceAll('host', host)
    .replaceAll('peer', peer)

describe('an error that the log ties to another connection', () => {
  it.each<[string, string, string]>([
    ['of the same peer, to a port that no connection has', dying(1), 'ERROR 10.0.0.9:9101'],
    ['of another peer, beside an orderly close', closing(5), 'ERROR 10.0.0.8:9100'],
  ])('%s is not answered by this one', async (_, text, words) => {
    const { verdict } = await diagnosed(
      [capture(text, elsewhere(0.5, 60)), log([0, 'INFO begin'], [6, `${words} ${FAILED}`], [60, 'INFO end'])],
      {
        incidentAtNs: moment(6),
      },
    )
    expect(verdict).toMatchObject({ cause: 'undetermined', abortedBy: 'undetermined' })
  })

  it.each<[string, string]>([
    ['queue Q7: job 12 (10.0.0.9:9100)', 'host:50002'],
    ['10.0.0.5:50001->10.0.0.9:9100', 'host:50001'],
    ['10.0.0.5:50002->10.0.0.9:9100', 'host:50002'],
  ])('%s decides between two that died alike: %s', async (words, host) => {
    const both = [dying(1, 'host:50001'), dying(1.2, 'host:50002')]
    const files = [capture(...both, elsewhere(0.5, 60)), log([0, 'INFO begin'], [8, `ERROR ${words} ${FAILED}`], [60, 'INFO end'])]
    const { connection } = await diagnosed(files, { incidentAtNs: moment(8) })
    if (words.includes('->')) expect(connection?.host.port).toBe(Number(host.split(':')[1]))
    else expect([50_001, 50_002]).toContain(connection?.host.port)
  })
})

it.each([-75, 75])(
  'a time that is stated %i s off leads to the abnormal end, not to the orderly close at that very second',
  async (off) => {
    const text = inOrder(dying(100), closing(106 + off), elsewhere(0.5, 200, 10))
    const files = [capture(text), log([0, 'INFO begin'], [107, `ERROR 10.0.0.9:9100 ${FAILED}`], [199, 'INFO end'])]
    const { verdict } = await diagnosed(files, { incidentAtNs: moment(106.103 + off) })
    expect(verdict).toMatchObject({ cause: 'retransmission-timeout', abortedBy: 'host' })
  },
)

it('with nothing but a time, one connection open and one closed in order, which of them is meant is not known', async () => {
  const open = inOrder(opened(1), sent(1.01, 3))
  const { verdict } = await diagnosed([capture(closing(5), open)], { incidentAtNs: moment(5.5) })
  expect(verdict.cause).toBe('undetermined')
})

describe('a machine that nobody answers for', () => {
  const ASKED = inOrder(again([4, 5, 6], 'host > * ARP who-has 10.0.0.200'), closing(5), elsewhere(0.5, 60))

  it.each<[string, string | undefined, string]>([
    ['is everyday life where nothing points to it', undefined, 'normal-close'],
    ['is meant where an error names nobody', 'ERROR the job failed: No route to host', 'neighbor-unreachable'],
    ['is meant where the error names it', 'ERROR 10.0.0.200:9100 the job failed: No route to host', 'neighbor-unreachable'],
  ])('%s', async (_, words, cause) => {
    const files = [capture(ASKED), log([0, 'INFO begin'], ...(words ? ([[7, words]] as const) : []), [60, 'INFO end'])]
    expect((await diagnosed(files, { incidentAtNs: moment(7) })).verdict.cause).toBe(cause)
  })
})

it.each<[string, number | undefined, string | null]>([
  ['its clock is known to be an hour ahead', 3600, 'captures/later.pcap'],
  ['nothing is known of its clock', undefined, null],
])('another error is covered by the capture that ran then, where %s', async (_, clockOffset, coveredBy) => {
  const later = captureFile(again([3700, 3730], 'host:4000 > 10.0.0.78:161 UDP len=40'), 'later.pcap', {}, { clockOffset })
  const words = log([0, 'INFO begin'], [8, `ERROR 10.0.0.9:9100 ${FAILED}`], [110, `ERROR 10.0.0.78:9100 ${FAILED}`])
  const { otherErrors } = await diagnosed([capture(dying(1), elsewhere(0.5, 20)), later, words], { incidentAtNs: moment(8) })
  expect(otherErrors.map((one) => one.coveredBy)).toEqual([coveredBy])
})

it('of two errors the one that writes both ends of a captured connection is meant, though its clock is an hour off', async () => {
  const words = log([-90, `ERROR 10.0.0.99:9100 ${FAILED}`], [3608, `ERROR 10.0.0.5:50001->10.0.0.9:9100 ${FAILED}`])
  const { reportedError } = await diagnosed([capture(dying(1, 'host:50001'), elsewhere(0.5, 20)), words], { incidentAtNs: moment(8) })
  expect(reportedError?.ref?.line).toBe(2)
})
