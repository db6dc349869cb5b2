import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ed25519Signer, makeSigningKey, verifyEd25519 } from '../../../src/cases/ed25519.ts'
import { writeBundle } from '../../../src/core/diagnosis/bundle.ts'
import { isBundle, openBundle } from '../../../src/core/diagnosis/bundle-read.ts'
import { concat } from '../../../src/core/diagnosis/bundle-zip.ts'
import { sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'
import type { EvidenceFile, Question } from '../../../src/core/diagnosis/question.ts'
import type { ManifestSigner } from '../../../src/core/diagnosis/signature.ts'
import { verifyBundle } from '../../../src/core/diagnosis/verify.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const question: Question = {
  incidentAtNs: 1_740_219_313_000_000_000n,
  window: { fromNs: 1_740_218_863_000_000_000n, toNs: 1_740_219_493_000_000_000n },
  toleranceSeconds: 120,
  host: '192.0.2.5',
  peer: { ip: '192.0.2.9', port: undefined },
  timezone: '+01:00',
  error: undefined,
  revision: 1,
  payloadStripped: false,
}
const file = (entry: string, name: string, content: string): EvidenceFile => ({
  file: entry,
  name,
  kind: entry.startsWith('logs') ? 'log' : 'capture',
  source: sourceOfBytes(name, encode(content)),
  options: { timezone: '+01:00' },
  receipt: undefined,
})
const evidence = [file('captures/a.pcapng', 'a.pcap', 'packets '.repeat(40)), file('logs/b.log', '<b>.log', 'ERROR 10053\n'.repeat(30))]

async function bundle(signer?: ManifestSigner): Promise<Uint8Array> {
  const out: Uint8Array[] = []
  await writeBundle(
    { diagnosis: DIAGNOSES.undetermined, question, connections: [], evidence, signer },
    (bytes) => void out.push(bytes.slice()),
  )
  return concat(out)
}

let signer: ManifestSigner
let signed: Uint8Array
let unsigned: Uint8Array
beforeAll(async () => {
  signer = await ed25519Signer(await makeSigningKey())
  signed = await bundle(signer)
  unsigned = await bundle()
})
const verify = (bytes: Uint8Array, key?: Uint8Array) => verifyBundle(sourceOfBytes('bundle.zip', bytes), verifyEd25519, key)

describe('verifyBundle', () => {
  it('trusts a bundle that the given key signed', async () => {
    expect(await verify(signed, signer.publicKey)).toMatchObject({ ok: true, changed: [], signature: 'valid', trusted: true })
  })

  it('does not trust the key that the bundle itself brings', async () => {
    const { ok, trusted, says } = await verify(signed)
    expect({ ok, trusted }).toEqual({ ok: true, trusted: false })
    expect(says).toContain('Give --key')
  })

  it('says no when another key was given', async () => {
    const other = await ed25519Signer(await makeSigningKey())
    expect(await verify(signed, other.publicKey)).toMatchObject({ ok: false, changed: [], signature: 'valid', trusted: false })
  })

  it('says that an unsigned bundle is unsigned', async () => {
    const result = await verify(unsigned)
    expect(result).toMatchObject({ ok: true, signature: 'unsigned', trusted: false })
    expect(result.says).toContain('not signed')
  })

  it('names the file whose content was changed', async () => {
    const at = indexOf(signed, encode('logs/b.log')) + 'logs/b.log'.length + 4
    const { ok, changed } = await verify(flipped(signed, at, 0x10))
    expect(ok).toBe(false)
    expect(changed.map(({ entry }) => entry)).toContain('logs/b.log')
  })

  it('finds any flipped byte, wherever it is, signed or not', async () => {
    const where = fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 255 }))
    await fc.assert(
      fc.asyncProperty(where, async ([withKey, part, mask]) => {
        const whole = withKey ? signed : unsigned
        expect((await verify(flipped(whole, Math.floor(part * whole.length), mask))).ok).toBe(false)
      }),
      { numRuns: 250 },
    )
  })

  it.each([
    ['cut off', () => signed.subarray(0, signed.length - 100)],
    ['with bytes appended', () => concat([signed, encode('x')])],
    ['empty', () => new Uint8Array()],
    ['no ZIP at all', () => encode('GET / HTTP/1.1\r\n'.repeat(20))],
  ])('a bundle that is %s is not ok', async (_, bytes) => {
    const { ok, changed } = await verify(bytes())
    expect(ok).toBe(false)
    expect(changed.length).toBeGreaterThan(0)
  })

  it('a bundle whose signature was taken out is not taken for an unsigned one', async () => {
    const name = encode('manifest.json.sig')
    const renamed = signed.slice()
    for (let at = indexOf(renamed, name); at >= 0; at = indexOf(renamed, name)) renamed[at] = 0x78
    const { changed } = await verify(renamed)
    expect(changed).toContainEqual({ entry: 'manifest.json.sig', says: expect.stringContaining('is missing') })
  })
})

describe('a bundle', () => {
  it('has the same bytes each time it is written', async () => {
    expect(await bundle()).toEqual(unsigned)
  })

  it('can be opened to ask the same question of the same evidence', async () => {
    const source = sourceOfBytes('bundle.zip', signed)
    expect(await isBundle(source)).toBe(true)
    const opened = await openBundle(source)
    expect(opened.question).toEqual(question)
    expect(opened.evidence.map(({ file: entry, name, kind, options }) => ({ entry, name, kind, options }))).toEqual([
      { entry: 'captures/a.pcapng', name: 'a.pcap', kind: 'capture', options: { timezone: '+01:00' } },
      { entry: 'logs/b.log', name: '<b>.log', kind: 'log', options: { timezone: '+01:00' } },
    ])
    const parts: Uint8Array[] = []
    for await (const chunk of opened.evidence[1]?.source.open() ?? []) parts.push(chunk)
    expect(new TextDecoder().decode(concat(parts))).toBe('ERROR 10053\n'.repeat(30))
  })

  it('is told from other ZIPs', async () => {
    expect(await isBundle(sourceOfBytes('x.zip', encode('PK no')))).toBe(false)
  })
})

function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at
  }
  return -1
}
