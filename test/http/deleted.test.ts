import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../src/cases/sweep.ts'
import type { Route } from '../../src/http/route.ts'
import { ROUTES } from '../../src/http/routes.ts'
import { openCase, putSample, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

/** Every route of a case after its DELETE, by everything that opened it before: 410, with the receipt that DELETE gave. */
let service: TestService
const ids: Record<string, string> = { name: 'early-close.pcap', number: '1' }
const tokens = new Map<string, string>()
let receipt: { readonly objects: number } & Readonly<Record<string, unknown>>
let signedUrl = ''

const PURPOSES = ['report', 'bundle', 'upload'] as const
const BODIES: Readonly<Record<string, object>> = {
  makeLink: { for: 'report' },
  createUpload: { name: 'c.pcap' },
  putPseudonyms: { map: 'a-map-of-names' },
}

async function makeLink(purpose: string, more: object = {}): Promise<string> {
  const { body } = await service.call<{ id: string; url: string }>('POST', `/v1/cases/${ids.id}/links`, { for: purpose, ...more })
  ids.linkId = body.id
  return /token=(\S+)$/.exec(body.url)?.[1] ?? ''
}

async function aCaseWithEverything(): Promise<void> {
  service = await TestService.start()
  ids.id = await openCase(service)
  await putSample(service, ids.id)
  await service.call('POST', `/v1/cases/${ids.id}/diagnose`)
  await service.settle()
  for (const purpose of PURPOSES) tokens.set(purpose, await makeLink(purpose))
  tokens.set('expired', await makeLink('bundle', { expiresIn: 1 }))
  const revoked = await makeLink('bundle')
  tokens.set('revoked', revoked)
  await service.call('DELETE', `/v1/cases/${ids.id}/links/${ids.linkId}`)
  const upload = await service.call<{ uploadId: string }>('POST', `/v1/cases/${ids.id}/uploads`, { name: 'b.pcap' })
  ids.uploadId = upload.body.uploadId
  const status = await service.call<{ urls: { url: string }[] }>('GET', `/v1/cases/${ids.id}/uploads/${ids.uploadId}`)
  signedUrl = status.body.urls[0]?.url ?? ''
  receipt = (await service.call<typeof receipt>('DELETE', `/v1/cases/${ids.id}`)).body
  service.clock += 10_000
}

const ofACase = ROUTES.filter(({ path }) => path.includes('{id}'))

function call(route: Route, key?: string) {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name)
  const isSent = route.body?.kind === 'stream'
  const target = route.access === 'signed-url' ? signedUrl : path
  const init = {
    ...(isSent ? { body: sampleBytes('early-close.pcap'), headers: { 'content-length': '1000' } } : {}),
    ...(key === undefined ? {} : { key }),
  }
  return service.call(route.method, target, route.body?.kind === 'json' ? (BODIES[route.id] ?? {}) : undefined, init)
}

describe('a deleted case', () => {
  beforeAll(aCaseWithEverything)

  it('had something to delete', () => {
    expect(receipt).toMatchObject({ id: ids.id, files: 1, by: 'key:development' })
    expect(receipt.objects).toBeGreaterThan(5)
  })

  it.each(ofACase.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'answers %s with 410 and its receipt',
    async (_, route) => {
      expect(await call(route)).toMatchObject({ status: 410, body: { code: 'deleted', receipt } })
    },
  )

  it.each(
    PURPOSES.flatMap((purpose) =>
      ofACase
        .filter(({ access }) => typeof access !== 'string' && access.includes(`link:${purpose}`))
        .map((route) => [purpose, `${route.method} ${route.path}`, route] as const),
    ),
  )('answers its %s link at %s with 410 and its receipt', async (purpose, _, route) => {
    expect(await call(route, tokens.get(purpose))).toMatchObject({ status: 410, body: { code: 'deleted', receipt } })
  })

  it.each(['expired', 'revoked'])('knows an %s link no more', async (which) => {
    for (const route of ofACase.filter(({ access }) => typeof access !== 'string'))
      expect(await call(route, tokens.get(which)), route.id).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  })
})

describe('the links of a deleted case', () => {
  beforeEach(aCaseWithEverything)

  it('are forgotten once they have expired', async () => {
    service.clock += 91 * 86_400_000
    await sweep(service.deps)
    expect(await service.deps.state.links.of(ids.id ?? '')).toEqual([])
  })

  it('are kept until then, and those of other cases whatever their age', async () => {
    const deleted = ids.id ?? ''
    ids.id = await openCase(service)
    await makeLink('report', { expiresIn: 1 })
    service.clock += 60_000
    await sweep(service.deps)
    expect((await service.deps.state.links.of(deleted)).map(({ purpose }) => purpose).sort()).toEqual(expect.arrayContaining([...PURPOSES]))
    expect(await service.deps.state.links.of(ids.id)).toHaveLength(2)
  })
})
