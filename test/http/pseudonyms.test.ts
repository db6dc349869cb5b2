import { beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/cases/sweep.ts'
import type { CutReceipt } from '../../src/core/intake/receipt.ts'
import { leaksIn, macForms, originals, wordForms } from '../support/originals.ts'
import { openCase, putSample, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

let service: TestService
beforeEach(async () => {
  service = await TestService.start()
})

const storedBytes = async (id: string): Promise<[string, Buffer][]> =>
  (await service.stored(`cases/dev/${id}/`)).map((key) => [key, Buffer.from(service.objects.objects.get(key) ?? [])])

describe('privacy', () => {
  it('pseudonymises before anything is stored, and gives the map to administrators alone', async () => {
    const id = await openCase(service, { privacy: { payload: 'strip', addresses: 'pseudonymise' } })
    await putSample(service, id)
    await putSample(service, id, 'early-close.log')
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    const secrets = [...originals('10.0.0.9'), ...macForms('02000a000009'), ...wordForms('PJL JOB', 'USTATUS DEVICE')]
    for (const [key, bytes] of await storedBytes(id)) {
      // The bytes of an IPv4 address are short enough to turn up in what is packed: there they are looked for unpacked.
      const sought = key.endsWith('.evidence') ? secrets : secrets.filter(({ length }) => length > 4)
      if (!key.endsWith('pseudonyms.json')) expect(leaksIn(bytes, sought), key).toEqual([])
    }
    expect(await service.call('GET', `/v1/cases/${id}/pseudonyms`)).toMatchObject({
      status: 200,
      body: { ipv4: expect.arrayContaining([[expect.stringContaining('10.0.0.'), expect.any(String)]]) },
    })
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({
      body: { verdict: { cause: 'early-close', abortedBy: 'peer' } },
    })
  })

  const PRIVATE = { privacy: { payload: 'strip', addresses: 'pseudonymise' } }
  const diagnosedOnce = async (): Promise<string> => {
    const id = await openCase(service, PRIVATE)
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    return id
  }

  interface Map4 {
    readonly ipv4: [string, string][]
  }
  it('gives the map again until it has arrived, then deletes it; every stored hint goes with the first time', async () => {
    const id = await diagnosedOnce()
    const path = `/v1/cases/${id}/pseudonyms`
    const first = await service.call<Map4>('GET', path)
    const peer = new Map(first.body.ipv4).get('10.0.0.9')
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { peer: `${peer}:9100` } })
    expect((await service.call<Map4>('GET', path)).body).toEqual(first.body)
    for (let time = 0; time < 2; time++) expect(await service.call('DELETE', path)).toMatchObject({ status: 204 })
    expect(await service.call('GET', path)).toMatchObject({ status: 404, body: { code: 'no-pseudonyms' } })
    for (const [key, bytes] of await storedBytes(id)) expect(bytes.includes('10.0.0.9'), key).toBe(false)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({
      body: { revision: 2, verdict: { cause: 'early-close' }, connection: { peer: { ip: peer } } },
    })
  })

  it('deletes a map that nobody confirmed a day later', async () => {
    const id = await diagnosedOnce()
    await service.call('GET', `/v1/cases/${id}/pseudonyms`)
    service.clock += 23 * 3_600_000
    await sweep(service.deps)
    expect((await service.call('GET', `/v1/cases/${id}/pseudonyms`)).status).toBe(200)
    service.clock += 2 * 3_600_000
    await sweep(service.deps)
    expect((await service.call('GET', `/v1/cases/${id}/pseudonyms`)).status).toBe(404)
    for (const [key, bytes] of await storedBytes(id)) expect(bytes.includes('10.0.0.9'), key).toBe(false)
  })

  it('does not delete a map that nobody has', async () => {
    expect(await service.call('DELETE', `/v1/cases/${await diagnosedOnce()}/pseudonyms`)).toMatchObject({ status: 409 })
  })

  it('goes on where it died between handing the map out and exchanging the hints', async () => {
    const id = await diagnosedOnce()
    const { update } = service.deps.state.cases
    service.deps.state.cases.update = async () => Promise.reject(new Error('killed'))
    expect((await service.call('GET', `/v1/cases/${id}/pseudonyms`)).status).toBe(500)
    service.deps.state.cases.update = update
    const { body } = await service.call<Map4>('GET', `/v1/cases/${id}/pseudonyms`)
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { peer: `${new Map(body.ipv4).get('10.0.0.9')}:9100` } })
  })

  it('renames listed names and names under listed domains, and lists them no more once the map is out', async () => {
    const listed = { names: ['invoices'], domains: ['corp.example'] }
    const id = await openCase(service, { privacy: { ...PRIVATE.privacy, ...listed } })
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { privacy: listed } })
    const line = '2026-03-02T09:14:07.413Z ERROR prn07.corp.example lost job "invoices" (WSAECONNRESET 10054)\n'
    await service.call('PUT', `/v1/cases/${id}/files/b.log`, undefined, { body: line })
    const { body } = await service.call<{ names: [string, string][] }>('GET', `/v1/cases/${id}/pseudonyms`)
    expect(body.names.map(([name]) => name)).toEqual(expect.arrayContaining(['invoices', 'corp.example', 'prn07']))
    await service.call('DELETE', `/v1/cases/${id}/pseudonyms`)
    for (const [key, bytes] of await storedBytes(id)) expect(bytes.toString('latin1'), key).not.toMatch(/invoices|corp\.example|prn07/i)
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { privacy: { names: [], domains: [] } } })
  })

  it('gives a corrected hint its pseudonym before the next file takes it', async () => {
    const id = await diagnosedOnce()
    await service.call('POST', `/v1/cases/${id}/diagnose`, { peer: '192.168.77.1' })
    await service.settle()
    await service.call('PUT', `/v1/cases/${id}/files/b.log`, undefined, { body: '2026-03-02T09:14:07.413Z ERROR 172.16.5.5 is new\n' })
    const { body } = await service.call<Map4>('GET', `/v1/cases/${id}/pseudonyms`)
    const order = body.ipv4.map(([address]) => address)
    expect(order.indexOf('192.168.77.1')).toBeGreaterThan(0)
    expect(order.indexOf('192.168.77.1')).toBeLessThan(order.indexOf('172.16.5.5'))
  })

  it('forgets the hints as they were given before the first file comes that its sender renamed', async () => {
    const id = await openCase(service, { ...PRIVATE, error: 'lost 10.0.0.9', host: '10.0.0.5' })
    await service.settle()
    const body = sampleBytes('early-close.pcap')
    const query = '?pseudonyms=the-senders-map'
    expect(await service.call('PUT', `/v1/cases/${id}/files/a.pcap${query}`, undefined, { body })).toMatchObject({ status: 409 })
    const names = { map: 'the-senders-map', hints: { peer: '198.18.0.2', error: 'lost 198.18.0.2' } }
    for (let time = 0; time < 2; time++)
      expect(await service.call('PUT', `/v1/cases/${id}/pseudonyms`, names)).toMatchObject({ status: 204 })
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({
      body: { host: null, peer: '198.18.0.2:9100', error: 'lost 198.18.0.2' },
    })
    expect(await service.call('PUT', `/v1/cases/${id}/files/a.pcap${query}`, undefined, { body })).toMatchObject({ status: 201 })
    expect(await service.call('PUT', `/v1/cases/${id}/pseudonyms`, { map: 'another-map' })).toMatchObject({ status: 409 })
  })

  it('takes no more files once the map was fetched: they would be renamed otherwise', async () => {
    const id = await diagnosedOnce()
    await service.call('GET', `/v1/cases/${id}/pseudonyms`)
    const refused = { status: 409, body: { code: 'conflict' } }
    expect(await service.call('POST', `/v1/cases/${id}/uploads`, { name: 'more.pcap' })).toMatchObject(refused)
    const body = sampleBytes('early-close.pcap')
    expect(await service.call('PUT', `/v1/cases/${id}/files/more.pcap`, undefined, { body })).toMatchObject(refused)
  })

  it('two files that come at the same time get one map: the second waits its turn', async () => {
    const id = await openCase(service, PRIVATE)
    const files = [
      ['a.pcap', 'early-close.pcap'],
      ['b.pcap', 'early-close.pcap'],
      ['c.log', 'early-close.log'],
    ] as const
    const send = async ([name, of]: (typeof files)[number]) => {
      const { status, body } = await service.call('PUT', `/v1/cases/${id}/files/${name}`, undefined, { body: sampleBytes(of) })
      if (status !== 201) expect(body).toMatchObject({ code: 'uploads-in-progress' })
      return status
    }
    const answers = await Promise.all(files.map(send))
    expect(answers).toContain(409)
    for (const [i, file] of files.entries()) if (answers[i] !== 201) expect(await send(file)).toBe(201)
    const ends = async (name: string) => {
      const { body } = await service.call<CutReceipt[]>('GET', `/v1/cases/${id}/files/${name}/receipt`)
      return Array.from(body[0]?.flowDigest?.connections ?? [], ({ originator, responder }) => [originator.ip, responder.ip])
    }
    expect(await ends('a.pcap')).toEqual(await ends('b.pcap'))
    const { body: map } = await service.call<{ ipv4: [string, string][] }>('GET', `/v1/cases/${id}/pseudonyms`)
    expect(new Set(map.ipv4.map(([, pseudonym]) => pseudonym)).size).toBe(map.ipv4.length)
  })

  it("renames a client's receipt as the file was renamed", async () => {
    const id = await openCase(service, PRIVATE)
    const open = await openCase(service)
    await putSample(service, id)
    await putSample(service, open)
    const path = 'files/early-close.pcap'
    const { body: plain } = await service.call<CutReceipt[]>('GET', `/v1/cases/${open}/${path}/receipt`)
    const before = (await service.call<CutReceipt[]>('GET', `/v1/cases/${id}/${path}/receipt`)).body[0]
    await service.call('PUT', `/v1/cases/${id}/${path}/digest`, undefined, { body: JSON.stringify(plain[0]) })
    const after = (await service.call<CutReceipt[]>('GET', `/v1/cases/${id}/${path}/receipt`)).body[0]
    expect(after?.by).toBe('client')
    expect(after?.flowDigest).toEqual(before?.flowDigest)
  })
})
