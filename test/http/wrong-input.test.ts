import { beforeAll, describe, expect, it } from 'vitest'
import { pcap } from '../support/capture-files.ts'
import { fields, form, openCase, putSample, SAMPLE, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const text = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content)
/** A picture's signature and bytes without order. */
const PNG = Uint8Array.from(
  { length: 4096 },
  (_, at) => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a][at] ?? (Math.imul(at, 2654435761) >>> 13) & 255,
)
const PCAP = sampleBytes('early-close.pcap')
const PCAP_OUTSIDE = Uint8Array.from(pcap('0.0 host > peer SYN', { start: '2001-02-03T04:05:06Z' }))

describe('wrong input is refused with a stable code and what to do', () => {
  let service: TestService
  let id = ''
  beforeAll(async () => {
    service = await TestService.start()
    id = await openCase(service)
  })

  const put = (name: string, body: Uint8Array<ArrayBuffer>, query = '') =>
    service.call<Problem>('PUT', `/v1/cases/${id}/files/${name}${query}`, undefined, {
      body,
      headers: { 'content-length': String(body.length) },
    })
  interface Problem {
    readonly code: string
    readonly advice: string
    readonly detail: string
  }

  it.each<[string, string, Uint8Array<ArrayBuffer>, number, string]>([
    ['an unknown format', 'a.bin', PNG, 415, 'unknown-format'],
    ['a Network Monitor capture', 'a.cap', text('GMBU and more of it, so that it has a header'), 415, 'convert-first'],
    ['an empty body', 'a.pcap', new Uint8Array(), 400, 'empty-body'],
    ['a log without any time', 'a.log', text('hello\nthere is no time here\n'.repeat(30)), 422, 'no-timestamps'],
    ['a name with ../', '..%2F..%2Fetc%2Fpasswd', PCAP, 400, 'bad-name'],
    ['a name with a line break', 'a%0Ab.pcap', PCAP, 400, 'bad-name'],
    ['a name of 300 letters', 'a'.repeat(300), PCAP, 400, 'bad-name'],
  ])('%s', async (_what, name, body, status, code) => {
    const answer = await put(name, body)
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body.advice.length).toBeGreaterThan(10)
  })

  it.each([
    ['a mistyped option', 'a.log', '?timezoen=Europe/Berlin', 'timezoen'],
    ['an option that nobody knows', 'a.pcap', '?clockOffset=1&bogus=1', 'bogus'],
  ])('%s of a file, by its name', async (_what, name, query, option) => {
    const answer = await put(name, PCAP, query)
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad-request', detail: `${option}: nothing of this name is known here` } })
  })

  it('a capture that is damaged from its first packet on loses nothing else', async () => {
    const damaged = PCAP.slice(0, 24 + 16 + 10)
    damaged.fill(0xff, 24, 40)
    const answer = await put('damaged.pcap', damaged)
    expect([201, 422]).toContain(answer.status)
  })

  it.each<[string, unknown, string]>([
    ['a case without a moment', {}, 'bad-request'],
    ['a moment without an offset', { incidentAt: '2026-03-02T09:14:07' }, 'bad-request'],
    ['a member that nobody knows', { ...SAMPLE, colour: 'red' }, 'bad-request'],
    ['a peer that is no address', { ...SAMPLE, peer: 'printer' }, 'bad-request'],
    ['a scope of peers without a peer', { ...SAMPLE, peer: undefined, scope: 'peers' }, 'bad-request'],
    ['a zone that does not exist', { ...SAMPLE, timezone: 'Europe/Atlantis' }, 'bad-request'],
    ['a moment before there were captures', { incidentAt: '0001-01-01T00:00:00Z' }, 'bad-request'],
    ['a window of no length', { ...SAMPLE, incidentToleranceSeconds: 0, window: { before: 0, after: 'PT0S' } }, 'bad-request'],
    ['a window of forty days', { ...SAMPLE, window: { before: 'P40D' } }, 'bad-request'],
    ['a window that ends before time', { ...SAMPLE, window: { before: 'P1M' } }, 'bad-request'],
  ])('%s', async (_what, body, code) => {
    expect(await service.call('POST', '/v1/cases', body)).toMatchObject({ status: 400, body: { code } })
  })

  it.each<[string, unknown, string]>([
    ['a nested member that nobody knows', { ...SAMPLE, window: { from: 5 } }, 'window.from: nothing of this name is known here'],
    ['a ticket without its id', { ...SAMPLE, ticket: { system: 'jira' } }, 'ticket.id: it is missing: a string is expected'],
    [
      'a window of neither number nor text',
      { ...SAMPLE, window: { before: true } },
      'window.before: Invalid input: expected number, received boolean; or Invalid input: expected string, received boolean',
    ],
  ])('%s is named with what is wrong of it', async (_what, body, detail) => {
    expect(await service.call('POST', '/v1/cases', body)).toMatchObject({ status: 400, body: { code: 'bad-request', detail } })
  })

  it('a method that a path does not know, with those that it knows', async () => {
    const answer = await service.call('PATCH', '/v1/cases', {})
    expect(answer).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } })
    expect(answer.headers.get('allow')).toBe('POST, GET, HEAD')
  })

  it('a body that is not JSON', async () => {
    expect(await service.call('POST', '/v1/cases', undefined, { body: '{' })).toMatchObject({ status: 400, body: { code: 'not-json' } })
  })

  it.each([
    ['a case that is not there', 'GET', '/v1/cases/case_none', 404, 'unknown-case'],
    ['a path that is not there', 'GET', '/v1/nothing', 404, 'unknown-route'],
    ['a method that is not allowed', 'PATCH', '/v1/cases', 405, 'method-not-allowed'],
    ['a diagnosis of an unknown case', 'GET', '/v1/cases/case_none/diagnosis', 404, 'unknown-case'],
  ])('%s', async (_what, method, path, status, code) => {
    expect(await service.call(method, path)).toMatchObject({ status, body: { code } })
  })

  it.each([
    ['no key', null],
    ['a wrong key', 'dev_wrong'],
    ['a key of our form that nobody made', `hk_${'0'.repeat(16)}_${'0'.repeat(32)}`],
  ])('%s', async (_what, key) => {
    const answer = await service.call('GET', '/v1/cases', undefined, { key })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  it('a diagnosis that nobody asked for', async () => {
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({ status: 409, body: { code: 'not-queued' } })
  })

  it('a correction that leaves the window no length', async () => {
    const exact = await openCase(service, { incidentToleranceSeconds: 0, error: '10053' })
    expect(await service.call('POST', `/v1/cases/${exact}/diagnose`, { window: { before: 0, after: 0 } })).toMatchObject({
      status: 400,
      body: { code: 'bad-request', detail: expect.stringContaining('no length') },
    })
  })

  it('a diagnosis of nothing', async () => {
    expect(await service.call('POST', `/v1/cases/${await openCase(service)}/diagnose`)).toMatchObject({
      status: 422,
      body: { code: 'no-files' },
    })
  })
})

