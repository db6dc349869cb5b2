import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const [NEAR, FAR] = ['c020a.pcap', 'c020b.pcap'].map((name) => join(CORPUS, name))
const AT: string = JSON.parse(readFileSync(join(CORPUS, 'c020.truth.json'), 'utf8')).incident_at
const folder = mkdtempSync(join(tmpdir(), 'hangup-clocks-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A little-endian pcap whose clock was `seconds` ahead. */
function shifted(path: string, seconds: number): string {
  const bytes = readFileSync(path)
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) bytes.writeUInt32LE(bytes.readUInt32LE(at) + seconds, at)
  const moved = join(folder, `${seconds}-${path.split('/').at(-1)}`)
  writeFileSync(moved, bytes)
  return moved
}

const dryRun = (...files: readonly string[]) =>
  runCommand('send', '--dry-run', '--to', 'https://hangup.example', '--key', 'k', '--at', AT, ...files)

const sentOf = (err: string): string[] => [...err.matchAll(/is (?:not )?sent(?:: [\d,]+ packets)?/g)].map(([says]) => says)

describe('two captures of which one is an hour off', () => {
  it.each([
    ['the farther one', () => [NEAR ?? '', shifted(FAR ?? '', 3600)], '1 h 00 min ahead'],
    ['the nearer one', () => [shifted(NEAR ?? '', -3600), FAR ?? ''], '1 h 00 min behind'],
  ])('%s: it is cut with that corrected, and what is sent is what would have been', async (_, files, says) => {
    const { err } = await dryRun(...files())
    expect(err).toContain(says)
    expect(sentOf(err)).toEqual(sentOf((await dryRun(NEAR ?? '', FAR ?? '')).err))
  })

  it('a clock that was stated stays', async () => {
    const { err } = await dryRun(NEAR ?? '', `${shifted(FAR ?? '', 3600)},clockOffset=3600`)
    expect(err).not.toContain('corrected')
  })
})

it('captures that lie inside the window by either clock are cut as they are', async () => {
  // In this case of the corpus the farther one is 54.1 s ahead.
  const { err } = await dryRun(NEAR ?? '', FAR ?? '')
  expect([err.includes('corrected'), sentOf(err).length]).toEqual([false, 2])
})
