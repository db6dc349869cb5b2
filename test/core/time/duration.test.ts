import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../src/core/time/duration.ts'

describe('parseDuration', () => {
  it.each([
    ['90', 90],
    ['0', 0],
    ['90s', 90],
    ['250ms', 0.25],
    ['5m', 300],
    ['5min', 300],
    ['1.5h', 5400],
    ['2d', 172_800],
    ['PT5M', 300],
    ['PT1M30.5S', 90.5],
    ['P1DT2H', 93_600],
    ['P1W', 604_800],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each(['', 'five minutes', '-5m', 'P', 'PT', 'P1Y', 'P1M', '5 m', '1e9', '5mm', 'NaN'])('%j is no duration', (text) => {
    expect(() => parseDuration(text)).toThrow(/is no duration/)
  })
})
