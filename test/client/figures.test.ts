import { expect, it } from 'vitest'
import { countOf, formatBytes } from '../../src/client/figures.ts'
import { formatSeconds } from '../../src/core/time/duration.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '1.0 MB'],
  [12_345_678, '12.3 MB'],
  [123_456_789, '123 MB'],
  [10_000_000_000, '10.0 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  [0, '0 s'],
  [0.44, '0.4 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [185, '3 min 05 s'],
  [7800, '2 h 10 min'],
  [356_400, '4 d 3 h'],
])('%d seconds read %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

it.each([
  [0, '0 packets'],
  [1, '1 packet'],
  [1_234_567, '1,234,567 packets'],
])('%d of a noun read %s', (count, text) => {
  expect(countOf(count, 'packet')).toBe(text)
})
