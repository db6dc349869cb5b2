import { expect, it } from 'vitest'
import { parseRange } from '../../src/http/range.ts'

it.each([
  ['bytes=0-4', { offset: 0, length: 5 }],
  ['bytes=5-', { offset: 5, length: 5 }],
  ['bytes=-3', { offset: 7, length: 3 }],
  ['bytes=8-99', { offset: 8, length: 2 }],
  ['bytes=5-2', undefined],
  ['bytes=20-12', undefined],
  ['bytes=-', undefined],
  ['bytes=0-1,3-4', undefined],
  ['lines=1-2', undefined],
])('of ten bytes, %s asks for %o', (header, range) => expect(parseRange(header, 10)).toEqual(range))

it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('of ten bytes, %s cannot be satisfied', (header) =>
  expect(() => parseRange(header, 10)).toThrow(expect.objectContaining({ code: 'bad-range' })),
)
