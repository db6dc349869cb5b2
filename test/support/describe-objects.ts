import { beforeAll, describe, expect, it } from 'vitest'
import type { MultipartUploads, Objects, StoredPart } from '../../src/store/objects.ts'

const MIB = 1024 * 1024
const PART = 5 * MIB

/** Bytes that are nowhere alike, so that a part in the wrong place shows. */
function pattern(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(size / 4))
  for (let at = 0, value = seed; at < words.length; at++) words[at] = value = (Math.imul(value, 1664525) + 1013904223) >>> 0
  return new Uint8Array(words.buffer, 0, size)
}

const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value)

async function bytesOf(objects: Objects, key: string, range?: { offset: number; length?: number }) {
  const found = await objects.get(key, range)
  return found && { size: found.size, bytes: Buffer.from(await new Response(found.body).arrayBuffer()) }
}

async function listed(objects: Objects, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const key of objects.list(prefix)) keys.push(key)
  return keys
}

/** One part as a client sends it: to the presigned URL, or through the service. */
export async function sendPart(uploads: MultipartUploads, key: string, id: string, number: number, bytes: Uint8Array<ArrayBuffer>) {
  if (!('presign' in uploads)) return uploads.put(key, id, number, new Blob([bytes]).stream(), bytes.length)
  const answer = await fetch(await uploads.presign(key, id, number, 60, bytes.length), { method: 'PUT', body: bytes })
  if (!answer.ok) throw new Error(`part ${number}: ${answer.status} ${await answer.text()}`)
  return { number, size: bytes.length, etag: answer.headers.get('etag') ?? '' }
}

/**
 * What every store must do: one contract for all adapters.
 *
 * @param listsParts false for wrangler's local S3 endpoint, which does not know ListParts (R2 itself does)
 */
export function describeObjects(name: string, make: () => Objects | Promise<Objects>, listsParts = true): void {
  describe(`${name} as object storage`, () => {
    const folder = `contract-${Math.random().toString(36).slice(2)}/`
    let objects: Objects
    beforeAll(async () => {
      objects = await make()
    })

    describe('an object', () => {
      it('is put, replaced, measured and read', async () => {
        await objects.put(`${folder}a`, 'first', 'text/plain')
        await objects.put(`${folder}a`, text('second!'), 'text/plain')
        expect(await objects.size(`${folder}a`)).toBe(7)
        expect(await bytesOf(objects, `${folder}a`)).toEqual({ size: 7, bytes: Buffer.from('second!') })
      })

      it.each([
        ['from the start', { offset: 0, length: 3 }, 'abc'],
        ['from the middle', { offset: 3, length: 4 }, 'defg'],
        ['to the end', { offset: 7 }, 'hij'],
        ['past the end', { offset: 8, length: 100 }, 'ij'],
      ])('is read in ranges: %s', async (_where, range, expected) => {
        await objects.put(`${folder}r`, 'abcdefghij', 'text/plain')
        expect(await bytesOf(objects, `${folder}r`, range)).toEqual({ size: 10, bytes: Buffer.from(expected) })
      })

      it('may be empty', async () => {
        await objects.put(`${folder}empty`, '', 'text/plain')
        expect(await objects.size(`${folder}empty`)).toBe(0)
        expect(await bytesOf(objects, `${folder}empty`)).toEqual({ size: 0, bytes: Buffer.alloc(0) })
      })

      it('that is not there is undefined', async () => {
        expect([await objects.get(`${folder}none`), await objects.size(`${folder}none`)]).toEqual([undefined, undefined])
      })

      it('may be deleted twice, and with others', async () => {
        await objects.put(`${folder}d/1`, 'x', 'text/plain')
        await objects.put(`${folder}d/2`, 'x', 'text/plain')
        await objects.delete([`${folder}d/1`, `${folder}d/2`, `${folder}d/never`])
        await objects.delete([`${folder}d/1`])
        expect(await listed(objects, `${folder}d/`)).toEqual([])
      })
    })

    it('lists by prefix, and no more than that', async () => {
      for (const key of ['l/b', 'l/a/1', 'l/a/2', 'lx']) await objects.put(`${folder}${key}`, 'x', 'text/plain')
      expect((await listed(objects, `${folder}l/`)).sort()).toEqual(['l/a/1', 'l/a/2', 'l/b'].map((key) => `${folder}${key}`))
    })

    describe('a writer', () => {
      it.each([
        ['nothing', 0],
        ['less than a part', 100_000],
        ['exactly a part', PART],
        ['a part and one byte', PART + 1],
        ['several parts', 2 * PART + 123_457],
      ])('stores %s', async (_what, size) => {
        const content = pattern(size)
        const writer = objects.writer(`${folder}w`, 'application/octet-stream')
        for (let at = 0; at < size; at += 700_001) await writer.write(content.subarray(at, at + 700_001))
        expect(await writer.close()).toBe(size)
        const stored = await bytesOf(objects, `${folder}w`)
        expect([stored?.size, stored?.bytes.equals(content)]).toEqual([size, true])
      })

      it.each([
        ['small', 1000],
        ['begun in parts', PART + 1000],
      ])('that is aborted leaves nothing: %s', async (_what, size) => {
        const writer = objects.writer(`${folder}gone`, 'application/octet-stream')
        await writer.write(pattern(size))
        await writer.abort()
        expect(await objects.size(`${folder}gone`)).toBeUndefined()
      })
    })

    describe('a resumable upload', () => {
      it('is put together from parts that came in any order, one of them twice', async () => {
        const key = `${folder}u`
        const [first, second, last] = [pattern(PART, 1), pattern(PART, 2), pattern(4321, 3)]
        const { uploads } = objects
        const id = await uploads.create(key)
        const sent = new Map<number, StoredPart>()
        for (const [number, bytes] of [[2, second] as const, [3, last] as const, [1, second] as const, [1, first] as const])
          sent.set(number, await sendPart(uploads, key, id, number, bytes))
        expect(await objects.size(key)).toBeUndefined()
        const parts =
          'presign' in uploads && listsParts ? await uploads.list(key, id) : [1, 2, 3].flatMap((number) => sent.get(number) ?? [])
        expect(parts?.map(({ number, size }) => [number, size])).toEqual([
          [1, PART],
          [2, PART],
          [3, 4321],
        ])
        await uploads.complete(key, id, parts ?? [])
        expect((await bytesOf(objects, key))?.bytes.equals(Buffer.concat([first, second, last]))).toBe(true)
        if ('presign' in uploads && listsParts) expect(await uploads.list(key, id)).toBeUndefined()
      })

      it('that is aborted takes no more parts, and may be aborted again', async () => {
        const key = `${folder}aborted`
        const { uploads } = objects
        const id = await uploads.create(key)
        await sendPart(uploads, key, id, 1, pattern(PART))
        await uploads.abort(key, id)
        await expect(sendPart(uploads, key, id, 2, pattern(1000))).rejects.toThrow()
        await uploads.abort(key, id)
        expect(await objects.size(key)).toBeUndefined()
        if ('presign' in uploads && listsParts) expect(await uploads.list(key, id)).toBeUndefined()
      })
    })
  })
}
