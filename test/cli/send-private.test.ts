import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { originals } from '../support/originals.ts'
import { DEV_KEY, TestService } from '../support/service.ts'
import { runCommand } from './run-command.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const CAPTURE = join(CORPUS, 'c001.pcap')
const LOG = join(CORPUS, 'c001.log')
const AT = '2025-09-23T13:59:37.611943Z'
const HOST = '10.20.172.89'
const PEER = '10.20.172.253'
const BASE = 'https://hangup.example'
const folder = mkdtempSync(join(tmpdir(), 'hangup-send-'))
afterAll(() => rmSync(folder, { recursive: true }))

let service: TestService
/** Every request as it left: line, headers and body, unpacked. */
let sent: Buffer[]

beforeEach(async () => {
  service = await TestService.start()
  sent = []
  vi.stubEnv('XDG_STATE_HOME', folder)
  vi.stubGlobal('fetch', async (url: string, init: RequestInit = {}) => {
    const body = init.body === undefined || init.body === null ? undefined : Buffer.from(await new Response(init.body).arrayBuffer())
    sent.push(Buffer.from(`${init.method ?? 'GET'} ${url}`))
    if (body) sent.push(body[0] === 0x1f ? gunzipSync(body) : body)
    const path = url.slice(BASE.length)
    if (path.endsWith('/events')) await service.settle()
    const answer = await service.fetch(init.method ?? 'GET', path, { ...init, body, key: DEV_KEY })
    return path.endsWith('/events') ? new Response(null, { status: 200 }) : answer
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

const openPrivate = async (): Promise<string> => {
  const privacy = { payload: 'strip', addresses: 'pseudonymise' }
  const hints = { host: HOST, peer: `${PEER}:631`, timezone: '+02:00' }
  const { body } = await service.call<{ id: string }>('POST', '/v1/cases', { incidentAt: AT, ...hints, privacy })
  return body.id
}

const TO = ['send', '--to', BASE, '--key', DEV_KEY]

function expectNothingOriginal(): void {
  expect(sent.length).toBeGreaterThan(4)
  for (const [i, bytes] of sent.entries()) {
    for (const original of originals(HOST, PEER)) expect(bytes.includes(original), `request ${i}: ${original}`).toBe(false)
  }
}

describe('hangup send, where addresses are to be pseudonymised', () => {
  it('sends only pseudonyms to a case that asks for them; the map stays, and restores the report', async () => {
    const id = await openPrivate()
    const map = join(folder, 'map.json')
    const { code, out, err } = await runCommand(...TO, '--case', id, '--map', map, CAPTURE, LOG)
    expect([code, err]).toEqual([0, expect.stringContaining(`only ${map} turns them back`)])
    expectNothingOriginal()
    const { ipv4 } = JSON.parse(readFileSync(map, 'utf8'))
    const pseudonym = new Map<string, string>(ipv4).get(PEER)
    expect([out.includes(PEER), out.includes(pseudonym ?? '?')]).toEqual([false, true])
    writeFileSync(join(folder, 'report.md'), out)
    expect((await runCommand('reveal', '--map', map, join(folder, 'report.md'))).out).toContain(PEER)
    for (const key of await service.stored(`cases/dev/${id}/`)) {
      const bytes = Buffer.from(service.objects.objects.get(key) ?? [])
      for (const original of originals(HOST, PEER)) expect(bytes.includes(original), key).toBe(false)
    }
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({
      body: { peer: `${pseudonym}:631`, verdict: { cause: 'fin-wait-1-timeout' } },
    })
    expect(await service.call('GET', `/v1/cases/${id}/pseudonyms`)).toMatchObject({ status: 404, body: { code: 'no-pseudonyms' } })
  })

  it('goes on with the map of the first run, and keeps the case in its scope', async () => {
    const id = await openPrivate()
    expect((await runCommand(...TO, '--case', id, CAPTURE)).code).toBe(0)
    const kept = (await service.call<{ files: { kept: number }[] }>('GET', `/v1/cases/${id}`)).body.files[0]?.kept
    expect(kept).toBeGreaterThan(0)
    const map = readFileSync(join(folder, 'hangup', `map-${id}.json`), 'utf8')
    expect((await runCommand(...TO, '--case', id, CAPTURE)).code).toBe(0)
    expect(readFileSync(join(folder, 'hangup', `map-${id}.json`), 'utf8')).toBe(map)
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { files: [{ kept }] } })
  })

  it('takes no file from another map, nor one with real addresses: one address would have two names', async () => {
    const id = await openPrivate()
    expect((await runCommand(...TO, '--case', id, CAPTURE)).code).toBe(0)
    expect(await runCommand(...TO, '--case', id, '--map', join(folder, 'other.json'), LOG)).toMatchObject({
      code: 1,
      err: expect.stringContaining('another map'),
    })
    const body = readFileSync(LOG)
    expect(await service.call('PUT', `/v1/cases/${id}/files/b.log`, undefined, { body })).toMatchObject({ status: 409 })
  })

  it('opens a case in pseudonyms with --pseudonymise', async () => {
    const words = ['--pseudonymise', '--at', AT, '--timezone', '+02:00', '--host', HOST, '--peer', `${PEER}:631`]
    expect((await runCommand(...TO, ...words, CAPTURE, LOG)).code).toBe(0)
    expectNothingOriginal()
  })
})
