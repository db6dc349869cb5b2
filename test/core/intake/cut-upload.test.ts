import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { expect, it } from 'vitest'
import { type CutEntry, type CutRequest, cutUpload } from '../../../src/core/intake/cut-upload.ts'
import { CutReceipt, type DigestConnection, type FileOptions } from '../../../src/core/intake/receipt.ts'
import { plainReceipt } from '../../../src/core/intake/receipt-json.ts'
import { DEFAULT_START } from '../../support/capture-builder.ts'
import { concat, pcap, pcapng } from '../../support/capture-files.ts'

const START_NS = BigInt(Date.parse(DEFAULT_START)) * 1_000_000n
const seconds = (value: number): bigint => START_NS + BigInt(Math.round(value * 1e9))

const SCENE = `
  0.0 host > peer SYN mss=1460
  0.1 peer > host SYN ACK mss=1460
  0.2 host > peer ACK
  1.0 host > peer PSH ACK len=100
  1.1 host > 10.9.9.9:80 SYN
  1.2 gateway > host ICMP type=3 code=1 quote=4
  1.3 host > * ARP who-has peer
  1.4 host > * ARP who-has gateway
  5.0 peer > host RST
`
const LOG = '2026-09-29T09:59:00Z start\n2026-09-29T10:00:01.500Z job failed: 10054\n2026-09-29T10:00:09Z after\n'

const REQUEST: CutRequest = {
  window: { fromNs: seconds(1), toNs: seconds(2) },
  scope: 'all',
  toolVersion: '0.0.0',
  by: 'service',
}

async function upload(bytes: Uint8Array, name: string, options: FileOptions = {}, request: Partial<CutRequest> = {}) {
  const outputs: { entry: CutEntry; bytes: Uint8Array; end: 'ended' | 'aborted' | undefined }[] = []
  const cut = cutUpload([bytes], name, options, { ...REQUEST, ...request }, (entry) => {
    const output = { entry, bytes: new Uint8Array(0) as Uint8Array, end: undefined as 'ended' | 'aborted' | undefined }
    outputs.push(output)
    return {
      write: (piece) => {
        output.bytes = concat([output.bytes, piece])
      },
      end: () => {
        output.end = 'ended'
      },
      abort: () => {
        output.end = 'aborted'
      },
    }
  })
  return { outputs, receipts: (await cut).map((receipt) => CutReceipt.parse(plainReceipt(receipt))), cut }
}

const connectionsOf = (receipt: CutReceipt | undefined): DigestConnection[] => [...(receipt?.flowDigest?.connections ?? [])]

