import { beforeEach, expect, it } from 'vitest'
import { openCase, putSample, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

let service: TestService
let id = ''
beforeEach(async () => {
  service = await TestService.start()
  id = await openCase(service)
  await putSample(service, id)
  await service.call('POST', `/v1/cases/${id}/diagnose`)
  await service.settle()
})

interface Link {
  readonly id: string
  readonly url: string
  readonly token: string
}
const make = async (wish: object): Promise<Link> => {
  const { body } = await service.call<Link>('POST', `/v1/cases/${id}/links`, wish)
  return { ...body, token: new URLSearchParams(new URL(body.url).hash.slice(1)).get('token') ?? '' }
}
const get = (what: string, key: string) => service.fetch('GET', `/v1/cases/${id}${what}`, { key })

it('the token rides in the fragment alone', async () => {
  const { url, token } = await make({ for: 'report' })
  expect(url.split('#')[0]).not.toContain(token)
  expect(url).toMatch(/^https:\/\/hangup\.example\/#case=case_\w+&for=report&token=hl_/)
})

it.each<[string, Record<string, number>]>([
  ['report', { '': 200, '/diagnosis': 200, '/bundle': 403, '/audit': 403 }],
  ['bundle', { '': 200, '/diagnosis': 200, '/bundle': 200, '/audit': 403 }],
  ['upload', { '': 200, '/diagnosis': 403, '/bundle': 403, '/audit': 403 }],
])('a %s link opens that and no more', async (purpose, doors) => {
  const { token } = await make({ for: purpose })
  for (const [what, status] of Object.entries(doors)) expect((await get(what, token)).status, what).toBe(status)
  expect((await service.fetch('PUT', `/v1/cases/${id}/files/x.pcap`, { key: token, body: sampleBytes('early-close.pcap') })).status).toBe(
    purpose === 'upload' ? 201 : 403,
  )
})

it('an upload link shows no verdict', async () => {
  const { token } = await make({ for: 'upload' })
  expect(await (await get('', token)).json()).toMatchObject({ verdict: null, recurrence: null })
})

it.each(['', '/diagnosis', '/bundle', '/files/early-close.pcap/receipt', '/nothing'])(
  'answers to a link at …%s are kept by nobody and send no referrer',
  async (what) => {
    const { token } = await make({ for: 'bundle' })
    const { headers } = await get(what, token)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control') ?? 'no-store').toBe('no-store')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  },
)

it('the report may load nothing and run nothing, wherever it is opened', async () => {
  const { token } = await make({ for: 'report' })
  const { headers } = await service.fetch('GET', `/v1/cases/${id}/diagnosis`, { key: token, headers: { accept: 'text/html' } })
  const policy = (headers.get('content-security-policy') ?? '').split('; ')
  expect(policy).toEqual(expect.arrayContaining(['sandbox', "default-src 'none'", "style-src 'unsafe-inline'", 'img-src data:']))
  expect(policy.filter((rule) => rule.startsWith('sandbox') || rule.includes('script'))).toEqual(['sandbox'])
})

it('a revoked link is dead at once', async () => {
  const link = await make({ for: 'report' })
  expect(await service.call('DELETE', `/v1/cases/${id}/links/${link.id}`)).toMatchObject({ status: 204 })
  expect((await get('', link.token)).status).toBe(401)
  const { body } = await service.call<{ links: { id: string; revokedAt: string | null }[] }>('GET', `/v1/cases/${id}/links`)
  expect(body.links.find((one) => one.id === link.id)?.revokedAt).not.toBeNull()
  expect(JSON.stringify(body)).not.toContain('token')
})

it('a link expires', async () => {
  const { token } = await make({ for: 'report', expiresIn: 60 })
  service.clock += 61_000
  expect((await get('', token)).status).toBe(401)
})

it('an upload link takes as many files and bytes as it allows', async () => {
  const bytes = sampleBytes('early-close.pcap')
  const { token } = await make({ for: 'upload', maxFiles: 2, maxBytes: bytes.length + 100 })
  const put = (name: string) =>
    service.call('PUT', `/v1/cases/${id}/files/${name}`, undefined, {
      key: token,
      body: bytes,
      headers: { 'content-length': String(bytes.length) },
    })
  expect((await put('a.pcap')).status).toBe(201)
  expect(await put('b.pcap')).toMatchObject({ status: 429, body: { code: 'quota-exceeded' } })
})

it('an upload link counts a resumable upload before it begins', async () => {
  const { token } = await make({ for: 'upload', maxBytes: 1000 })
  const create = (body: object) => service.call('POST', `/v1/cases/${id}/uploads`, body, { key: token })
  expect(await create({ name: 'a.pcap' })).toMatchObject({ status: 400, body: { code: 'bad-request' } })
  expect(await create({ name: 'a.pcap', size: 1001 })).toMatchObject({ status: 429, body: { code: 'quota-exceeded' } })
  expect((await create({ name: 'a.pcap', size: 900 })).status).toBe(201)
})

it('a link opens nothing of a deleted case but its receipt', async () => {
  const { token } = await make({ for: 'report' })
  await service.call('DELETE', `/v1/cases/${id}`)
  for (const what of ['', '/diagnosis']) {
    const answer = await get(what, token)
    expect([answer.status, await answer.json()]).toEqual([410, expect.objectContaining({ receipt: expect.objectContaining({ id }) })])
  }
})
