import { expect, it } from 'vitest'
import type { Source } from '../../../src/core/bytes/chunks.ts'
import { cutBySeek, cutSource } from '../../../src/core/capture/cut-seek.ts'
import { parsePcapHeader } from '../../../src/core/capture/pcap-header.ts'
import { pcapProbe } from '../../../src/core/capture/seek-probe.ts'
import { type BuiltPacket, packets } from '../../support/capture-builder.ts'
import { concat, pcap, pcapng } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'
import { cutToBytes } from '../../support/mangle.ts'

const [SEGMENT] = packets('0 host > peer ACK len=1000')
const START_NS = 1_790_000_000_000_000_000n

/** A packet every 100 ms; every 7th carries a pcap and a pcapng in its payload, records with times in range. */
function manyPackets(count: number, stampOf = (index: number): bigint => START_NS + BigInt(index) * 100_000_000n): BuiltPacket[] {
  if (SEGMENT === undefined) throw new Error('one packet')
  const inner = { ...SEGMENT, timestampNs: START_NS + 5_000_000_000n, bytes: SEGMENT.bytes.slice(0, 200) }
  const carried = concat([SEGMENT.bytes.subarray(0, 54), pcap([inner, inner, inner]), pcapng([inner, inner]).subarray(0, 500)])
  return Array.from({ length: count }, (_, index) => {
    const bytes = index % 7 === 3 ? carried : SEGMENT.bytes.subarray(0, 60 + ((index * 131) % 900))
    return { ...SEGMENT, timestampNs: stampOf(index), bytes, originalLength: bytes.length }
  })
}

function memorySource(bytes: Uint8Array, forward = false): Source {
  return {
    name: 'memory',
    size: bytes.length,
    open: () => [bytes],
    ...(forward ? { openFrom: (offset: number) => reusing(bytes.subarray(offset), 30_000) } : {}),
    read: async (offset, length) => bytes.slice(offset, offset + length),
  }
}

const COUNT = 6000
const MANY = manyPackets(COUNT)

/** Destination 00:10:20:00:…: four bytes too late a record header looks right again, and so does the next one, and so on. */
const SHIFTY = MANY.map((packet) => {
  const bytes = Uint8Array.from(packet.bytes)
  bytes.set([0, 0x10, 0x20, 0])
  return { ...packet, bytes }
})
const FILES: [string, Uint8Array][] = [
  ['pcap', pcap(MANY)],
  ['pcap whose records look right four bytes too late', pcap(SHIFTY)],
  ['big-endian nanosecond pcap', pcap(MANY, { bigEndian: true, nanoseconds: true })],
  ['pcapng with statistics at its end', pcapng(MANY, { drops: 4 })],
  ['big-endian pcapng', pcapng(MANY, { bigEndian: true, interfaces: [{ tsresol: 9 }] })],
]

const windows: [number, number][] = [
  [0, 3],
  [10, 11],
  [250, 260],
  [580, 700],
  [-10, -5],
  [900, 950],
  [299.95, 300.05],
]

it.each(FILES)('a seek in %s gives the bytes of the full pass and reads little more than the window', async (_, file) => {
  for (const [index, [from, to]] of windows.entries()) {
    const window = { fromNs: START_NS + BigInt(Math.round(from * 1e9)), toNs: START_NS + BigInt(Math.round(to * 1e9)) }
    const pieces: Uint8Array[] = []
    const facts = await cutBySeek(memorySource(file, index % 2 === 1), { window }, (piece) => void pieces.push(piece.slice()))
    const full = await cutToBytes(file, window, 65_536)
    expect(facts?.trusted).toBe(true)
    expect(Buffer.from(concat(pieces)).equals(Buffer.from(full.bytes))).toBe(true)
    expect(facts?.kept).toEqual(full.facts.kept)
    expect(facts?.reads.requestsBeforeWindow).toBeLessThanOrEqual(24)
  }
})

