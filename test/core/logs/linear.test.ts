import { expect, it } from 'vitest'
import { cut } from './support.ts'

const STAMP = '2025-01-15 08:00:00'
const SMALL = 32_768 // bytes
const TIMES = 8

/** A log of about `size` bytes. */
type Hostile = (size: number) => string
const lines =
  (line: string): Hostile =>
  (size) =>
    `${STAMP} start\n${line.repeat(Math.ceil(size / line.length))}`
const oneLine =
  (piece: string): Hostile =>
  (size) =>
    `${STAMP} ${piece.repeat(Math.ceil(size / piece.length))}\n`

/** Seconds, the least of three: noise only ever adds. */
async function secondsFor(text: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const started = performance.now()
    await cut(text, { fileOptions: { timezone: 'UTC', keepUndated: true } }, 4096)
    least = Math.min(least, performance.now() - started)
  }
  return least / 1000
}

it.each<[string, Hostile]>([
  ['lines that nearly report an error', lines(`${STAMP} error error errno (((((( wsa 1005 econnrese\n`)],
  ['one line that nearly reports errors', oneLine('error error errno (((((( wsa ')],
  ['lines of half addresses', lines(`${STAMP} 10.0.0.10.0.0.10.0.0.:::1:2:3:4:5:6:7:8:9 errno\n`)],
  ['lines of half stamps', lines('2025-01-15 08:0 2025-01-1 15/Jan/20 1736930901\n')],
  ['quotes that are never closed', (size) => `Level,Date and Time,Source\nError,2025/01/15 08:00:00,"${'"",\n'.repeat(size / 4)}`],
  ['one stack trace', lines('\tat a.b.C.d(C.java:12) errno 10053 connection reset by\n')],
  ['a journal entry that never ends', (size) => `__CURSOR=a\n${'MESSAGE=x\n'.repeat(size / 10)}`],
  ['dates that stay open', lines('03/04/2026 10:00:00 error errno\n')],
  ['empty lines', lines('\n')],
])('a whole log is cut in linear time: %s', async (_what, hostile) => {
  const small = await secondsFor(hostile(SMALL))
  const large = await secondsFor(hostile(SMALL * TIMES))
  // Quadratic time would be 64 times as much. A millisecond hides what is too quick to be told.
  expect(large).toBeLessThan((small + 0.001) * TIMES * 3)
})