it('a capture gets a receipt that says what came, what was kept, and the digest of the whole', async () => {
  const { receipts, outputs } = await upload(pcap(SCENE), 'trace.pcap')
  expect(receipts).toHaveLength(1)
  expect(receipts[0]).toMatchObject({
    name: 'trace.pcap',
    kind: 'capture',
    format: 'pcap',
    compression: 'none',
    source: { size: pcap(SCENE).length, recordsSeen: 9, from: '2026-09-29T10:00:00.000000000Z' },
    kept: { records: 5, from: '2026-09-29T10:00:01.000000000Z', to: '2026-09-29T10:00:01.400000000Z' },
    dropped: { before: 3, after: 1, withoutTime: 0, outOfScope: 0 },
    ordinals: [[1, 4]],
  })
  expect(receipts[0]?.kept.sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(connectionsOf(receipts[0]).map(({ responder }) => responder.ip)).toEqual(['10.0.0.9', '10.9.9.9'])
  expect(outputs[0]).toMatchObject({ entry: { fileName: 'trace.pcap', kind: 'capture' }, end: 'ended' })
})

it('scope peers keeps the peer’s packets, its ARP, and the ICMP that quotes it', async () => {
  const { receipts } = await upload(pcap(SCENE), 'trace.pcap', {}, { scope: 'peers', peer: '10.0.0.9' })
  expect(receipts[0]).toMatchObject({
    kept: { records: 3 },
    dropped: { outOfScope: 2 },
    ordinals: [
      [1, 4],
      [2, 6],
    ],
  })
  const other = connectionsOf(receipts[0]).find(({ responder }) => responder.ip === '10.9.9.9')
  expect(other?.originator).not.toHaveProperty('syn')
})

it('a clock offset moves the window onto the file’s clock', async () => {
  const { receipts } = await upload(pcap(SCENE), 'trace.pcap', { clockOffset: 4 })
  expect(receipts[0]).toMatchObject({ kept: { records: 1, from: '2026-09-29T10:00:05.000000000Z' } })
})

it.each([
  ['before it', 60, 'the capture ends 55 s before it'],
  ['long before it', 36_000, 'the capture ends 35995 s before it, which is 9 h 59 min'],
  ['after it', -60, 'the capture begins 58 s after its end'],
])('a window that misses the capture, which lies %s, says by how much', async (_, shift, says) => {
  const window = { fromNs: seconds(shift), toNs: seconds(shift + 2) }
  const { receipts } = await upload(pcap(SCENE), 'trace.pcap', {}, { window })
  expect(receipts[0]?.kept.records).toBe(0)
  expect(receipts[0]?.warnings[0]).toMatchObject({ code: 'nothing-in-window', message: expect.stringContaining(says) })
})

it.each([
  ['before it', 60, 'the log ends 55 s before it'],
  ['after it', -60, 'the log begins 58 s after its end'],
])('a window that misses the log, which lies %s, says by how much', async (_, shift, says) => {
  const window = { fromNs: seconds(shift), toNs: seconds(shift + 2) }
  const log = new TextEncoder().encode('2026-09-29T10:00:00Z job started\n2026-09-29T10:00:05Z job failed\n')
  const { receipts } = await upload(log, 'app.log', {}, { window })
  expect(receipts[0]?.kept.records).toBe(0)
  expect(receipts[0]?.warnings[0]).toMatchObject({ code: 'nothing-in-window', message: expect.stringContaining(says) })
})

it('packets without a time are in no window, and the receipt says so', async () => {
  const { receipts } = await upload(pcapng(`- host > peer ACK\n1.5 host > peer ACK`), 'trace.pcapng')
  expect(receipts[0]).toMatchObject({ kept: { records: 1 }, dropped: { withoutTime: 1 } })
  expect(receipts[0]?.quality.join()).toMatch(/1 packets carry no time/)
})

it('a gzipped capture is unpacked and stored under its own name', async () => {
  const { receipts, outputs } = await upload(gzipSync(pcap(SCENE)), 'trace.pcap.gz')
  expect(receipts[0]).toMatchObject({ compression: 'gzip', kept: { records: 5 }, source: { size: gzipSync(pcap(SCENE)).length } })
  expect(outputs[0]?.entry.fileName).toBe('trace.pcap')
})

it('a log is cut by its stamps', async () => {
  const { receipts, outputs } = await upload(strToU8(LOG), 'batch.log')
  expect(receipts[0]).toMatchObject({ kind: 'log', kept: { records: 1 }, flowDigest: null })
  expect(new TextDecoder().decode(outputs[0]?.bytes)).toContain('10054')
})

it('a zip gives a receipt for each file, whatever its names are', async () => {
  const zip = zipSync({
    '../../etc/pässwd .pcap': pcap(SCENE),
    'logs/batch.log': strToU8(LOG),
    'a/': new Uint8Array(0),
    'empty.txt': new Uint8Array(0),
  })
  const { receipts, outputs } = await upload(zip, 'case.zip')
  expect(receipts.map(({ kind, entry, compression, kept }) => [kind, entry, compression, kept.records])).toEqual([
    ['capture', '../../etc/pässwd .pcap', 'zip', 5],
    ['log', 'logs/batch.log', 'zip', 1],
  ])
  expect(outputs.map(({ entry }) => entry.fileName)).toEqual(['p_sswd_.pcap', 'batch.log'])
  expect(receipts[0]?.warnings).toMatchObject([{ code: 'entry-rejected', message: expect.stringContaining('empty.txt') }])
})

const storedWithDescriptor = (): Uint8Array => {
  const zip = zipSync({ 'trace.pcap': [pcap(SCENE), { level: 0 }] })
  const view = new DataView(zip.buffer)
  view.setUint16(6, view.getUint16(6, true) | 8, true)
  for (const at of [14, 18, 22]) view.setUint32(at, 0, true)
  return zip
}

/** The second of two files has the bit that says "encrypted" and random bytes. */
const encrypted = (): Uint8Array => {
  const zip = zipSync({ 'a.pcap': pcap(SCENE), 'b.pcap': pcap(SCENE), 'c.pcap': pcap(SCENE) })
  const second = new TextDecoder('latin1').decode(zip).indexOf('b.pcap') - 30
  const view = new DataView(zip.buffer)
  view.setUint16(second + 6, view.getUint16(second + 6, true) | 1, true)
  return zip
}

const withMethod = (method: number): Uint8Array => {
  const zip = zipSync({ 'trace.pcap': pcap(SCENE) })
  new DataView(zip.buffer).setUint16(8, method, true)
  return zip
}

/** WMI_BUFFER_HEADER of 64 KiB, then the log header's event: marker, size, hook id; TRACE_LOGFILE_HEADER with the buffer size again. */
const etl = (version: number, type: number): Uint8Array => {
  const bytes = new Uint8Array(65_536)
  bytes[2] = 1
  bytes.set([version, 0, type, 0xc0, 0x20, 3, 0, 0], 0x48)
  bytes[0x6a] = 1
  return bytes
}

it.each<[string, Uint8Array, string, FileOptions]>([
  ['an empty file', new Uint8Array(0), 'empty-file', {}],
  ['text without stamps', strToU8('hello\nworld\n'), 'no-timestamps', {}],
  ['a zip whose entry is encrypted (AES)', withMethod(99), 'malformed-archive', {}],
  ['text sent as a capture', strToU8(LOG), 'unknown-format', { kind: 'capture' }],
  ['a Network Monitor capture', strToU8(`GMBU${'\0'.repeat(200)}`), 'convert-first', {}],
  ['a zip stored without lengths', storedWithDescriptor(), 'malformed-archive', {}],
  ['a zip in a zip', zipSync({ 'inner.zip': zipSync({ 'trace.pcap': pcap(SCENE) }) }), 'malformed-archive', {}],
  ['a zip in a gzip', gzipSync(zipSync({ 'trace.pcap': pcap(SCENE) })), 'malformed-archive', {}],
  ['an empty zip', zipSync({}), 'malformed-archive', {}],
  ['a Windows event trace', etl(2, 2), 'convert-first', {}],
  ['a Windows event trace of 32 bits, before Vista', etl(1, 1), 'convert-first', {}],
  [
    'a pcap of AIX, Ethernet',
    Uint8Array.of(0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 2, ...new Uint8Array(15), 6, ...new Uint8Array(200)),
    'convert-first',
    {},
  ],
  ['an Ixia hardware capture', Uint8Array.of(0xac, 1, 0, 0x1c, 2, 0, 4, 0, ...new Uint8Array(200)), 'convert-first', {}],
  ['an Ixia software capture, big-endian', Uint8Array.of(0x1c, 0, 1, 0xab, 0, 2, 0, 4, ...new Uint8Array(200)), 'convert-first', {}],
  [
    'a zip of 201 files',
    zipSync(Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`${n}.pcap`, pcap(SCENE)]))),
    'archive-too-large',
    {},
  ],
])('refuses %s', async (_, bytes, code, options) => {
  await expect(upload(bytes, 'upload', options)).rejects.toMatchObject({ name: 'InputError', code })
})

