import { expect, it } from 'vitest'
import { civilFromDays, daysFromCivil, isoFromNs } from '../../../src/core/time/civil.ts'
import { zoneNamed } from '../../../src/core/time/zone.ts'

const local = (iso: string): number => Date.parse(`${iso}Z`) / 1000
const iso = (seconds: number | undefined): string | undefined =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString().slice(0, 19)

it.each([
  ['Europe/Berlin', '2025-07-01T12:00:00', '2025-07-01T10:00:00', undefined, false],
  ['Europe/Berlin', '2025-01-01T12:00:00', '2025-01-01T11:00:00', undefined, false],
  ['Europe/Berlin', '2025-10-26T02:30:00', '2025-10-26T00:30:00', '2025-10-26T01:30:00', false],
  ['Europe/Berlin', '2025-10-26T03:00:00', '2025-10-26T02:00:00', undefined, false],
  ['Europe/Berlin', '2025-10-26T01:59:59', '2025-10-25T23:59:59', undefined, false],
  ['Europe/Berlin', '2025-03-30T02:30:00', '2025-03-30T01:30:00', undefined, true],
  ['Europe/Berlin', '2025-03-30T03:00:00', '2025-03-30T01:00:00', undefined, false],
  ['America/New_York', '2025-11-02T01:30:00', '2025-11-02T05:30:00', '2025-11-02T06:30:00', false],
  ['Australia/Lord_Howe', '2025-04-06T01:45:00', '2025-04-05T14:45:00', '2025-04-05T15:15:00', false],
  ['Asia/Kolkata', '2025-07-01T12:00:00', '2025-07-01T06:30:00', undefined, false],
  ['+02:00', '2025-07-01T12:00:00', '2025-07-01T10:00:00', undefined, false],
  ['-0330', '2025-07-01T12:00:00', '2025-07-01T15:30:00', undefined, false],
  ['UTC', '2025-07-01T12:00:00', '2025-07-01T12:00:00', undefined, false],
])('%s: %s is %s UTC (or %s), skipped: %s', (name, wall, first, second, inGap) => {
  const found = zoneNamed(name).toUtc(local(wall))
  expect([iso(found.first), iso(found.second), found.inGap]).toEqual([first, second, inGap])
})

it.each(['Mars/Base', '+25:00', '', 'x'.repeat(200)])('%j is no zone', (name) => {
  expect(() => zoneNamed(name)).toThrow(expect.objectContaining({ code: 'bad-option' }))
})

it('dates go to days and back', () => {
  for (let days = -20_000; days < 60_000; days += 37) {
    const { year, month, day } = civilFromDays(days)
    expect(daysFromCivil(year, month, day)).toBe(days)
    expect(Date.UTC(year, month - 1, day) / 86_400_000).toBe(days)
  }
})

it.each([
  [0n, '1970-01-01T00:00:00Z'],
  [1_736_930_901_390_000_000n, '2025-01-15T08:48:21.39Z'],
  [-1n, '1969-12-31T23:59:59.999999999Z'],
])('%d ns is %s', (timestampNs, expected) => {
  expect(isoFromNs(timestampNs)).toBe(expected)
})
