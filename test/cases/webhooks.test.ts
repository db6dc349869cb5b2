import { Webhook } from 'standardwebhooks'
import { beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/cases/sweep.ts'
import { isPublicAddress } from '../../src/cases/webhooks/public-address.ts'
import { checkTarget } from '../../src/cases/webhooks/target.ts'
import { openCase, putSample, SAMPLE } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

let service: TestService
beforeEach(async () => {
  service = await TestService.start()
})

interface Hook {
  readonly id: string
  readonly secret: string
}
const add = async (url = 'https://hooks.example.com/in'): Promise<Hook> => (await service.call<Hook>('POST', '/v1/webhooks', { url })).body
const deliveries = async (hook: Hook) =>
  (
    await service.call<{ deliveries: { id: string; deliveredAt: string | null; attempts: number; nextAt: string | null }[] }>(
      'GET',
      `/v1/webhooks/${hook.id}/deliveries`,
    )
  ).body.deliveries

async function diagnosed(more: Record<string, unknown> = {}): Promise<string> {
  const id = await openCase(service, more)
  await putSample(service, id)
  await service.call('POST', `/v1/cases/${id}/diagnose`)
  await service.settle()
  return id
}

/** What a receiver does: verify by the scheme's own library, at the service's time. */
async function verified(secret: string, request: Request | undefined): Promise<{ type: string; data: Record<string, unknown> }> {
  if (!request) throw new Error('nothing was sent')
  const body = await request.text()
  const now = Date.now
  Date.now = () => service.clock
  try {
    return new Webhook(secret).verify(body, Object.fromEntries(request.headers)) as { type: string; data: Record<string, unknown> }
  } finally {
    Date.now = now
  }
}

describe('a webhook', () => {
  it('tells of files and of the diagnosis, signed so that the Standard Webhooks library verifies it', async () => {
    const hook = await add()
    const id = await diagnosed({ ticket: { system: 'zendesk', id: '77' } })
    const messages = await Promise.all(service.fetched.map((request) => verified(hook.secret, request)))
    expect(messages.map(({ type }) => type)).toEqual(['case.files.received', 'case.diagnosed'])
    expect(messages[1]?.data).toMatchObject({
      caseId: id,
      ticket: { id: '77' },
      revision: 1,
      verdict: { cause: 'early-close', abortedBy: 'peer' },
    })
  })

  it('of one case alone is signed by the secret shown when the case was opened', async () => {
    const { body } = await service.call<{ id: string; callbackSecret: string }>('POST', '/v1/cases', {
      ...SAMPLE,
      callbackUrl: 'https://ticket.example.com/',
    })
    await putSample(service, body.id)
    await service.call('POST', `/v1/cases/${body.id}/diagnose`)
    await service.settle()
    expect(service.fetched.map(({ url }) => url)).toEqual(['https://ticket.example.com/'])
    expect(await verified(body.callbackSecret, service.fetched[0])).toMatchObject({ type: 'case.diagnosed' })
    expect(JSON.stringify((await service.call('GET', `/v1/cases/${body.id}`)).body)).not.toContain('whsec_')
  })

  it('is signed by both secrets while one replaces the other', async () => {
    const hook = await add()
    const { body } = await service.call<Hook>('POST', `/v1/webhooks/${hook.id}/rotate`, { graceSeconds: 3600 })
    await diagnosed()
    const [first] = service.fetched
    await verified(hook.secret, first?.clone())
    await verified(body.secret, first?.clone())
    service.clock += 3601_000
    await diagnosed()
    await expect(verified(hook.secret, service.fetched.at(-1))).rejects.toThrow()
  })

  it('is tried again with growing pauses for a day, then given up, and sent by hand', async () => {
    const hook = await add()
    service.answerWebhook = async () => new Response('no', { status: 500 })
    await putSample(service, await openCase(service))
    await service.settle()
    const started = service.clock
    for (let day = 0; day < 3000 && (await deliveries(hook)).some(({ nextAt }) => nextAt !== null); day++) {
      service.clock += 60_000
      await sweep(service.deps)
      await service.settle()
    }
    const [delivery] = await deliveries(hook)
    expect(delivery).toMatchObject({ attempts: 11, deliveredAt: null, nextAt: null })
    expect((service.clock - started) / 3600_000).toBeGreaterThan(20)
    service.answerWebhook = async () => new Response(null, { status: 200 })
    await service.call('POST', `/v1/webhooks/${hook.id}/deliveries/${delivery?.id}/redeliver`)
    await service.settle()
    expect(await deliveries(hook)).toMatchObject([{ id: delivery?.id, deliveredAt: expect.any(String) }])
  })

  it('does not follow a redirect', async () => {
    const hook = await add()
    service.answerWebhook = async () => new Response(null, { status: 302, headers: { location: 'https://10.0.0.1/' } })
    await putSample(service, await openCase(service))
    await service.settle()
    expect(service.fetched.every(({ redirect }) => redirect === 'manual')).toBe(true)
    expect(await deliveries(hook)).toMatchObject([{ deliveredAt: null, lastStatus: 302 }])
  })

  it('whose name has moved to a private address is not called', async () => {
    const hook = await add()
    Object.assign(service.deps, { resolve: async () => ['93.184.216.34', '10.0.0.7'] })
    await putSample(service, await openCase(service))
    await service.settle()
    expect(service.fetched).toEqual([])
    expect(await deliveries(hook)).toMatchObject([{ deliveredAt: null, lastError: expect.stringContaining('private') }])
  })

  it('delivered twice by the queue is sent once', async () => {
    await add()
    await putSample(service, await openCase(service))
    service.queued.push(...service.queued)
    await service.settle()
    expect(service.fetched).toHaveLength(1)
  })
})

describe('a target', () => {
  it.each([
    'http://example.com/',
    'https://example.com:22/',
    'https://user:secret@example.com/',
    'https://localhost/',
    'https://printer/',
    'https://localhost./',
    'https://api.localhost/',
    'https://nas.local/',
    'https://metadata.google.internal/',
    'https://127.0.0.1./',
    'https://①②⑦.⓪.⓪.①/',
    'https://１２７.0.0.1/',
    'https://0xa9fea9fe/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://10.1.2.3/',
    'https://172.31.255.255/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[64:ff9b:1::8.8.8.8]/',
    'https://[::10.0.0.1]/',
    'https://[::ffff:0:8.8.8.8]/',
    'https://[2002:a00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[ff02::1]/',
    'ftp://example.com/',
    'nonsense',
  ])('%s is refused', async (url) => {
    await expect(checkTarget(service.deps, url)).rejects.toMatchObject({ code: 'bad-callback-url' })
  })

  it.each([
    'https://example.com/',
    'https://example.com:8443/x',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://bücher.example/',
    'https://example.com./',
  ])('%s is taken', async (url) => {
    await expect(checkTarget(service.deps, url)).resolves.toBeInstanceOf(URL)
  })

  it.each([
    ['one of whose addresses is private', ['93.184.216.34', '192.168.1.1']],
    ['that has no address', []],
    ['of IPv6 link-local', ['fe80::1']],
  ])('%s is refused', async (_says, addresses) => {
    await expect(checkTarget({ ...service.deps, resolve: async () => addresses }, 'https://example.com/')).rejects.toMatchObject({
      code: 'bad-callback-url',
    })
  })

  it('on loopback is taken where development allows it', async () => {
    const config = { ...service.deps.config, loopbackWebhooks: true }
    await expect(checkTarget({ ...service.deps, config }, 'http://127.0.0.1:9999/')).resolves.toBeInstanceOf(URL)
    await expect(checkTarget({ ...service.deps, config }, 'http://10.0.0.1/')).rejects.toMatchObject({ code: 'bad-callback-url' })
  })
})

it.each([
  ['8.8.8.8', true],
  ['256.1.1.1', false],
  ['1.2.3', false],
  ['8.8.8.', false],
  ['0x08.8.8.8', false],
  ['2001:db8::1', false],
  ['2001:4860:4860::8888', true],
  ['::', false],
  ['nonsense:', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected)
})