it.each<[string, Uint8Array]>([
  ['capture', gzipSync(concat([pcap(SCENE), ...Array.from({ length: 300 }, () => pcap(SCENE).subarray(24))]), { level: 0 })],
  ['log', gzipSync(LOG.repeat(2000), { level: 0 })],
])('a gzip %s that is cut off keeps what was good and warns', async (_kind, whole) => {
  const { receipts } = await upload(whole.subarray(0, whole.length * 0.7), 'trace.gz')
  expect(receipts[0]?.kept.records).toBeGreaterThan(0)
  expect(receipts[0]?.warnings).toContainEqual({ code: 'gzip-truncated', message: expect.stringMatching(/cut off.*send it again/) })
  const sound = await upload(whole, 'trace.gz')
  expect(sound.receipts[0]?.warnings.map(({ code }) => code)).not.toContain('gzip-truncated')
})

it.each([
  ['inside a file', 0.45],
  ['behind its last file', 0.8],
])('a zip that is cut off %s keeps what was good and says so', async (_, share) => {
  const zip = zipSync({ 'a.pcap': pcap(SCENE), 'b.pcap': pcap(SCENE) })
  const { receipts } = await upload(zip.subarray(0, zip.length * share), 'case.zip')
  expect(receipts[0]?.kept.records).toBeGreaterThan(0)
  expect(receipts.flatMap(({ warnings }) => warnings.map(({ code }) => code))).toEqual(['zip-truncated'])
})

