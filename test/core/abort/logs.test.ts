import { describe, expect, it } from 'vitest'
import { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import {
  again,
  captureFile,
  diagnosed,
  dressed,
  elsewhere,
  evidenceFile,
  inOrder,
  logFile,
  moment,
  opened,
  PRINTER,
  sent,
} from '../../support/diagnosed.ts'

const line = (second: number, text: string): string =>
  `2026-09-29T10:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000Z ${text}`
const LOG = [
  line(0, 'INFO job 12 connecting to 10.0.0.9:9100'),
  line(20, 'ERROR job 12 aborted: (M1556) Software caused the connection to abort. WSA error 10053'),
  line(40, 'INFO still here'),
].join('\n')
const JOB = inOrder(opened(0.05), sent(0.1, 10))

describe('logs alone', () => {
  it('are decoded, and asked for a capture that is filled in', async () => {
    const diagnosis = await diagnosed([logFile(LOG)])
    expect(diagnosis.connection).toBeNull()
    expect(diagnosis.verdict).toMatchObject({ cause: 'undetermined', abortedBy: 'undetermined', confidence: null })
    expect(diagnosis.reportedError).toMatchObject({ canonical: 'ECONNABORTED', ref: { file: 'logs/print.log', line: 2 } })
    expect(diagnosis.settle.some(({ command }) => command.includes('dumpcap') && command.includes('host 10.0.0.9 and tcp port 9100'))).toBe(
      true,
    )
    expect(diagnosis.recommendations.length).toBeGreaterThan(1)
  })

  it('the words of a ticket are enough for a first diagnosis', async () => {
    const diagnosis = await diagnosed([], { error: 'M1556, WSA error 10053', peer: { ip: '10.0.0.9', port: 9100 } })
    expect(Diagnosis.parse(diagnosis).reportedError).toMatchObject({ canonical: 'ECONNABORTED', ref: null })
    expect(diagnosis.settle[0]?.command).toContain('10.0.0.9')
  })
})

describe('a log beside a capture', () => {
  it('leads to its connection, and its clock is measured', async () => {
    const late = LOG.replaceAll('T10:00', 'T10:07')
    const text = inOrder(
      JOB,
      again([1, 1.3, 1.9, 3.1, 5.5, 10.3], 'host > peer PSH ACK len=1000 seq=10001'),
      '19.9 host > peer RST ACK',
      elsewhere(0.5, 60),
    )
    const diagnosis = await diagnosed([captureFile(dressed(text, PRINTER)), logFile(late)])
    expect(diagnosis.verdict).toMatchObject({ cause: 'retransmission-timeout', abortedBy: 'host' })
    const clock = diagnosis.clocks.find(({ file }) => file === 'logs/print.log')
    expect(clock?.offsetSeconds).toBeCloseTo(420, 0)
    expect(diagnosis.reportedError?.ref?.at).toMatch(/T10:00:(19|20)\./)
  })

  it('shows an abort that the wire does not: the host itself', async () => {
    const rest = Array.from({ length: 30 }, (_, i) => sent(2 + i, 1)).join('')
    const { verdict } = await diagnosed([captureFile(dressed(inOrder(JOB, rest), PRINTER)), logFile(LOG)])
    expect(verdict).toMatchObject({ cause: 'no-wire-cause', abortedBy: 'undetermined', lookAt: 'host' })
  })

  it('does not settle it where the capture ends before', async () => {
    const { verdict, limits } = await diagnosed([captureFile(dressed(JOB, PRINTER)), logFile(LOG)], { incidentAtNs: moment(20) })
    expect(verdict.cause).toBe('undetermined')
    expect(limits.some((limit) => limit.startsWith('the capture ends'))).toBe(true)
  })

  it('is not answered by the proper close of another connection', async () => {
    const other = inOrder(
      opened(12),
      sent(12.1, 3),
      '13 host > peer FIN ACK\n13.002 peer > host FIN ACK\n13.003 host > peer ACK',
    ).replaceAll('peer', 'peer:80')
    const { verdict, connection } = await diagnosed([captureFile(dressed(other, PRINTER)), logFile(LOG)], { incidentAtNs: moment(20) })
    expect(verdict.cause).toBe('undetermined')
    expect(connection).toBeNull()
  })

  it('lists its other errors, and which capture covers them', async () => {
    const more = `${LOG}\n${line(50, 'ERROR job 13 on 10.0.0.8:9100 failed: ECONNRESET')}\n`
    const { otherErrors } = await diagnosed(
      [captureFile(dressed(inOrder(JOB, '10 host > peer RST ACK', elsewhere(0.5, 60)), PRINTER)), logFile(more)],
      { incidentAtNs: moment(10) },
    )
    expect(otherErrors).toContainEqual(expect.objectContaining({ peer: '10.0.0.8:9100', coveredBy: 'captures/trace.pcap' }))
  })
})

describe('what cannot be read', () => {
  it('does not cost the rest', async () => {
    const broken = evidenceFile('broken.pcap', 'capture', new TextEncoder().encode('this is no capture at all'))
    const { verdict, limits, inputs } = await diagnosed([broken, captureFile(dressed(inOrder(JOB, '1 host > peer RST ACK'), PRINTER))])
    expect(verdict.cause).toBe('host-abort')
    expect(limits.some((limit) => limit.startsWith('broken.pcap could not be read'))).toBe(true)
    expect(inputs.map(({ recordsKept }) => recordsKept)).toEqual([0, 24])
  })
})

it('gives the same bytes for the same input, and fits the schema', async () => {
  const ask = () =>
    diagnosed([captureFile(dressed(inOrder(JOB, '0.3 host > peer PSH ACK len=10\n0.302 peer > host RST ACK'), PRINTER)), logFile(LOG)])
  const [one, two] = await Promise.all([ask(), ask()])
  expect(JSON.stringify(one)).toBe(JSON.stringify(two))
  expect(Diagnosis.parse(one)).toEqual(one)
  expect(one.sequence.length).toBeLessThanOrEqual(60)
  const sum = one.alternatives.reduce((total, { confidence }) => total + confidence, one.verdict.confidence ?? 0)
  expect(sum).toBeLessThanOrEqual(1)
})

describe('an error of the log counts for the connection that it may be about', () => {
  const lastWord = inOrder(JOB, '5 peer > host FIN ACK\n5.001 host > peer ACK\n5.3 host > peer RST ACK', elsewhere(0.5, 60))
  const of = (peer: string) =>
    [line(0, 'INFO up'), line(5, `ERROR sending to ${peer} failed: WSA error 10053`), line(50, 'INFO up')].join('\n')

  it.each([
    [
      'of another peer: the last RST is a close',
      of('10.0.0.99:9100'),
      { incidentAtNs: moment(5.3), peer: { ip: '10.0.0.9', port: undefined } },
      'normal-close',
    ],
    ['of this peer: the last RST is what failed', of('10.0.0.9:9100'), { incidentAtNs: moment(5.3) }, 'host-abort'],
    [
      'of another peer, a while later: the last RST is a close',
      of('10.0.0.99:9100').replace('10:00:05', '10:00:45'),
      { incidentAtNs: moment(5.3) },
      'normal-close',
    ],
  ])('%s', async (_, log, question, cause) => {
    const { verdict } = await diagnosed([captureFile(dressed(lastWord, PRINTER)), logFile(log)], question)
    expect(verdict.cause).toBe(cause)
  })

  it('an orderly close is not taken for its end, so as to bend the clock', async () => {
    const clean = inOrder(opened(5), sent(5.1, 3), '5.9 host > peer FIN ACK\n5.901 peer > host FIN ACK\n5.902 host > peer ACK')
    const other = clean.replaceAll('host >', 'host:50001 >').replaceAll('> host', '> host:50001')
    const dead = inOrder(opened(20), sent(20.1, 3), again([60, 60.3, 60.9, 62.1, 64.5, 69.3], 'host > peer PSH ACK len=1000 seq=3001'))
    const log = [line(77, 'INFO job 12 sending to 10.0.0.9:9100'), line(78, 'ERROR job 12 failed: WSA error 10053')].join('\n')
    const text = inOrder(other, dead, elsewhere(0.5, 90))
    const { connection, clocks } = await diagnosed([captureFile(dressed(text, PRINTER)), logFile(log)], { incidentAtNs: moment(78) })
    expect(connection?.host.port).toBe(49822)
    expect(clocks.filter(({ offsetSeconds }) => Math.abs(offsetSeconds) > 60)).toEqual([])
  })

  it('an error whose peer the capture holds goes before a nearer one of a machine that is nowhere in it', async () => {
    const dead = inOrder(JOB, again([1, 1.3, 1.9, 3.1, 5.5, 10.3], 'host > peer PSH ACK len=1000 seq=10001'), elsewhere(0.5, 60))
    const log = [line(20, 'ERROR sending to 10.0.0.9:9100: WSA error 10053'), line(26, 'ERROR sending to 10.0.0.99:9100: WSA error 10060')]
    const { verdict, reportedError } = await diagnosed([captureFile(dressed(dead, PRINTER)), logFile(log.join('\n'))], {
      incidentAtNs: moment(24),
    })
    expect(verdict.cause).toBe('retransmission-timeout')
    expect(reportedError?.ref).toMatchObject({ line: 1 })
  })

  it.each([
    ['goes on for minutes after its error and closes well: no cause on the wire', 120, 'no-wire-cause'],
    ['closes in order at its error: closed, but not for sure', 20, 'normal-close'],
  ])('a connection that %s', async (_, end, cause) => {
    const alive = Array.from({ length: end - 2 }, (_unused, i) => sent(2 + i, 1)).join('')
    const close = `${end} host > peer FIN ACK\n${end}.001 peer > host FIN ACK\n${end}.002 host > peer ACK`
    const log = line(20, 'ERROR sending to 10.0.0.9:9100 aborted: WSA error 10053')
    const { verdict } = await diagnosed([captureFile(dressed(inOrder(JOB, alive, close, elsewhere(0.5, 130)), PRINTER)), logFile(log)], {
      incidentAtNs: moment(20),
    })
    expect(verdict.cause).toBe(cause)
    expect(verdict.confidence).toBeLessThan(0.99)
    if (cause === 'normal-close') expect(verdict.confidence).toBeLessThan(0.9)
  })
})
