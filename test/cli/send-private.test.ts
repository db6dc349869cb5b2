import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pcap } from '../support/capture-files.ts'
import { ipv6Forms, leaksIn, macForms, originals, wordForms } from '../support/originals.ts'
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

describe('nothing of a private case is found in what was sent or stored', () => {
  const HOST6 = ['fd12', '3456', '0789', '0000', '0000', '0000', '0a0b', '0c0d']
  const PEER6 = ['fd12', '3456', '0789', '0000', '0000', '0000', 'beef', 'cafe']
  const SPOKEN = 'THE-PAYROLL-OF-MARCH'
  const secrets = [
    ...ipv6Forms(HOST6),
    ...ipv6Forms(PEER6),
    ...macForms('00805fa1b2c3'),
    ...macForms('001bd2e4f6a8'),
    ...wordForms('prnsrv77', 'ledger-hall', 'filer12', 'lab9', 'corp.acme.test', SPOKEN),
  ]
  const written = (groups: readonly string[]) => groups.join(':')
  const capture = pcap(
    `0 h > p SYN mss=1440
    0.001 p > h SYN ACK mss=1440
    0.002 h > p ACK
    0.5 h > * ND solicit p
    1 h > p PSH ACK data="@PJL JOB NAME=${SPOKEN}"
    1.001 p > h ACK
    7.4 p > h PSH ACK data="@PJL USTATUS DEVICE CODE=40021 DISPLAY=${SPOKEN}"
    7.401 p > h FIN ACK
    7.402 h > p ACK len=1400
    7.403 p > h RST`,
    {
      start: '2026-03-02T09:14:00Z',
      endpoints: {
        h: { ip: 'fd12:3456:789::a0b:c0d', port: 50_001, mac: '00:80:5f:a1:b2:c3' },
        p: { ip: 'fd12:3456:789::beef:cafe', port: 9100, mac: '00:1b:d2:e4:f6:a8' },
      },
    },
  )
  const log = [
    `2026-03-02T09:14:01.000Z INFO  PRNSRV77: to [fd12:3456:789::beef:cafe]:9100 from ${written(HOST6)} (00-80-5F-A1-B2-C3)`,
    '2026-03-02T09:14:02.000Z INFO  queue Ledger-Hall on \\\\FILER12\\out, device lab9.corp.acme.test, 001b.d2e4.f6a8',
    '2026-03-02T09:14:07.412Z ERROR fd12:3456:0789:0:0:0:BEEF:CAFE: connection reset (WSAECONNRESET 10054) fd12:3456:789:0:0:0:190.239.202.254',
    '2026-03-02T09:14:08.000Z INFO  lab9 is 00:1b:d2:e4:f6:a8 again',
  ].join('\r\n')

  it('and the search does find them in what was not renamed', () => {
    const found = [...leaksIn(gzipSync(capture), secrets), ...leaksIn(Buffer.from(log), secrets)]
    expect(new Set(found).size).toBeGreaterThan(14)
  })

  it.each([
    ['as they are', (bytes: Uint8Array) => bytes, ''],
    ['packed', (bytes: Uint8Array) => gzipSync(bytes), '.gz'],
  ])('sent %s by hangup send', async (_, pack, suffix) => {
    const names = [`private.pcap${suffix}`, `private.log${suffix}`]
    const files = names.map((name) => join(folder, name))
    for (const [i, bytes] of [capture, new TextEncoder().encode(log)].entries()) writeFileSync(files[i] ?? '', pack(bytes))
    const hints = ['--host', 'fd12:3456:789::a0b:c0d', '--peer', '[fd12:3456:789::beef:cafe]:9100', '--error', 'lab9.corp.acme.test: 10054']
    const listed = ['--names', 'prnsrv77,Ledger-Hall', '--domains', 'corp.acme.test']
    const at = ['--at', '2026-03-02T09:14:07.412Z', '--timezone', '+00:00']
    const ran = await runCommand(...TO, '--pseudonymise', ...listed, ...at, ...hints, ...files)
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('early-close') })
    expect(sent.length).toBeGreaterThan(6)
    for (const [i, bytes] of sent.entries()) expect(leaksIn(bytes, secrets), `request ${i}`).toEqual([])
    expect(service.objects.objects.size).toBeGreaterThan(6)
    for (const [key, bytes] of service.objects.objects) expect(leaksIn(bytes, secrets), key).toEqual([])
    const id =
      sent
        .map(String)
        .find((line) => /cases\/case_\w+$/.test(line))
        ?.split('/')
        .at(-1) ?? ''
    const { body } = await service.call('GET', `/v1/cases/${id}`)
    expect(leaksIn(Buffer.from(JSON.stringify(body)), secrets)).toEqual([])
  })

  it('lists no names without --pseudonymise', async () => {
    expect(await runCommand(...TO, '--names', 'prnsrv77', '--at', AT, CAPTURE)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--pseudonymise'),
    })
  })
})
