import { describe, expect, it } from 'vitest'
import { MemoryObjects } from '../../src/store/memory-objects.ts'
import type { Objects, PresignedUploads } from '../../src/store/objects.ts'
import { openCase, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const MIB = 1024 * 1024

interface Begun {
  readonly uploadId: string
  readonly links: { readonly self: string; readonly complete: string }
}

interface Status {
  readonly received: readonly { readonly number: number; readonly size: number }[]
  readonly urls: readonly { readonly number: number; readonly url: string }[]
}

/** A store that presigns, as S3 does; `send` is what a client's PUT does. */
function presigning(memory: MemoryObjects) {
  const { create, complete, abort, put } = memory.uploads
  const uploads: PresignedUploads = {
    ...{ create, complete, abort },
    presign: async (key, id, number, _seconds, size) =>
      `https://store.example/${key}?${new URLSearchParams({ id, number: String(number), size: String(size) })}`,
    async list(key, id) {
      const held = memory.pending.get(`${key} ${id}`)
      return (
        held && [...held].map(([number, { length }]) => ({ number, size: length, etag: `${number}` })).sort((a, b) => a.number - b.number)
      )
    },
  }
  const objects: Objects = Object.create(memory, { uploads: { value: uploads } })
  const send = async (url: string, bytes: Uint8Array<ArrayBuffer>) => {
    const { pathname, searchParams } = new URL(url)
    await put(pathname.slice(1), searchParams.get('id') ?? '', Number(searchParams.get('number')), new Blob([bytes]).stream(), bytes.length)
  }
  return { objects, send }
}

async function begun(settings = {}) {
  const memory = new MemoryObjects()
  const { objects, send } = presigning(memory)
  const service = await TestService.start({ settings, deps: { objects } })
  const id = await openCase(service)
  const create = async (more: object = {}) => {
    const { body } = await service.call<Begun>('POST', `/v1/cases/${id}/uploads`, { name: 'trace.pcap', ...more })
    const status = async () => (await service.call<Status>('GET', body.links.self)).body
    return { ...body, status, complete: () => service.call<{ code?: string }>('POST', body.links.complete) }
  }
  return { memory, service, id, send, create }
}

describe('an upload by presigned URLs', () => {
  it('is listed by the store, cut by the job, and its raw bytes are gone', async () => {
    const { memory, service, id, send, create } = await begun()
    const bytes = sampleBytes('early-close.pcap')
    const upload = await create({ size: bytes.length })
    const { urls } = await upload.status()
    expect(urls.map(({ url }) => new URL(url).searchParams.get('size'))).toEqual([String(bytes.length)])
    await send(urls[0]?.url ?? '', bytes)
    expect((await upload.status()).received).toEqual([{ number: 1, size: bytes.length }])
    expect((await upload.complete()).status).toBe(202)
    await service.settle()
    expect((await service.call('GET', `/v1/cases/${id}`)).body).toMatchObject({
      files: [{ state: 'stored', kept: 18, bytesIn: bytes.length }],
    })
    expect([...memory.objects.keys()].filter((key) => key.startsWith('raw/'))).toEqual([])
  })

  it('signs the length of each part, the last one shorter; none where the size is unknown', async () => {
    const { create } = await begun()
    const sizes = async (more: object) => (await (await create(more)).status()).urls.map(({ url }) => new URL(url).searchParams.get('size'))
    expect(await sizes({ size: 11 * MIB, partSize: 5 * MIB })).toEqual([5 * MIB, 5 * MIB, MIB].map(String))
    expect((await sizes({}))[0]).toBe('undefined')
  })

  it('completed by a process that was killed before it could say so is completed once more', async () => {
    const { memory, send, create } = await begun()
    const upload = await create()
    await send((await upload.status()).urls[0]?.url ?? '', sampleBytes('early-close.pcap'))
    const [pending = ''] = memory.pending.keys()
    const [key = '', id = ''] = pending.split(' ')
    await memory.uploads.complete(key, id, [{ number: 1, size: 1, etag: '1' }])
    expect((await upload.complete()).status).toBe(202)
  })

  it('that the store has forgotten is unknown', async () => {
    const { memory, create } = await begun()
    const upload = await create()
    memory.pending.clear()
    expect([(await upload.complete()).body.code, await upload.status()]).toMatchObject(['unknown-upload', { code: 'unknown-upload' }])
  })

  it.each([
    ['more than an upload may have', { uploadBytes: 1000 }, 413, 'too-large'],
    ["more than the tenant's day has left", { bytesADay: 1000 }, 429, 'quota-exceeded'],
  ])('is not completed with %s', async (_what, settings, status, code) => {
    const { service, send, create } = await begun(settings)
    const upload = await create()
    await send((await upload.status()).urls[0]?.url ?? '', sampleBytes('early-close.pcap'))
    expect(await upload.complete()).toMatchObject({ status, body: { code } })
    expect(service.queued).toEqual([])
  })

  it("takes no parts at the service's own address", async () => {
    const { service, id, create } = await begun()
    const { uploadId } = await create()
    const query = `expires=${service.clock + 60_000}&signature=${'0'.repeat(64)}`
    const put = await service.fetch('PUT', `/v1/cases/${id}/uploads/${uploadId}/parts/1?${query}`, {
      body: 'x',
      headers: { 'content-length': '1' },
    })
    expect(put.status).toBe(403)
  })
})
