import { expect, it } from 'vitest'
import { contains } from '../../../src/core/time/window.ts'

it('a window holds its start and not its end', () => {
  const window = { fromNs: 10n, toNs: 20n }
  expect([9n, 10n, 19n, 20n].map((t) => contains(window, t))).toEqual([false, true, true, false])
})
