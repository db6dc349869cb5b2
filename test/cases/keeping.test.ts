import { beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/cases/sweep.ts'
import { openCase, putSample, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const DAY = 86_400_000

describe('a deleted case', () => {
  let service: TestService
  let id = ''
  beforeEach(async () => {
    service = await TestService.start()
    id = await openCase(service, { ticket: { system: 'jira', id: 'SECRET-1' }, error: 'WSAECONNRESET' })
    await service.settle()
    await putSample(service, id)
    await putSample(service, id, 'early-close.log')
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
  })

  it('leaves no object, and of its rows only a tombstone and its links, without customer data', async () => {
    await service.call('POST', `/v1/cases/${id}/uploads`, { name: 'inflight.pcap', size: 100 })
    const { status, body } = await service.call<Record<string, unknown>>('DELETE', `/v1/cases/${id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id, files: 2, by: 'key:development' })
    expect(await service.stored()).toEqual([])
    expect(service.objects.pending.size).toBe(0)
    const row = await service.deps.state.cases.get('dev', id)
    expect(JSON.stringify({ ...row, tombstone: undefined })).not.toMatch(/SECRET-1|10\.0\.0\.9|early|WSAECONNRESET|incidentAt/)
    expect(JSON.stringify(row?.tombstone)).not.toMatch(/SECRET-1|10\.0\.0\.9|early/)
    expect(JSON.stringify(await service.deps.state.links.of(id))).not.toMatch(/SECRET-1|10\.0\.0\.9|early/)
    for (const rows of [
      await service.deps.state.files.of(id),
      await service.deps.state.uploads.of(id),
      await service.deps.state.events.after(id, 'audit', 0, 10),
    ]) {
      expect(rows).toEqual([])
    }
  })

  it.each([
    ['GET', ''],
    ['GET', '/diagnosis'],
    ['GET', '/bundle'],
    ['GET', '/events'],
    ['POST', '/diagnose'],
    ['DELETE', ''],
  ])('answers 410 to %s …%s, with its receipt', async (method, what) => {
    await service.call('DELETE', `/v1/cases/${id}`)
    expect(await service.call(method, `/v1/cases/${id}${what}`)).toMatchObject({
      status: 410,
      body: { code: 'deleted', receipt: { id, files: 2 } },
    })
  })

  it('takes no file, and what was on its way in is not kept', async () => {
    let begun: () => void = () => undefined
    const started = new Promise<void>((resolve) => {
      begun = resolve
    })
    const bytes = sampleBytes('early-close.pcap')
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(bytes.slice(0, 5000))
        await started
        await service.call('DELETE', `/v1/cases/${id}`)
        controller.enqueue(bytes.slice(5000))
        controller.close()
      },
    })
    const put = service.fetch('PUT', `/v1/cases/${id}/files/late.pcap`, { body })
    await new Promise((resolve) => setTimeout(resolve, 50))
    begun()
    expect((await put).status).toBe(410)
    expect(await service.stored()).toEqual([])
  })

  it('is emptied once more by the sweep, of what a late worker wrote', async () => {
    await service.call('DELETE', `/v1/cases/${id}`)
    await service.deps.objects.put(`cases/dev/${id}/r9/late/diagnosis.json`, '{}', 'application/json')
    service.clock += 3600_000
    await sweep(service.deps)
    expect(await service.stored()).toEqual([])
  })

  it('is in no list', async () => {
    await service.call('DELETE', `/v1/cases/${id}`)
    expect((await service.call<{ cases: unknown[] }>('GET', '/v1/cases')).body.cases).toEqual([])
  })
})

it('retention deletes a case when its days are over, and not before', async () => {
  const service = await TestService.start({ settings: { retentionDays: 7 } })
  const id = await openCase(service)
  await putSample(service, id)
  service.clock += 7 * DAY - 10_000
  await sweep(service.deps)
  expect((await service.call('GET', `/v1/cases/${id}`)).status).toBe(200)
  service.clock += 20_000
  await sweep(service.deps)
  expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ status: 410, body: { receipt: { by: 'retention' } } })
  expect(await service.stored()).toEqual([])
})

it('a change of the retention counts for cases opened from then on', async () => {
  const service = await TestService.start({ settings: { retentionDays: 30 } })
  const before = await openCase(service)
  await service.call('PATCH', '/v1/settings', { retentionDays: 1 })
  const after = await openCase(service)
  service.clock += 2 * DAY
  await sweep(service.deps)
  expect((await service.call('GET', `/v1/cases/${before}`)).status).toBe(200)
  expect((await service.call('GET', `/v1/cases/${after}`)).status).toBe(410)
})

describe('quotas', () => {
  const bytes = sampleBytes('early-close.pcap')
  it('count bytes a day exactly, parallel uploads included', async () => {
    const service = await TestService.start({ settings: { bytesADay: bytes.length * 3 + 10 } })
    const id = await openCase(service)
    const put = (name: string) =>
      service.call('PUT', `/v1/cases/${id}/files/${name}`, undefined, { body: bytes, headers: { 'content-length': String(bytes.length) } })
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => put(`${name}.pcap`)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(2)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    service.clock += DAY
    expect((await put('f.pcap')).status).toBe(201)
  })

  it('give back what a refused file did not use', async () => {
    const service = await TestService.start({ settings: { bytesADay: bytes.length + 100 } })
    const id = await openCase(service)
    const put = (name: string, body: Uint8Array<ArrayBuffer>, declared: number) =>
      service.call('PUT', `/v1/cases/${id}/files/${name}`, undefined, { body, headers: { 'content-length': String(declared) } })
    expect((await put('bad.cap', new Uint8Array(new TextEncoder().encode('GMBU')), bytes.length)).status).toBe(415)
    expect((await put('good.pcap', bytes, bytes.length)).status).toBe(201)
  })

  it.each([
    ['open cases', { openCases: 1 }, 'too-many-cases'],
    ['files of a case', { filesACase: 1 }, 'too-many-files'],
    ['the size of an upload', { uploadBytes: 100 }, 'too-large'],
  ])('bound %s', async (_what, settings, code) => {
    const service = await TestService.start({ settings })
    const id = await openCase(service)
    const answers = [
      await service.call('POST', '/v1/cases', { incidentAt: '2026-03-02T09:14:07Z' }),
      await putSample(service, id),
      await putSample(service, id, 'early-close.pcap', 'second.pcap'),
    ]
    expect(answers.map(({ body }) => (body as { code?: string }).code)).toContain(code)
  })

  it("of the request rate are the platform's", async () => {
    const service = await TestService.start()
    service.withinRate = async () => false
    const answer = await service.call('GET', '/v1/cases')
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate-limited' } })
    expect(answer.headers.get('retry-after')).toBe('10')
  })
})
