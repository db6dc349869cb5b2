import { beforeAll, describe, expect, it } from 'vitest'
import type { KeyScope } from '../../src/cases/keys.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { openCase, putSample } from '../support/sample.ts'
import { OPERATOR_KEY, TestService } from '../support/service.ts'

/** Every route with every wrong kind of credential: nothing of another tenant is seen, changed or admitted to exist. */
let service: TestService
let caseId = ''
const keys = new Map<string, string>()
const ids: Record<string, string> = { name: 'early-close.pcap', number: '1' }

interface Issued {
  readonly id: string
  readonly key: string
}

const issue = async (scopes: KeyScope[], more: object = {}): Promise<Issued> => {
  const { body } = await service.call<Issued>('POST', '/v1/keys', { name: 'k', scopes, ...more })
  return body
}
const linkToken = async (purpose: string, id: string): Promise<string> => {
  const { body } = await service.call<{ url: string }>('POST', `/v1/cases/${id}/links`, { for: purpose })
  return /token=(\S+)$/.exec(body.url)?.[1] ?? ''
}

beforeAll(async () => {
  service = await TestService.start()
  caseId = await openCase(service, { error: 'WSAECONNRESET 10054' })
  await putSample(service, caseId)
  await service.settle()
  const other = await openCase(service)
  const { body: stranger } = await service.call<{ key: Issued }>(
    'POST',
    '/v1/tenants',
    { id: 'stranger', name: 'Stranger' },
    { key: OPERATOR_KEY },
  )
  keys.set('a key of another tenant', stranger.key.key)
  keys.set('no key', '')
  keys.set('a made-up key', `hk_${'a'.repeat(16)}_${'b'.repeat(32)}`)
  const revoked = await issue(['cases:write', 'cases:read', 'admin'])
  await service.call('DELETE', `/v1/keys/${revoked.id}`)
  keys.set('a revoked key', revoked.key)
  const real = await issue(['cases:write', 'cases:read', 'admin'])
  keys.set('a key with one letter changed', `${real.key.slice(0, -1)}${real.key.endsWith('0') ? '1' : '0'}`)
  for (const purpose of ['report', 'bundle', 'upload']) keys.set(`a ${purpose} link of another case`, await linkToken(purpose, other))
  const expired = await issue(['cases:write', 'cases:read', 'admin'], { expiresIn: 1 })
  keys.set('an expired key', expired.key)
  const upload = await service.call<{ uploadId: string }>('POST', `/v1/cases/${caseId}/uploads`, { name: 'b.pcap' })
  const hook = await service.call<{ id: string }>('POST', '/v1/webhooks', { url: 'https://hooks.example.com/' })
  const link = await service.call<{ id: string }>('POST', `/v1/cases/${caseId}/links`, { for: 'report' })
  Object.assign(ids, {
    id: caseId,
    uploadId: upload.body.uploadId,
    webhookId: hook.body.id,
    linkId: link.body.id,
    keyId: real.id,
    tenant: 'dev',
    deliveryId: 'msg_1',
  })
  service.clock += 10_000
})

const path = (template: string): string => template.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name)
const BODIES: Readonly<Record<string, unknown>> = {
  openCase: { incidentAt: '2026-03-02T09:14:07Z' },
  makeLink: { for: 'report' },
  createUpload: { name: 'c.pcap' },
  addWebhook: { url: 'https://hooks.example.com/' },
  makeKey: { name: 'x', scopes: ['admin'] },
  addTenant: { id: 'third', name: 'Third' },
  putPseudonyms: { map: 'a-map-of-names' },
}

const guarded = ROUTES.filter(({ access }) => typeof access !== 'string')
const ofOneTenant = guarded.filter(({ access, path: template }) => template.includes('{') && !access.includes('operator'))

describe.each(['no key', 'a made-up key', 'a revoked key', 'an expired key', 'a key with one letter changed'])('%s', (kind) => {
  it.each(guarded.map((route) => [route.id, route] as const))('is not let in to %s', async (_id, route) => {
    const key = keys.get(kind)
    const answer = await service.call(route.method, path(route.path), route.method === 'GET' ? undefined : BODIES[route.id], {
      key: key === '' ? null : (key ?? null),
    })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  })
})

