import { describe, expect, it } from 'vitest'
import { atOffset, formatInstant, readOffset, readTime } from '../../../src/core/time/instant.ts'

const utc = (text: string): string | undefined => {
  const time = readTime(text)
  return time && formatInstant(atOffset(time.localNs, time.offsetMinutes ?? 0))
}

describe('readTime', () => {
  it.each([
    ['2025-01-15T08:48:21Z', '2025-01-15T08:48:21.000Z'],
    ['2025-01-15 08:48:21.5+02:00', '2025-01-15T06:48:21.500Z'],
    ['2025-01-15T08:48:21.123456789-0530', '2025-01-15T14:18:21.123456789Z'],
    ['2025-01-15T08:48', '2025-01-15T08:48:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['1969-12-31T23:59:59.25Z', '1969-12-31T23:59:59.250Z'],
  ])('%s is %s', (text, instant) => {
    expect(utc(text)).toBe(instant)
  })

  it.each(['', 'yesterday', '2025-02-31T00:00:00Z', '2025-13-01T00:00:00Z', '2025-01-01T24:00:00Z', '2025-01-01', '15/01/2025 08:00'])(
    '%j is no time',
    (text) => {
      expect(readTime(text)).toBeUndefined()
    },
  )

  it('tells a time without an offset from one in UTC', () => {
    expect(readTime('2025-01-15T08:48:21')?.offsetMinutes).toBeUndefined()
    expect(readTime('2025-01-15T08:48:21Z')?.offsetMinutes).toBe(0)
  })
})

describe('readOffset', () => {
  it.each([
    ['Z', 0],
    ['UTC', 0],
    ['+02:00', 120],
    ['-0530', -330],
  ])('%s is %d minutes east', (text, minutes) => {
    expect(readOffset(text)).toBe(minutes)
  })

  it.each(['Europe/Berlin', '+2', '+24:00', '+02:60', ''])('%j is no offset', (text) => {
    expect(readOffset(text)).toBeUndefined()
  })
})
