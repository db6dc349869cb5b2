import { describe, expect, it } from 'vitest'
import { again, captureFile, diagnosed, dressed, elsewhere, inOrder, moment, opened, PRINTER, sent } from '../../support/diagnosed.ts'

const JOB = inOrder(opened(), sent(0.01, 10))
const DATA = 'host > peer PSH ACK len=1000 seq=10001'
const LADDER = again([1, 1.3, 1.9, 3.1, 5.5, 10.3], DATA)
const REST = elsewhere(0.5, 30)
const onlyHost = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes(' peer >'))
    .join('\n')
const wholeSeconds = (text: string): string => text.replace(/^(\d+)\.\d+/gm, '$1')

describe('what a capture hides', () => {
  it('one direction of a connection that was answered: nothing is known of the other', async () => {
    const { verdict, limits } = await diagnosed([captureFile(dressed(inOrder(onlyHost(JOB), LADDER, REST), PRINTER))])
    expect(verdict).toMatchObject({ cause: 'undetermined', abortedBy: 'undetermined' })
    expect(limits.some((limit) => limit.startsWith("only the host's packets"))).toBe(true)
  })

  it.each<[string, string, string]>([
    ['stamps of whole seconds', wholeSeconds(inOrder(JOB, LADDER)), 'the capture stamps its packets with whole seconds'],
    [
      'headers that are cut off',
      inOrder(JOB, LADDER, REST).replaceAll(/$/gm, ' snap=49'),
      'the capture cut its packets inside the TCP header',
    ],
  ])('%s bound how sure a verdict is', async (_, text, limit) => {
    const { verdict, limits } = await diagnosed([captureFile(dressed(text, PRINTER))])
    expect(verdict).toMatchObject({ cause: 'retransmission-timeout', abortedBy: 'host' })
    expect(verdict.confidence).toBeLessThanOrEqual(0.85)
    expect(limits.some((one) => one.startsWith(limit))).toBe(true)
  })

  it.each<[string, readonly number[], number, number]>([
    ['three sends and no more', [1, 1.3, 1.9], 0.3, 0.85],
    ["a stack's whole patience", [1, 1.3, 1.9, 3.1, 5.5, 10.3], 0.9, 1],
  ])('a capture that ends before the incident, after %s', async (_, times, least, most) => {
    const text = inOrder(JOB, again(times, DATA), `${(times.at(-1) ?? 0) + 3} host:9 > 10.0.0.77:9 SYN`)
    const { verdict } = await diagnosed([captureFile(dressed(text, PRINTER))], { incidentAtNs: moment(20) })
    expect(verdict).toMatchObject({ cause: 'retransmission-timeout', abortedBy: 'host' })
    expect(verdict.confidence).toBeGreaterThanOrEqual(least)
    expect(verdict.confidence).toBeLessThanOrEqual(most)
  })
})
