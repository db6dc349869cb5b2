import { expect, it } from 'vitest'
import { sameInterval } from '../../src/cases/recurrence.ts'

it.each<[string, number[], number | undefined]>([
  ['one case says nothing', [270], undefined],
  ['always the same timer', [270.1, 269.8, 270], 270],
  ['within a tenth of a long timer', [7200, 7300, 7150], 7200],
  ['no timer', [3, 90, 270], undefined],
  ['no quiet at all', [0, 0, 0.1], undefined],
])('%s', (_says, seconds, interval) => {
  expect(sameInterval(seconds)).toBe(interval)
})
