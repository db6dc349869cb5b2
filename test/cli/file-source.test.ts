import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fileSource } from '../../src/cli/file-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'hangup-'))
const path = join(folder, 'trace.pcap')
const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31) & 255)
writeFileSync(path, bytes)
afterAll(() => rmSync(folder, { recursive: true }))

describe('fileSource', () => {
  it('is named by the base name, and knows its size', async () => {
    const source = await fileSource(path)
    expect([source.name, source.size]).toEqual(['trace.pcap', 700_000])
  })

  it.each([1, 2])('streams the whole file, time %i', async () => {
    const source = await fileSource(path)
    const parts: Buffer[] = []
    for await (const chunk of source.open()) parts.push(Buffer.from(chunk))
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
  })

  it.each([
    ['in the middle', 1000, 5000, 5000],
    ['at the end, only what is there', 699_990, 100, 10],
    ['behind the end, nothing', 800_000, 10, 0],
  ])('reads %s', async (_, offset, length, got) => {
    const source = await fileSource(path)
    const piece = await source.read?.(offset, length)
    expect(piece).toEqual(bytes.subarray(offset, offset + got))
  })

  it('streams a pipe, which has no size and no offsets', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const source = await fileSource(pipe)
    expect([source.size, source.read]).toEqual([undefined, undefined])
  })

  it('says which file is missing', async () => {
    await expect(fileSource(join(folder, 'none.pcap'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
