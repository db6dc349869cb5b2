import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { concat, ZipWriter } from '../../../src/core/diagnosis/bundle-zip.ts'
import { centralRecord, dataDescriptor, endRecords, localHeader, type ZipEntry } from '../../../src/core/diagnosis/bundle-zip-records.ts'

const noise = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i * 31) >>> (i % 7))

async function* inChunks(content: Uint8Array, size: number) {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function zipOf(chunkSize: number, large = false): Promise<Uint8Array> {
  const out: Uint8Array[] = []
  const zip = new ZipWriter((bytes) => void out.push(bytes.slice()))
  await zip.addBytes('README.txt', new TextEncoder().encode('hello'))
  await zip.addStream('captures/größe.pcapng', inChunks(noise, chunkSize), large)
  await zip.addStream('logs/empty.log', [], large)
  await zip.addBytes('manifest.json', new TextEncoder().encode('{}'), true)
  await zip.finish()
  return concat(out)
}

describe('ZipWriter', () => {
  it.each([false, true])('writes what others read back (ZIP64 entries: %s)', async (large) => {
    const entries = unzipSync(await zipOf(10_000, large))
    expect(Object.keys(entries)).toEqual(['README.txt', 'captures/größe.pcapng', 'logs/empty.log', 'manifest.json'])
    expect(entries['captures/größe.pcapng']).toEqual(noise)
    expect(entries['logs/empty.log']).toHaveLength(0)
  })

  it.each([1, 100, 65_535, 65_536, 65_537])('gives the same bytes for chunks of %i bytes', async (size) => {
    expect(await zipOf(size)).toEqual(await zipOf(200_000))
  })

  it('gives the same packed bytes whether the content came whole or as a stream', async () => {
    const zip = new ZipWriter(() => undefined)
    const whole = await zip.addBytes('a', noise)
    const streamed = await zip.addStream('b', inChunks(noise, 777), false)
    expect({ ...streamed, name: 'a' }).toEqual(whole)
  })
})

describe('ZIP64 records', () => {
  const entry: ZipEntry = { name: 'x', stored: false, streamed: true, zip64: true, crc32: 1, size: 5e9, packedSize: 4.9e9, offset: 6e9 }

  it('an entry past 4 GiB has eight-byte sizes behind it and an extra field in the directory', () => {
    expect(localHeader(entry)).toHaveLength(30 + 1 + 20)
    expect(dataDescriptor(entry)).toHaveLength(24)
    const central = centralRecord(entry)
    const extra = new DataView(central.buffer, 46 + 1)
    expect([extra.getUint16(0, true), extra.getUint16(2, true)]).toEqual([1, 24])
    expect([4, 12, 20].map((at) => Number(extra.getBigUint64(at, true)))).toEqual([5e9, 4.9e9, 6e9])
  })

  it('a directory past 4 GiB has the ZIP64 end record and its locator in front of the end record', () => {
    const end = new DataView(endRecords(3, 6e9, 200).buffer)
    expect(end.byteLength).toBe(56 + 20 + 22)
    expect(Number(end.getBigUint64(48, true))).toBe(6e9)
    expect(Number(end.getBigUint64(56 + 8, true))).toBe(6e9 + 200)
    expect(end.getUint32(56 + 20 + 16, true)).toBe(0xffff_ffff)
  })
})