it('a zip entry with a wrong checksum is kept, and it alone is said to be damaged', async () => {
  const zip = zipSync({ 'a.pcap': pcap(SCENE), 'b.pcap': pcap(SCENE) })
  new DataView(zip.buffer).setUint32(14, 77, true)
  const { receipts } = await upload(zip, 'case.zip')
  expect(receipts.map(({ kept, warnings }) => [kept.records, warnings.map(({ code }) => code)])).toEqual([
    [5, ['zip-damaged']],
    [5, []],
  ])
})

it('a gzip in a zip that is cut off is said to be so', async () => {
  const log = gzipSync(LOG.repeat(50), { level: 0 })
  const { receipts } = await upload(zipSync({ 'app.log.gz': log.subarray(0, 3000) }), 'case.zip')
  expect(receipts[0]?.kept.records).toBeGreaterThan(0)
  expect(receipts[0]?.warnings).toContainEqual({ code: 'gzip-truncated', message: expect.stringContaining('cut off') })
})

it('an encrypted file in a zip is refused by name, and the others are read', async () => {
  const { receipts } = await upload(encrypted(), 'case.zip')
  expect(receipts.map(({ entry, kept }) => [entry, kept.records])).toEqual([
    ['a.pcap', 5],
    ['c.pcap', 5],
  ])
  expect(receipts[0]?.warnings).toEqual([
    {
      code: 'entry-rejected',
      message: expect.stringMatching(/^b\.pcap: a file in the zip is encrypted with a password \(ZipCrypto\).*again without/),
    },
  ])
})

it('a zip goes on behind a file whose length it does not know', async () => {
  const whole = storedWithDescriptor()
  const content = pcap(SCENE)
  const descriptor = new DataView(new ArrayBuffer(16))
  for (const [at, word] of [0x08074b50, 99, content.length, content.length].entries()) descriptor.setUint32(at * 4, word, true)
  const first = concat([whole.subarray(0, 30 + 'trace.pcap'.length), content, new Uint8Array(descriptor.buffer)])
  const { receipts } = await upload(concat([first, zipSync({ 'b.pcap': content })]), 'case.zip')
  expect(receipts.map(({ entry }) => entry)).toEqual(['b.pcap'])
  expect(receipts[0]?.warnings[0]?.message).toMatch(/^trace\.pcap: a file is stored in the zip without its length/)
})

it.each<[string, Uint8Array, string, RegExp]>([
  ['a gzip that ends in its header', gzipSync(LOG).subarray(0, 9), 'malformed-archive', /cut off in its header/],
  ['a gzip that ends before it holds a stamp', gzipSync(LOG).subarray(0, 16), 'malformed-archive', /cut off in its data/],
  [
    'a gzip capture that ends before its first packet',
    gzipSync(pcap(SCENE), { level: 0 }).subarray(0, 20),
    'malformed-archive',
    /cut off in its data/,
  ],
])('%s is refused for being cut off, not for what little came of it', async (_, bytes, code, message) => {
  await expect(upload(bytes, 'upload.gz')).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
})

it('what lies inside the window of a bomb is kept up to the limit, and the receipt says why it ends', async () => {
  const limits = { maxBytes: 1_000_000, maxRatio: 200 }
  const line = '2026-09-29T10:00:01.500Z job failed: 10054\n'
  const { receipts } = await upload(gzipSync(line.repeat(50_000)), 'app.log.gz', {}, { limits })
  expect(receipts[0]?.kept.records).toBeGreaterThan(20_000)
  expect(receipts[0]?.kept.bytes).toBeLessThanOrEqual(1_000_000)
  expect(receipts[0]?.warnings).toEqual([
    {
      code: 'expansion-limit',
      message: expect.stringMatching(/unpacks to more than 1000000 bytes: its first \d+ bytes were read.*hangup trim/),
    },
  ])
})
