import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DigestList } from '../../../src/core/intake/digest-list.ts'
import { readReceipt } from '../../../src/core/intake/read-receipt.ts'
import { type CutReceipt, type DigestConnection, MOST_DIGESTED } from '../../../src/core/intake/receipt.ts'
import { indentedPieces, jsonPieces, plainReceipt } from '../../../src/core/intake/receipt-json.ts'
import { ReceiptScanner } from '../../../src/core/intake/receipt-scanner.ts'
import { concat } from '../../support/capture-files.ts'
import { reusing } from '../../support/chunks.ts'

const connection = (streamIndex: number, history = 'ShADadF'): DigestConnection => {
  const end = { ip: '10.0.0.5', port: streamIndex % 65_536, packets: 3, bytes: 10, state: 'closed', after: [0, 0.25, 0.125] }
  const both = { originator: end, responder: { ...end, ip: '2001:db8::9' }, originatorBy: 'syn' as const }
  return { protocol: 'tcp', streamIndex, ...both, connState: 'SF', history, startedAt: '2026-09-29T10:00:00Z', seconds: 1.5 }
}

const receiptOf = (connections: Iterable<DigestConnection>): CutReceipt => ({
  schemaVersion: 1,
  name: 'trace "one", [connections]: {.pcap',
  entry: null,
  kind: 'capture',
  format: 'pcap',
  compression: 'none',
  by: 'client',
  tool: { name: 'hangup', version: '1' },
  source: { size: 1, recordsSeen: 1, sha256: null, from: null, to: null },
  window: { from: '2026-09-29T10:00:00Z', to: '2026-09-29T10:01:00Z' },
  kept: { records: 0, bytes: 0, from: null, to: null, sha256: null },
  dropped: { before: 0, after: 0, withoutTime: 0, outOfScope: 0 },
  ordinals: [[1, 4]],
  options: { flowDigest: { connections: [{ nested: 'not the digest' }] } },
  quality: ['\\"flowDigest\\": {"connections": ['],
  warnings: [],
  flowDigest: { connections: DigestList.of(connections), leftOut: 2, macs: ['02:00:00:00:00:05'] },
  logDigest: null,
})

const textOf = (pieces: Iterable<Uint8Array>): string => new TextDecoder().decode(concat(Array.from(pieces, (piece) => piece.slice())))
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const THREE = [connection(0), connection(1, 'höhö "],}{['), connection(2)]

describe('a digest held as text', () => {
  it('gives back its connections, as objects and as JSON', () => {
    const many = Array.from({ length: 500 }, (_, index) => connection(index))
    const list = DigestList.of(many)
    expect([...list]).toEqual(many)
    expect(list).toHaveLength(500)
    expect(JSON.parse(JSON.stringify(list))).toEqual(many)
    expect(JSON.parse(textOf(list.pieces()))).toEqual(many)
    expect(textOf(new DigestList().pieces())).toBe('[]')
  })

  it('is put in order by keys', () => {
    const list = DigestList.of([3, 1, 2].map((index) => connection(index)))
    list.sort([3, 1, 2])
    expect(Array.from(list, ({ streamIndex }) => streamIndex)).toEqual([1, 2, 3])
  })
})

describe('a receipt as JSON', () => {
  it.each<[string, (receipt: CutReceipt) => Iterable<Uint8Array>]>([
    ['in pieces', jsonPieces],
    ['indented', indentedPieces],
    ['by JSON.stringify', (receipt) => [bytes(JSON.stringify(receipt))]],
  ])('%s says the same, and is read again in pieces of any size', async (_, write) => {
    for (const connections of [[], THREE]) {
      const receipt = receiptOf(connections)
      const text = textOf(write(receipt))
      expect(JSON.parse(text)).toEqual(plainReceipt(receipt))
      for (const size of [1, 7, 100_000]) {
        for (const from of ['store', 'outside'] as const) {
          const read = await readReceipt(reusing(bytes(text), size), from)
          expect(plainReceipt(read)).toEqual(plainReceipt(receipt))
          expect(read.flowDigest?.connections).toBeInstanceOf(DigestList)
        }
      }
    }
  })

  it('inside other JSON is written in its place', () => {
    const receipt = receiptOf(THREE)
    const answer = { name: 'a', none: undefined, receipt, receipts: [receipt, receipt], list: [1, [2]], nothing: null }
    expect(JSON.parse(textOf(jsonPieces(answer)))).toEqual(JSON.parse(JSON.stringify(answer)))
  })

  it('of a log has no digest of connections', async () => {
    const log = { ...receiptOf([]), flowDigest: null }
    expect(await readReceipt([...jsonPieces(log)], 'outside')).toEqual(log)
    expect(JSON.parse(textOf(indentedPieces(log)))).toEqual(log)
  })
})

describe('what is no receipt is refused', () => {
  const sound = textOf(jsonPieces(receiptOf(THREE)))
  const list = sound.lastIndexOf('"connections":[') + '"connections":['.length
  it.each<[string, string]>([
    ['nothing', ''],
    ['half of one', sound.slice(0, sound.length / 2)],
    ['one cut inside its list', sound.slice(0, list + 20)],
    ['one with a number in its list', `${sound.slice(0, list)}7,${sound.slice(list)}`],
    ['one with a list in its list', `${sound.slice(0, list)}[{}],${sound.slice(list)}`],
    ['one with two commas in its list', sound.replace('},{"protocol"', '},,{"protocol"')],
    ['one that closes an object as a list', sound.replace('"seconds":1.5}', '"seconds":1.5]')],
    ['one with another kind of connection', sound.replaceAll('"protocol":"tcp"', '"protocol":"sctp"')],
    ['one that is nested too deep', sound.replace('"nested":', `"nested":${'['.repeat(100)}${']'.repeat(100)},"x":`)],
    ['one that names its digest twice, once with something else', sound.replace('"leftOut":2', '"leftOut":2,"connections":5')],
    ['one with an endless connection', sound.replace('ShADadF', 'D'.repeat(100_000))],
  ])('%s', async (_, text) => {
    await expect(readReceipt(reusing(bytes(text), 50), 'outside')).rejects.toMatchObject({ code: 'bad-receipt' })
  })

  it('one with too many connections', async () => {
    const one = JSON.stringify(connection(1))
    const text = `${sound.slice(0, list)}${`${one},`.repeat(MOST_DIGESTED)}${sound.slice(list)}`
    await expect(readReceipt([bytes(text)], 'store')).rejects.toMatchObject({ code: 'bad-receipt' })
  })

  it('names of fields are understood however they are escaped', async () => {
    const escaped = sound.replace('"flowDigest":{"connections":[{"protocol"', '"flow\\u0044igest":{"connections" : [ {"protocol"')
    expect(plainReceipt(await readReceipt(reusing(bytes(escaped), 3), 'outside'))).toEqual(plainReceipt(receiptOf(THREE)))
  })

  it('any JSON is taken apart and left as it was, or refused', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 1, max: 40 }), (text, size) => {
        const scanner = new ReceiptScanner(() => undefined)
        for (const piece of reusing(bytes(text), size)) scanner.push(piece)
        expect(scanner.end()).toEqual(JSON.parse(text))
      }),
      { numRuns: 300 },
    )
  })
})
