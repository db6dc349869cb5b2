import { expect, it } from 'vitest'
import { captureFile, diagnosed, dressed, elsewhere, inOrder, opened, PRINTER, sent } from '../../support/diagnosed.ts'

const HALF_CLOSED = inOrder(opened(), sent(0.01, 10), '1 host > peer FIN ACK\n1.002 peer > host ACK', elsewhere(0.5, 150, 10))
/** The peer's own FIN, so many seconds after the host's last word, finds the half-closed socket gone. */
const lateFin = (after: number): string =>
  inOrder(HALF_CLOSED, `${1 + after} peer > host FIN ACK\n${1.001 + after} host > peer RST seq=10002`)
const WINDOWS = 'Windows FIN_WAIT_2'

it.each<[string, number, string[], number, number]>([
  ["Windows' FIN_WAIT_2 and the peer's own idle timer", 120, [WINDOWS, 'IIS connection'], 0.7, 0.85],
  ["Windows' FIN_WAIT_2 alone", 130, [WINDOWS], 0.9, 1],
  ['no timer of either side', 40, [], 0.9, 1],
])('a gap that fits %s', async (_, after, names, least, most) => {
  const { verdict, timers } = await diagnosed([captureFile(dressed(lateFin(after), PRINTER))])
  expect(timers.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  if (names.length === 0) expect(timers).toEqual([])
  expect(verdict).toMatchObject({ cause: 'fin-wait-2-timeout', abortedBy: 'host' })
  expect(verdict.confidence).toBeGreaterThanOrEqual(least)
  expect(verdict.confidence).toBeLessThanOrEqual(most)
})

it('lists what fits the silence before an RST that answers nothing, of the path and of the peer', async () => {
  const text = inOrder(opened(), sent(0.01, 3), '240.022 peer > host RST ACK', elsewhere(0.5, 250, 20))
  const { timers } = await diagnosed([captureFile(dressed(text, PRINTER))])
  expect(timers.map(({ name }) => name)).toEqual(['Azure Load Balancer'])
})