it('finds the window of an evenly filled file of 3 GB in a few probes, and of one filled in bursts in 24', async () => {
  const record = pcap(MANY.slice(0, 1)).subarray(24)
  const COUNT_OF_ALL = 2_500_000_000 / record.length
  const reads = async (stampOf: (share: number) => number): Promise<number> => {
    const header = pcap([])
    /** As if the file were there: each record is made when it is read. */
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const size = 24 + Math.floor(COUNT_OF_ALL) * record.length
      const out = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      for (let at = Math.max(24, offset - ((offset - 24) % record.length)); at < offset + out.length; at += record.length) {
        const copy = record.slice()
        const seconds = stampOf((at - 24) / record.length / COUNT_OF_ALL) * 3600
        const view = new DataView(copy.buffer)
        view.setUint32(0, 1_790_000_000 + Math.floor(seconds), true)
        view.setUint32(4, Math.floor((seconds % 1) * 1e6), true)
        const from = Math.max(0, offset - at)
        out.set(copy.subarray(from, Math.min(copy.length, offset + out.length - at)), Math.max(0, at - offset))
      }
      if (offset < 24) out.set(header.subarray(offset, 24))
      return out
    }
    const source: Source = { name: 'made', size: 24 + Math.floor(COUNT_OF_ALL) * record.length, open: () => [], read }
    const window = { fromNs: START_NS + 1_800_000_000_000n, toNs: START_NS + 1_800_000_000_001n }
    const facts = await cutBySeek(source, { window }, () => undefined)
    expect(facts?.trusted).toBe(true)
    return facts?.reads.requestsBeforeWindow ?? Number.NaN
  }
  expect(await reads((share) => share)).toBeLessThanOrEqual(6)
  expect(await reads((share) => share ** 5)).toBeLessThanOrEqual(24)
  expect(await reads((share) => (share < 0.999 ? share / 1000 : (share - 0.999) * 999 + 0.001))).toBeLessThanOrEqual(24)
})

const swapped = (index: number): bigint => START_NS + BigInt(index < COUNT / 2 ? index + COUNT : index) * 100_000_000n
const withGap = (index: number): bigint => START_NS + BigInt(index > 3000 && index < 3100 ? index - 2000 : index) * 100_000_000n

it.each<[string, Uint8Array]>([
  ['a source too short to be worth it, cut off at its end', pcap(MANY.slice(0, 50)).slice(0, -3)],
  ['halves in the wrong order', pcap(manyPackets(COUNT, swapped))],
  ['a pcapng whose second interface comes late', concat([pcapng(MANY.slice(0, 3000)), pcapng(MANY.slice(3000)).subarray(28 + 16)])],
  ['old packets inside the window', pcap(manyPackets(COUNT, withGap))],
])('%s is cut in full where a seek would lie', async (_, file) => {
  const window = { fromNs: START_NS + 290_000_000_000n, toNs: START_NS + 320_000_000_000n }
  let pieces: Uint8Array[] = []
  const open = () => {
    pieces = []
    return (piece: Uint8Array) => void pieces.push(piece.slice())
  }
  await cutSource(memorySource(file), { window }, open)
  const full = await cutToBytes(file, window, 65_536)
  expect(Buffer.from(concat(pieces)).equals(Buffer.from(full.bytes))).toBe(true)
})

it('a probe at any offset finds a true record, also where records look right four bytes too late', () => {
  const file = pcap(SHIFTY.slice(0, 60))
  const starts = new Set<number>()
  for (let at = 24; at < file.length; at += 16 + new DataView(file.buffer).getUint32(at + 8, true)) starts.add(at)
  const probe = pcapProbe(parsePcapHeader(file))
  const found = (offset: number, from: number) => {
    const one = probe(file.subarray(offset), false, { from, to: Number.POSITIVE_INFINITY })
    return one !== undefined && starts.has(offset + one.at)
  }
  const offsets = Array.from({ length: 3000 }, (_, offset) => offset)
  expect(offsets.filter((offset) => !found(offset, Number(START_NS / 1_000_000_000n) - 2))).toEqual([])
  // Without the range of stamps some probes go wrong: the scene is what it says.
  expect(offsets.some((offset) => !found(offset, 0))).toBe(true)
})

it('a source that cannot be read at an offset is not sought', async () => {
  expect(await cutBySeek({ name: 'pipe', open: () => [] }, { window: { fromNs: 0n, toNs: 1n } }, () => undefined)).toBeUndefined()
})
