import { beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/cases/sweep.ts'
import { openCase, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const MIB = 1024 * 1024
const PCAP = sampleBytes('early-close.pcap')

/** The sample with its first packet (of an hour before) repeated until it has about `size` bytes. */
function grown(size: number): Uint8Array<ArrayBuffer> {
  const packet = PCAP.subarray(24, 24 + 16 + new DataView(PCAP.buffer).getUint32(32, true))
  const times = Math.floor((size - PCAP.length) / packet.length)
  const whole = new Uint8Array(PCAP.length + times * packet.length)
  whole.set(PCAP)
  for (let at = 0; at < times; at++) whole.set(packet, PCAP.length + at * packet.length)
  return whole
}

interface Status {
  readonly partSize: number
  readonly received: { number: number; size: number }[]
  readonly urls: { number: number; url: string }[]
}

let service: TestService
let id = ''
beforeEach(async () => {
  service = await TestService.start()
  id = await openCase(service)
})

const create = async (size?: number, name = 'big.pcap') => {
  const { body } = await service.call<{ uploadId: string; partSize: number }>('POST', `/v1/cases/${id}/uploads`, {
    name,
    size,
    partSize: 5 * MIB,
  })
  return `/v1/cases/${id}/uploads/${body.uploadId}`
}
const status = async (path: string, from = 1) => (await service.call<Status>('GET', `${path}?from=${from}`)).body
const putPart = async (whole: Uint8Array<ArrayBuffer>, { number, url }: { number: number; url: string }, key: string | null = null) => {
  const body = whole.slice((number - 1) * 5 * MIB, number * 5 * MIB)
  return service.fetch('PUT', url, { body, key, headers: { 'content-length': String(body.length) } })
}
const send = async (whole: Uint8Array<ArrayBuffer>, path: string) => {
  for (const part of (await status(path)).urls) expect((await putPart(whole, part)).status).toBe(200)
}
const file = async () => (await service.call<{ files: Record<string, unknown>[] }>('GET', `/v1/cases/${id}`)).body.files[0]

describe('a resumable upload', () => {
  it('goes on where it stopped, is cut by a job, and leaves no raw byte', async () => {
    const whole = grown(11 * MIB)
    const path = await create(whole.length)
    const [first] = (await status(path)).urls
    if (first) await putPart(whole, first)
    const after = await status(path)
    expect(after.received).toEqual([{ number: 1, size: 5 * MIB }])
    expect(after.urls.map(({ number }) => number)).toEqual([2, 3])
    await send(whole, path)
    expect(await service.call('POST', `${path}/complete`)).toMatchObject({ status: 202 })
    expect(await service.stored('raw/')).toHaveLength(1)
    await service.settle()
    expect(await file()).toMatchObject({
      name: 'big.pcap',
      state: 'stored',
      kept: 18,
      bytesIn: whole.length,
      rawDeletedAt: expect.any(String),
    })
    expect(await service.stored('raw/')).toEqual([])
  })

  it('completed twice, and its job delivered twice, is one file', async () => {
    const whole = grown(6 * MIB)
    const path = await create(whole.length)
    await send(whole, path)
    await service.call('POST', `${path}/complete`)
    await service.call('POST', `${path}/complete`)
    expect(service.queued).toHaveLength(2)
    await service.settle()
    expect(await service.stored(`cases/dev/${id}/files/`)).toHaveLength(2)
    expect(await file()).toMatchObject({ state: 'stored', kept: 18 })
  })

  it('completed again when its cut is done, is answered as before and not cut again', async () => {
    const whole = grown(6 * MIB)
    const path = await create(whole.length)
    await send(whole, path)
    await service.call('POST', `${path}/complete`)
    await service.settle()
    expect(await service.call('POST', `${path}/complete`)).toMatchObject({ status: 202, body: { uploadId: path.split('/').at(-1) } })
    expect(service.queued).toHaveLength(0)
    expect(await file()).toMatchObject({ state: 'stored', kept: 18 })
  })

  it.each([
    ['a part that is missing', 2],
    ['all parts missing', 0],
  ])('is not complete with %s', async (_what, parts) => {
    const whole = grown(16 * MIB)
    const path = await create(whole.length)
    for (const part of (await status(path)).urls.slice(0, parts)) await putPart(whole, part)
    expect(await service.call('POST', `${path}/complete`)).toMatchObject({ status: 409, body: { code: 'upload-incomplete' } })
  })

  it('of no evidence is shown as rejected, and nothing of it is left', async () => {
    const path = await create()
    const [first] = (await status(path)).urls
    if (first) await putPart(new Uint8Array(new TextEncoder().encode('GMBU'.padEnd(1000, 'x'))), first)
    await service.call('POST', `${path}/complete`)
    await service.settle()
    expect(await file()).toMatchObject({ state: 'rejected', problem: { code: 'convert-first' } })
    expect(await service.stored()).toEqual([])
  })

  it('stands in the way of a diagnosis', async () => {
    await create(100)
    expect(await service.call('POST', `/v1/cases/${id}/diagnose`)).toMatchObject({ status: 409, body: { code: 'uploads-in-progress' } })
  })

  it('that is cancelled is unknown, and its URLs are dead', async () => {
    const path = await create(6 * MIB)
    const { urls } = await status(path)
    expect(await service.call('DELETE', path)).toMatchObject({ status: 204 })
    expect(await service.call('GET', path)).toMatchObject({ status: 404, body: { code: 'unknown-upload' } })
    expect((await putPart(grown(6 * MIB), urls[0] ?? { number: 0, url: '' })).status).toBe(404)
  })

  it('dies with its case', async () => {
    const whole = grown(6 * MIB)
    const path = await create(whole.length)
    const { urls } = await status(path)
    await putPart(whole, urls[0] ?? { number: 0, url: '' })
    await service.call('DELETE', `/v1/cases/${id}`)
    expect((await putPart(whole, urls[1] ?? { number: 0, url: '' })).status).toBe(410)
    expect(service.objects.pending.size).toBe(0)
    expect(await service.stored()).toEqual([])
  })

  it('takes a part only by a URL that was signed for it, until that expires', async () => {
    const whole = grown(6 * MIB)
    const path = await create(whole.length)
    const [first] = (await status(path)).urls
    const url = first?.url ?? ''
    expect((await putPart(whole, { number: 1, url: url.replace('/parts/1', '/parts/2') })).status).toBe(403)
    expect((await putPart(whole, { number: 1, url: url.replace(/expires=\d/, 'expires=9') })).status).toBe(403)
    service.clock += 3600_000
    expect((await putPart(whole, { number: 1, url })).status).toBe(403)
  })

  it('that nobody completes is swept after a day', async () => {
    await create(6 * MIB)
    service.clock += 25 * 3600_000
    await sweep(service.deps)
    expect(service.objects.pending.size).toBe(0)
    expect(await file()).toBeUndefined()
  })

  it('is refused where the tenant forbids raw bytes', async () => {
    await service.call('PATCH', '/v1/settings', { rawUploads: false })
    expect(await service.call('POST', `/v1/cases/${id}/uploads`, { name: 'a.pcap' })).toMatchObject({
      status: 403,
      body: { code: 'raw-uploads-forbidden' },
    })
  })

  it('of more than a consumer can cut is refused with the command that cuts first', async () => {
    const answer = await service.call<{ advice: string }>('POST', `/v1/cases/${id}/uploads`, { name: 'a.pcap', size: 30 * 1024 * MIB })
    expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
    expect(answer.body.advice).toContain('hangup trim')
  })

  it('replaces a file of the same name only when its cut is done', async () => {
    await service.call('PUT', `/v1/cases/${id}/files/big.pcap`, undefined, { body: PCAP })
    const whole = grown(6 * MIB)
    const path = await create(whole.length)
    await send(whole, path)
    await service.call('POST', `${path}/complete`)
    await service.settle()
    expect(await file()).toMatchObject({ bytesIn: whole.length })
    expect(await service.stored(`cases/dev/${id}/files/`)).toHaveLength(2)
  })
})
