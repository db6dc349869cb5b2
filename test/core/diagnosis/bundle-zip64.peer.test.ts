import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { concat, ZipWriter } from '../../../src/core/diagnosis/bundle-zip.ts'
import { entryContent, randomAccess, readZipDirectory, sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'

const PIECE = new Uint8Array(65_536)
const PIECES = 65_600
/** A little beyond 2^32 bytes. */
const SIZE = PIECE.length * PIECES

function* zeros(): Generator<Uint8Array> {
  for (let i = 0; i < PIECES; i++) yield PIECE
}

it('an entry of more than 4 GiB is written as it streams, and read by our reader, unzip and Python', async () => {
  const out: Uint8Array[] = []
  const writer = new ZipWriter((bytes) => void out.push(bytes.slice()))
  await writer.addBytes('before.txt', new TextEncoder().encode('before'))
  const packed = await writer.addStream('captures/large.pcapng', zeros(), true)
  await writer.addBytes('after.txt', new TextEncoder().encode('after'))
  await writer.finish()
  expect(packed.size).toBe(SIZE)
  expect(SIZE).toBeGreaterThan(2 ** 32)
  const zip = randomAccess(sourceOfBytes('large.zip', concat(out)))
  const { entries } = await readZipDirectory(zip)
  expect(entries.map(({ name, size }) => [name, size])).toEqual([
    ['before.txt', 6],
    ['captures/large.pcapng', SIZE],
    ['after.txt', 5],
  ])
  let read = 0
  for (const entry of entries) if (entry.size > 6) for await (const piece of entryContent(zip, entry)) read += piece.length
  expect(read).toBe(SIZE)
  const folder = mkdtempSync(join(tmpdir(), 'hangup-zip64-'))
  try {
    const file = join(folder, 'large.zip')
    writeFileSync(file, concat(out))
    expect(execFileSync('unzip', ['-l', file], { encoding: 'utf8' })).toContain(String(SIZE))
    expect(execFileSync('unzip', ['-t', file], { encoding: 'utf8' })).toContain('No errors detected')
    const asked =
      'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print([i.file_size for i in z.infolist()], z.read("after.txt").decode())'
    expect(execFileSync('python3', ['-c', asked, file], { encoding: 'utf8' }).trim()).toBe(`[6, ${SIZE}, 5] after`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 600_000)