describe.each([
  'a key of another tenant',
  'a report link of another case',
  'a bundle link of another case',
  'a upload link of another case',
])('%s', (kind) => {
  it.each(ofOneTenant.map((route) => [route.id, route] as const))('finds nothing at %s', async (_id, route) => {
    const init = { key: keys.get(kind) ?? null, ...(route.body?.kind === 'stream' ? { body: 'x' } : {}) }
    const answer = await service.call<{ code: string }>(
      route.method,
      path(route.path),
      route.body?.kind === 'json' ? (BODIES[route.id] ?? {}) : undefined,
      init,
    )
    expect([403, 404]).toContain(answer.status)
    expect(answer.body.code).toMatch(/^(forbidden|unknown-\w+)$/)
    expect(JSON.stringify(answer.body)).not.toContain('early-close')
  })
})

it("another tenant's list holds none of it", async () => {
  const { body } = await service.call<{ cases: unknown[] }>('GET', '/v1/cases', undefined, {
    key: keys.get('a key of another tenant') ?? null,
  })
  expect(body.cases).toEqual([])
})

it.each<[string, KeyScope[], string, string, number]>([
  ['a reading key opens no case', ['cases:read'], 'POST', '/v1/cases', 403],
  ['a reading key deletes no case', ['cases:read'], 'DELETE', '/v1/cases/{id}', 403],
  ['a writing key lists no case', ['cases:write'], 'GET', '/v1/cases', 403],
  ['a writing key makes no key', ['cases:write'], 'POST', '/v1/keys', 403],
  ['an administrator adds no tenant', ['admin'], 'POST', '/v1/tenants', 403],
])('%s', async (_says, scopes, method, template, expected) => {
  const { key } = await issue(scopes)
  expect(await service.call(method, path(template), method === 'POST' ? {} : undefined, { key })).toMatchObject({
    status: expected,
    body: { code: 'forbidden' },
  })
})

/** The stream's text up to the event that says that the case is diagnosed. */
async function diagnosedEvent(id: string, key: string): Promise<string> {
  const { body } = await service.fetch('GET', `/v1/cases/${id}/events`, { key })
  let text = ''
  for await (const chunk of body ?? []) {
    text += new TextDecoder().decode(chunk)
    if (text.includes('event: diagnosed\n')) break
  }
  return text.slice(text.indexOf('event: diagnosed\n'))
}

describe.each([
  ['a case opened without showReport', {}, 403],
  ['a case opened with showReport', { showReport: true }, 200],
])('the upload link of %s', (_says, option, status) => {
  let id = ''
  let key = ''
  beforeAll(async () => {
    id = await openCase(service, option)
    await putSample(service, id)
    key = await linkToken('upload', id)
    await service.call('POST', `/v1/cases/${id}/diagnose`, {}, { key })
    await service.settle()
  })

  it.each(['application/json', 'text/html', 'text/markdown'])(`is answered ${status} for the diagnosis as %s`, async (accept) => {
    const answer = await service.fetch('GET', `/v1/cases/${id}/diagnosis`, { key, headers: { accept } })
    expect([answer.status, (await answer.text()).includes('early-close')]).toEqual([status, status === 200])
  })

  it('sees the verdict in the case and in its events only with it', async () => {
    const { body } = await service.call<{ verdict: unknown; status: string }>('GET', `/v1/cases/${id}`, undefined, { key })
    expect([body.status, body.verdict !== null]).toEqual(['diagnosed', status === 200])
    const events = await diagnosedEvent(id, key)
    expect([events.includes('"revision":1'), events.includes('early-close')]).toEqual([true, status === 200])
  })

  it('gets neither bundle nor evidence nor the list of cases', async () => {
    for (const closed of [`/v1/cases/${id}/bundle`, `/v1/cases/${id}/files/early-close.pcap/receipt`, '/v1/cases'])
      expect(await service.call('GET', closed, undefined, { key })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  it('finds no other case, whatever that one shows', async () => {
    expect(await service.call('GET', `/v1/cases/${caseId}/diagnosis`, undefined, { key })).toMatchObject({ status: 404 })
  })
})

it('the operator sees no case', async () => {
  expect(await service.call('GET', `/v1/cases/${caseId}`, undefined, { key: OPERATOR_KEY })).toMatchObject({ status: 403 })
})

it('no key, token, secret or file name is in any log line', async () => {
  const misplaced = keys.get('a report link of another case') ?? ''
  await service.call('GET', `/v1/cases/${misplaced}`)
  expect(service.events.at(-1)).toMatchObject({ event: 'request', facts: { operation: 'getCase', case: null, status: 404 } })
  const lines = JSON.stringify(service.events)
  for (const secret of [...keys.values()].filter((key) => key !== '')) expect(lines).not.toContain(secret.split('_')[2] ?? secret)
  expect(lines).not.toMatch(/early-close\.pcap|whsec_|10\.0\.0\.9|signature=/)
})
