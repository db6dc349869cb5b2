import { expect, it } from 'vitest'
import { contains, type Margins, windowRound } from '../../../src/core/time/window.ts'

it('a window holds its start and not its end', () => {
  const window = { fromNs: 10n, toNs: 20n }
  expect([9n, 10n, 19n, 20n].map((t) => contains(window, t))).toEqual([false, true, true, false])
})

it.each<[string, Margins, number, number]>([
  ['by default', {}, -450, 180],
  ['with explicit margins, widened alike', { before: 60, after: 30 }, -180, 150],
  ['with another tolerance', { tolerance: 0 }, -330, 60],
  ['with everything given', { before: 1.5, after: 0, tolerance: 0.5 }, -2, 0.5],
])('the window round an incident %s', (_, margins, from, to) => {
  const window = windowRound(1_000_000_000_000n, margins)
  expect(Number(window.fromNs - 1_000_000_000_000n) / 1e9).toBe(from)
  expect(Number(window.toNs - 1_000_000_000_000n) / 1e9).toBe(to)
})
