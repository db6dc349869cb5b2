import { expect, it } from 'vitest'
import { scanCapture } from '../../../src/core/capture/scan.ts'
import { instantToIso } from '../../../src/core/capture/summary.ts'
import { packets } from '../../support/capture-builder.ts'
import { block, concat, pcap, pcapng } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'

const SCENE = `
  0.000001 host > peer SYN
  0.250000 peer > host SYN ACK
  1.999999 host > peer ACK len=3
`
const STAMPS = ['2026-09-29T10:00:00.000001000Z', '2026-09-29T10:00:00.250000000Z', '2026-09-29T10:00:01.999999000Z']

interface Seen {
  readonly stamps: (string | undefined)[]
  readonly frames: Uint8Array[]
  readonly linkTypes: number[]
  readonly interfaces: number[]
}

async function scan(bytes: Uint8Array, size = 64) {
  const seen: Seen = { stamps: [], frames: [], linkTypes: [], interfaces: [] }
  const summary = await scanCapture(reusing(bytes, size), (frame) => {
    seen.stamps.push(Number.isNaN(frame.seconds) ? undefined : instantToIso(frame))
    seen.frames.push(frame.buffer.slice(frame.start, frame.start + frame.capturedLength))
    seen.linkTypes.push(frame.linkType)
    seen.interfaces.push(frame.interfaceIndex)
  })
  return { summary, ...seen }
}

it.each([
  ['pcap', pcap(SCENE)],
  ['big-endian pcap', pcap(SCENE, { bigEndian: true })],
  ['nanosecond pcap', pcap(SCENE, { nanoseconds: true })],
  ['Kuznetzov’s modified pcap', pcap(SCENE, { modified: true })],
  ['big-endian modified pcap', pcap(SCENE, { modified: true, bigEndian: true })],
  ['pcap with FCS bits in the link type', pcap(SCENE, { network: 0x2c000001 })],
  ['pcap with snaplen 0', pcap(SCENE, { snaplen: 0 })],
  ['pcapng', pcapng(SCENE)],
  ['big-endian pcapng', pcapng(SCENE, { bigEndian: true })],
  ['pcapng in nanoseconds', pcapng(SCENE, { interfaces: [{ tsresol: 9 }] })],
  ['pcapng in tenths of a nanosecond', pcapng(SCENE, { interfaces: [{ tsresol: 10 }] })],
  ['pcapng in picoseconds since this year', pcapng(SCENE, { interfaces: [{ tsresol: 12, tsoffset: 1_790_000_000 }] })],
  ['pcapng with a time offset', pcapng(SCENE, { interfaces: [{ tsoffset: 1_000_000_000 }] })],
  ['pcapng with a negative time offset', pcapng(SCENE, { interfaces: [{ tsoffset: -3600, tsresol: 9 }] })],
  ['pcapng with obsolete packet blocks', pcapng(SCENE, { obsolete: true })],
])('%s gives its frames, times and link type, whatever the chunks', async (_, bytes) => {
  for (const size of [1, 5, 31, bytes.length]) {
    const { stamps, frames, linkTypes, summary } = await scan(bytes, size)
    expect(stamps).toEqual(STAMPS)
    expect(frames).toEqual(packets(SCENE).map((packet) => packet.bytes))
    expect(linkTypes).toEqual([1, 1, 1])
    expect(summary).toMatchObject({ frames: 3, damageCount: 0, disorder: { frames: 0 } })
  }
})

it.each<[string, number, string]>([
  ['2^-20 s', 0x94, '2026-09-29T10:00:00.250000000Z'],
  ['2^-64 s', 0xc0, '2026-09-29T10:00:00.250000000Z'],
  ['1 s', 0, '2026-09-29T10:00:00.000000000Z'],
  ['0.1 s', 1, '2026-09-29T10:00:00.200000000Z'],
])('pcapng with a resolution of %s is exact to its ticks', async (_, tsresol, stamp) => {
  const start = tsresol === 0xc0 ? { tsoffset: Date.parse('2026-09-29T10:00:00Z') / 1000 } : {}
  const { stamps } = await scan(pcapng('0.25 host > peer ACK', { interfaces: [{ tsresol, ...start }] }))
  expect(stamps).toEqual([stamp])
})

it('several sections of different byte order keep their own interfaces', async () => {
  const second = pcapng('0.5 [fe80::1]:1 > [fe80::2]:2 ACK', {
    bigEndian: true,
    linkType: 101,
    interfaces: [{ linkType: 101, tsresol: 9 }],
  })
  const { summary, linkTypes, interfaces } = await scan(concat([pcapng(SCENE), second]))
  expect(linkTypes).toEqual([1, 1, 1, 101])
  expect(interfaces).toEqual([0, 0, 0, 1])
  expect(summary).toMatchObject({ sections: 2, byteOrder: 'mixed', frames: 4, linkTypes: [1, 101], disorder: { frames: 1 } })
})

it('blocks without packets are passed over, however long', async () => {
  const extraBlocks = [4, 10, 0xbad, 0x40000bad, 9].map((type) => block(type, new Uint8Array(100_000)))
  const { summary } = await scan(pcapng(SCENE, { extraBlocks }), 1000)
  expect(summary).toMatchObject({ frames: 3, damageCount: 0 })
})

it('frames of 0 bytes and of 256 kB are frames', async () => {
  const [first, second] = packets('0 host > peer ACK\n1 host > peer ACK')
  if (first === undefined || second === undefined) throw new Error('two packets')
  const odd = [{ ...first, bytes: new Uint8Array(0) }, { ...second, bytes: new Uint8Array(262_144), originalLength: 262_144 }, second]
  expect((await scan(pcap(odd), 1000)).frames.map(({ length }) => length)).toEqual([0, 262_144, second.bytes.length])
  expect((await scan(pcapng(odd), 1000)).frames.map(({ length }) => length)).toEqual([0, 262_144, second.bytes.length])
})

it('packets lost are counted from interface statistics', async () => {
  expect((await scan(pcapng(SCENE, { drops: 42 }))).summary.drops).toBe(42)
  expect((await scan(pcapng(SCENE))).summary.drops).toBeUndefined()
})

it('snaplen cuts and time going backwards are counted', async () => {
  const { summary } = await scan(pcap('2 host > peer ACK len=100 snap=60\n0.5 host > peer ACK\n3 host > peer ACK'))
  expect(summary).toMatchObject({ slicedFrames: 1, disorder: { frames: 1, maxSeconds: 1.5 } })
  expect(summary.earliest && instantToIso(summary.earliest)).toBe('2026-09-29T10:00:00.500000000Z')
})

it.each<[string, Uint8Array, string]>([
  ['an empty file', new Uint8Array(0), 'empty-file'],
  ['text', new TextEncoder().encode('no capture at all, but long enough to be one'), 'unknown-format'],
  ['half a file header', pcap('').slice(0, 20), 'malformed-capture'],
  ['Network Monitor', new TextEncoder().encode('GMBU and what follows'), 'convert-first'],
])('%s is refused', async (_, bytes, code) => {
  await expect(scanCapture([bytes])).rejects.toMatchObject({ name: 'InputError', code })
})
