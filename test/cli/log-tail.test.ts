import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { LogTail } from '../../src/cli/log-tail.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangup-tail-'))
const path = join(folder, 'batch.log')
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => writeFileSync(path, 'INFO before anybody looked\n'))

const write = (text: string | Buffer): void => appendFileSync(path, text)

it('gives what is added, once', () => {
  const tail = new LogTail(path)
  write('ERROR 10054\n')
  expect([tail.read(), tail.read()]).toEqual(['ERROR 10054\n', ''])
})

it('gives a line that is written in two pieces whole', () => {
  const tail = new LogTail(path)
  write('INFO one\nERROR 100')
  expect(tail.read()).toBe('INFO one\n')
  write('54\n')
  expect(tail.read()).toBe('ERROR 10054\n')
})

it('gives a last line that stays without its end at the next look', () => {
  const tail = new LogTail(path)
  write('ERROR 10054')
  expect([tail.read(), tail.read(), tail.read()]).toEqual(['', 'ERROR 10054', ''])
})

it.each<[string, () => void]>([
  ['moved away and begun anew', () => renameSync(path, `${path}.1`)],
  ['emptied', () => truncateSync(path)],
])('reads a log from its start that was %s', (_, rotate) => {
  const tail = new LogTail(path)
  rotate()
  write('ERROR 10054\n')
  expect(tail.read()).toBe('ERROR 10054\n')
})

it('gives what an old file still got before it was moved away', () => {
  const tail = new LogTail(path)
  write('ERROR 10053\n')
  renameSync(path, `${path}.1`)
  write('ERROR 10054\n')
  expect([tail.read(), tail.read()]).toEqual(['ERROR 10053\nERROR 10054\n', ''])
})

it('reads UTF-16', () => {
  const tail = new LogTail(path)
  write(Buffer.from('ERROR 10054\n', 'utf16le'))
  expect(tail.read()).toBe('ERROR 10054\n')
})

it('waits for a log that is gone for a moment', () => {
  const tail = new LogTail(path)
  rmSync(path)
  expect(tail.read()).toBe('')
  writeFileSync(path, 'ERROR 10054\n')
  expect(tail.read()).toBe('ERROR 10054\n')
})