describe('an intake', () => {
  let service: TestService
  beforeAll(async () => {
    service = await TestService.start()
  })
  const intake = async (entries: Parameters<typeof form>[0]) => {
    const answer = await service.fetch('POST', '/v1/intake', { body: form(entries) })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const file = (name: string, content: Uint8Array<ArrayBuffer> = PCAP) => ['file', content, name] as const

  it('refuses fields that come after a file', async () => {
    expect(await intake([['incidentAt', SAMPLE.incidentAt], file('a.pcap'), ['peer', SAMPLE.peer]])).toMatchObject({
      status: 422,
      body: { code: 'fields-after-files' },
    })
  })

  it('warns that the second of two files of one name replaced the first', async () => {
    const answer = await intake([...fields(), file('a.pcap'), file('b.pcap'), file('a.pcap')])
    expect(answer).toMatchObject({
      status: 202,
      body: { outcomes: [{ warnings: [] }, { warnings: [] }, { warnings: [{ code: 'replaced' }] }] },
    })
    expect(answer.body.files).toHaveLength(2)
  })

  it.each([
    ['its second, inside the window', [PCAP_OUTSIDE, PCAP], 202],
    ['its second, outside the window, in place of one inside', [PCAP, PCAP_OUTSIDE], 422],
    ['its first, inside the window, before one that cannot be read', [PCAP, PNG], 202],
  ])('of two files of one name a diagnosis looks at the one that stands: %s', async (_, contents, status) => {
    const answer = await intake([...fields(), ...contents.map((content) => file('a.pcap', content))])
    expect(answer.status).toBe(status)
    if (status === 422) expect(answer.body).toMatchObject({ code: 'nothing-in-window' })
  })

  it('refuses a body that is no form', async () => {
    expect(await service.call('POST', '/v1/intake', {})).toMatchObject({ status: 415, body: { code: 'not-multipart' } })
  })

  it.each(['__proto__[polluted]', '__proto__', 'constructor[prototype]', 'window[__proto__]', 'constructor'])(
    'refuses a field named %s, and no object inherits from it',
    async (name) => {
      expect(await intake([...fields(), [name, '{"polluted": "yes"}'], file('a.pcap')])).toMatchObject({
        status: 400,
        body: { code: 'bad-request' },
      })
      expect(({} as { polluted?: string }).polluted).toBeUndefined()
    },
  )

  it.each([
    ['fields that are too long together', Array.from({ length: 20 }, (_, at) => [`options[${at}.pcap]`, ','.repeat(15_000)] as const)],
    ['file names that are too long together', Array.from({ length: 20 }, () => file('n'.repeat(15_000)))],
  ])('refuses %s', async (_what, entries) => {
    expect(await intake([...fields(), ...entries, file('a.pcap')])).toMatchObject({ status: 413, body: { code: 'too-large' } })
  })

  it('tells who forgot the @ of curl how to send a file', async () => {
    expect(await intake([...fields(), ['file', 'early-close.pcap']])).toMatchObject({
      status: 400,
      body: { code: 'bad-request', advice: expect.stringContaining('file=@PATH') },
    })
  })

  it('refuses a form without a file', async () => {
    expect(await intake(fields())).toMatchObject({ status: 422, body: { code: 'no-files' } })
  })

  it('keeps the good files when one is bad', async () => {
    const { status, body } = await intake([...fields(), file('bad.bin', PNG), file('good.pcap')])
    expect(status).toBe(202)
    expect(body.outcomes).toMatchObject([
      { name: 'bad.bin', state: 'rejected', problem: { code: 'unknown-format' } },
      { name: 'good.pcap', state: 'stored', kept: 18 },
    ])
    expect(body.files).toMatchObject([
      { name: 'bad.bin', state: 'rejected' },
      { name: 'good.pcap', state: 'stored' },
    ])
  })

  it('of one bad file answers as a PUT of it would', async () => {
    expect(await intake([...fields(), file('bad.bin', PNG)])).toMatchObject({
      status: 415,
      body: { code: 'unknown-format' },
    })
  })

  it('with nothing inside the window leaves the case open and says by how much it missed', async () => {
    const { status, body } = await intake([['incidentAt', '2026-03-02T12:00:00Z'], file('a.pcap')])
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'nothing-in-window', outcomes: [{ kept: 0, warnings: [{ code: 'nothing-in-window' }] }] })
    expect(await service.call('GET', `/v1/cases/${String(body.id)}`)).toMatchObject({
      body: { status: 'open', checklist: [{ ask: 'capture', state: 'outside-window' }, {}, {}, {}] },
    })
  })

  it('says in the checklist by how much a log missed, whatever else there is to warn of', async () => {
    const log = text('2026-03-02 09:14:00.000 INF job 1 started\n2026-03-02 09:14:07.400 ERR job 1 failed\n')
    const { body } = await intake([['incidentAt', '2026-03-02T12:00:00Z'], ['asks', 'batch-print-log'], file('a.log', log)])
    expect(await service.call('GET', `/v1/cases/${String(body.id)}`)).toMatchObject({
      body: {
        checklist: [{ ask: 'batch-print-log', state: 'outside-window', says: expect.stringContaining('the log ends 9502.6 s before it') }],
      },
    })
  })

  it('takes the options of a file before the file', async () => {
    const { body } = await intake([...fields(), ['options[a.pcap]', 'clockOffset=3600,vantage=peer'], file('a.pcap'), file('b.pcap')])
    expect(body.outcomes).toMatchObject([{ kept: 0 }, { kept: 18 }])
  })

  it('that breaks off leaves no file', async () => {
    const whole = new Uint8Array(await new Response(form([...fields(), file('a.pcap')])).arrayBuffer())
    const type = new Response(form([])).headers.get('content-type') ?? ''
    const boundary = new TextDecoder('latin1').decode(whole).match(/^--(\S+)/)?.[1] ?? ''
    const before = (await service.stored()).length
    const answer = await service.fetch('POST', '/v1/intake', {
      body: whole.slice(0, whole.length - 300),
      headers: { 'content-type': type.replace(/boundary=.*/, `boundary=${boundary}`) },
    })
    expect(await answer.json()).toMatchObject({ code: 'bad-multipart' })
    expect(await service.stored()).toHaveLength(before)
  })
})

it('a second PUT replaces the file and makes a diagnosed case stale', async () => {
  const service = await TestService.start()
  const id = await openCase(service)
  await putSample(service, id)
  await service.call('POST', `/v1/cases/${id}/diagnose`)
  await service.settle()
  const before = await service.stored(`cases/dev/${id}/files/`)
  expect((await putSample(service, id)).status).toBe(201)
  const after = await service.stored(`cases/dev/${id}/files/`)
  expect(after).toHaveLength(before.length)
  expect(after.filter((key) => before.includes(key))).toEqual([])
  expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({ body: { stale: true, status: 'diagnosed' } })
})
