import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../../src/core/bytes/chunks.ts'
import { cutQuickly } from '../../../src/core/intake/cut-quickly.ts'
import { type CutRequest, cutUpload, type OpenOutput } from '../../../src/core/intake/cut-upload.ts'
import { quickRange } from '../../../src/core/intake/quick-range.ts'
import { CutReceipt } from '../../../src/core/intake/receipt.ts'
import { plainReceipt } from '../../../src/core/intake/receipt-json.ts'
import { type BuiltPacket, DEFAULT_START, packets } from '../../support/capture-builder.ts'
import { concat, pcap, pcapng } from '../../support/capture-files.ts'

const START_NS = BigInt(Date.parse(DEFAULT_START)) * 1_000_000n
const second = (value: number): bigint => START_NS + BigInt(value) * 1_000_000_000n

/** Two hours, a packet a second; the connection begins in each quarter of an hour anew, from another port. */
const COUNT = 7200
const SEGMENTS = [50_000, 50_001, 50_002, 50_003, 50_004, 50_005, 50_006, 50_007].map((port) =>
  packets(`0 host:${port} > peer ACK len=900`),
)
const at = (index: number): BuiltPacket => {
  const [segment] = SEGMENTS[Math.floor(index / 900)] ?? []
  if (segment === undefined) throw new Error('one segment for each quarter')
  return { ...segment, timestampNs: second(index) }
}
const TWO_HOURS = Array.from({ length: COUNT }, (_, index) => at(index))

const REQUEST: CutRequest = {
  window: { fromNs: second(5000), toNs: second(5060) },
  scope: 'all',
  toolVersion: '0.0.0',
  by: 'client',
  keepHeader: true,
}

function memorySource(bytes: Uint8Array): Source & { readonly bytesRead: () => number } {
  let count = 0
  return {
    name: 'trace.pcap',
    size: bytes.length,
    open: () => [bytes],
    read: async (offset, length) => {
      count += length
      return bytes.slice(offset, offset + length)
    },
    bytesRead: () => count,
  }
}

/** Bytes of the outputs that were ended; those of an aborted one count for nothing. */
function collector(): { readonly open: OpenOutput; readonly bytes: () => Uint8Array } {
  let kept = new Uint8Array(0)
  const open: OpenOutput = () => {
    const pieces: Uint8Array[] = []
    return {
      write: (piece) => void pieces.push(piece.slice()),
      end: () => {
        kept = concat(pieces)
      },
      abort: () => undefined,
    }
  }
  return { open, bytes: () => kept }
}

async function both(file: Uint8Array, request: CutRequest = REQUEST) {
  const [quick, full] = [collector(), collector()]
  const source = memorySource(file)
  const { receipt, why } = await cutQuickly(source, {}, request, quick.open)
  const [whole] = await cutUpload([file], 'trace.pcap', {}, request, full.open)
  return {
    receipt: receipt && CutReceipt.parse(plainReceipt(receipt)),
    why,
    whole: whole && plainReceipt(whole),
    kept: quick.bytes(),
    inFull: full.bytes(),
    source,
  }
}

describe('a quick cut', () => {
  it.each([
    ['pcap', pcap(TWO_HOURS)],
    ['pcapng', pcapng(TWO_HOURS, { drops: 4 })],
  ])('of a %s keeps the bytes of the full pass, and its receipt says how little was read', async (_, file) => {
    const { receipt, whole, kept, inFull, source } = await both(file)
    expect(Buffer.from(kept).equals(Buffer.from(inFull))).toBe(true)
    expect(receipt?.kept).toEqual(whole?.kept)
    expect(receipt).toMatchObject({ source: { size: null, recordsSeen: null, sha256: null, from: null, to: null }, ordinals: [] })
    const range = quickRange(receipt)
    expect(Date.parse(range?.from ?? '')).toBeLessThanOrEqual(Number(second(5000 - 600) / 1_000_000n))
    expect(Date.parse(range?.from ?? '')).toBeGreaterThan(Number(second(3800) / 1_000_000n))
    expect(receipt?.quality[0]).toMatch(/^quick: of the file only the packets from .* to .* were read/)
    expect(source.bytesRead()).toBeLessThan(file.length)
  })

  it('has a digest of what was read: connections that were over before are not in it', async () => {
    const { receipt, whole } = await both(pcap(TWO_HOURS))
    const first = (one: CutReceipt | undefined) => [...(one?.flowDigest?.connections ?? [])][0]?.originator.port
    expect([first(whole), first(receipt)]).toEqual([50_000, 50_004])
  })

  it('of which all is wanted has the receipt of the full pass', async () => {
    const { receipt, whole } = await both(pcap(TWO_HOURS), { ...REQUEST, window: { fromNs: second(500), toNs: second(COUNT) } })
    expect(receipt).toEqual(whole)
  })

  it('that reads from the first packet on knows where its packets stood', async () => {
    const { receipt, whole } = await both(pcap(TWO_HOURS), { ...REQUEST, window: { fromNs: second(500), toNs: second(560) } })
    expect([receipt?.ordinals, receipt?.source.size]).toEqual([whole?.ordinals, null])
  })

  it.each<[string, Partial<Source> & { bytes: Uint8Array }, string]>([
    ['a packed capture', { bytes: gzipSync(pcap(TWO_HOURS.slice(0, 9))) }, 'it is packed'],
    ['a log', { bytes: Buffer.from('2026-09-29T10:00:00Z INFO one line\n') }, 'it is no capture'],
    ['a pipe', { bytes: pcap(TWO_HOURS.slice(0, 9)), read: undefined, size: undefined }, 'it cannot be read at any place but its start'],
    [
      'a capture in the wrong order',
      { bytes: pcap([...TWO_HOURS.slice(3600), ...TWO_HOURS.slice(0, 3600)]) },
      'it begins damaged or out of order',
    ],
  ])('is none of %s, and says why', async (_, { bytes, ...instead }, says) => {
    const { open, bytes: kept } = collector()
    const { receipt, why } = await cutQuickly({ ...memorySource(bytes), ...instead }, {}, REQUEST, open)
    expect([receipt, kept().length]).toEqual([undefined, 0])
    expect(why).toContain(says)
  })
})
