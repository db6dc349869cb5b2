import { gzipSync } from 'fflate'
import { beforeEach, describe, expect, it } from 'vitest'
import { failDiagnosis, GAVE_UP } from '../../src/cases/run-diagnosis.ts'
import type { CutReceipt } from '../../src/core/intake/receipt.ts'
import { pcap } from '../support/capture-files.ts'
import { fields, form, openCase, putSample, SAMPLE, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

let service: TestService
beforeEach(async () => {
  service = await TestService.start()
})

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': '6a1f0c3e-1d5c-4c9e' }

  it('gives the same answer again, secrets included, and does the work once', async () => {
    const question = { ...SAMPLE, callbackUrl: 'https://ticket.example.com/' }
    const first = await service.call<{ id: string }>('POST', '/v1/cases', question, { headers })
    const second = await service.call('POST', '/v1/cases', question, { headers })
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect((await service.call<{ cases: unknown[] }>('GET', '/v1/cases')).body.cases).toHaveLength(1)
  })

  it('refuses another body', async () => {
    await service.call('POST', '/v1/cases', SAMPLE, { headers })
    expect(await service.call('POST', '/v1/cases', { ...SAMPLE, peer: '10.0.0.1' }, { headers })).toMatchObject({
      status: 422,
      body: { code: 'idempotency-mismatch' },
    })
  })

  it('may be a single letter', async () => {
    const key = { 'idempotency-key': 'k' }
    const first = await service.call('POST', '/v1/cases', SAMPLE, { headers: key })
    expect(await service.call('POST', '/v1/cases', SAMPLE, { headers: key })).toMatchObject({ status: 201, body: first.body })
  })

  it('is free again after a refusal', async () => {
    await service.call('POST', '/v1/cases', {}, { headers })
    expect((await service.call('POST', '/v1/cases', SAMPLE, { headers })).status).toBe(201)
  })

  it('counts for an intake by fields, file names and sizes', async () => {
    const send = async (name: string) => {
      const answer = await service.fetch('POST', '/v1/intake', {
        body: form([...fields(), ['file', sampleBytes('early-close.pcap'), name]]),
        headers,
      })
      return { status: answer.status, body: (await answer.json()) as { id: string; code: string } }
    }
    const first = await send('a.pcap')
    expect(await send('a.pcap')).toEqual(first)
    expect(await send('b.pcap')).toMatchObject({ status: 422, body: { code: 'idempotency-mismatch' } })
  })

  it('repeats an answer that is longer than a row of the database, which goes with the case', async () => {
    const lines = Array.from(
      { length: 1800 },
      (_, index) => `0.${1000 + index} 10.1.${index >> 8}.${index & 255}:${2000 + index} > peer SYN`,
    )
    const large = Uint8Array.from(pcap(lines.join('\n'), { start: SAMPLE.incidentAt }))
    const send = async (): Promise<{ status: number; text: string }> => {
      const answer = await service.fetch('POST', '/v1/intake', { body: form([...fields(), ['file', large, 'large.pcap']]), headers })
      return { status: answer.status, text: await answer.text() }
    }
    const first = await send()
    expect(first.status).toBe(202)
    expect(first.text.length).toBeGreaterThan(1_000_000)
    expect(await send()).toEqual(first)
    const { id } = JSON.parse(first.text) as { id: string }
    expect((await service.stored(`cases/dev/${id}/answers/`)).length).toBe(1)
    await service.call('DELETE', `/v1/cases/${id}`)
    expect(await service.stored(`cases/dev/${id}/`)).toEqual([])
  })

  it('of another key of the same tenant is another one', async () => {
    const { body } = await service.call<{ key: string }>('POST', '/v1/keys', { name: 'k', scopes: ['cases:write'] })
    const first = await service.call<{ id: string }>('POST', '/v1/cases', SAMPLE, { headers })
    const second = await service.call<{ id: string }>('POST', '/v1/cases', SAMPLE, { headers, key: body.key })
    expect(second.body.id).not.toBe(first.body.id)
  })
})

describe('the event stream', () => {
  const read = async (id: string, wanted: number, headers: Record<string, string> = {}): Promise<{ id: string; event: string }[]> => {
    const answer = await service.fetch('GET', `/v1/cases/${id}/events`, { headers })
    const found: { id: string; event: string }[] = []
    let text = ''
    const reader = answer.body?.getReader()
    while (reader && found.length < wanted) {
      const { done, value } = await reader.read()
      if (done) break
      text += new TextDecoder().decode(value)
      found.length = 0
      for (const [, seq = '', event = ''] of text.matchAll(/^id: (\d+)\nevent: (\S+)$/gm)) found.push({ id: seq, event })
    }
    await reader?.cancel()
    return found
  }

  it('tells the whole story and resumes by Last-Event-ID', async () => {
    const id = await openCase(service)
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    const all = await read(id, 9)
    const steps = ['reading', 'diagnosing', 'writing', 'bundling', 'publishing'].map(() => 'progress')
    expect(all.map(({ event }) => event)).toEqual(['file.receiving', 'file.stored', 'queued', ...steps, 'diagnosed'])
    const rest = await read(id, 2, { 'last-event-id': all[1]?.id ?? '' })
    expect(rest[0]).toEqual(all[2])
  })

  it('asks the database no more when the client is gone', async () => {
    const id = await openCase(service)
    const answer = await service.fetch('GET', `/v1/cases/${id}/events`)
    let asked = 0
    const { events } = service.deps.state
    const original = events.after
    events.after = (...args) => {
      asked++
      return original(...args)
    }
    const reader = answer.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    const then = asked
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(asked - then).toBeLessThanOrEqual(1)
  })
})

describe('polling', () => {
  it('costs nothing while the case stays as it is', async () => {
    const id = await openCase(service)
    const { headers } = await service.call('GET', `/v1/cases/${id}`)
    const etag = headers.get('etag') ?? ''
    expect((await service.call('GET', `/v1/cases/${id}`, undefined, { headers: { 'if-none-match': etag } })).status).toBe(304)
    await putSample(service, id)
    expect((await service.call('GET', `/v1/cases/${id}`, undefined, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  it.each([
    ['of a proxy that compresses', (etag: string) => `W/${etag}`],
    ['in a list', (etag: string) => `"other", ${etag}`],
    ['for anything', () => '*'],
  ])('knows its ETag %s', async (_, written) => {
    const path = `/v1/cases/${await openCase(service)}`
    const etag = (await service.call('GET', path)).headers.get('etag') ?? ''
    expect((await service.call('GET', path, undefined, { headers: { 'if-none-match': written(etag) } })).status).toBe(304)
  })

  it('sees every change: an upload that begins, one that is cancelled, raw bytes that are deleted', async () => {
    const id = await openCase(service)
    const tags: (string | null)[] = []
    const look = async () => tags.push((await service.call('GET', `/v1/cases/${id}`)).headers.get('etag'))
    await look()
    const { body } = await service.call<{ uploadId: string }>('POST', `/v1/cases/${id}/uploads`, { name: 'b.pcap' })
    await look()
    await service.call('DELETE', `/v1/cases/${id}/uploads/${body.uploadId}`)
    expect((await service.call('GET', `/v1/cases/${id}`)).headers.get('etag')).toBe(tags[0])
    await putSample(service, id)
    await look()
    const file = (await service.deps.state.files.of(id))[0]
    await service.deps.state.files.rawDeleted(id, file?.uploadId ?? '', service.clock)
    await look()
    expect(new Set(tags).size).toBe(4)
  })
})

describe('a case that only names an error', () => {
  it('is diagnosed at once: what it means, what to collect, and where to send it', async () => {
    const { body } = await service.call<{ id: string; status: string; upload: { url: string } }>('POST', '/v1/cases', {
      ...SAMPLE,
      error: 'M1556',
    })
    expect(body).toMatchObject({ status: 'queued', upload: { url: expect.stringContaining('#case=') } })
    await service.settle()
    const { body: diagnosis } = await service.call<{ settle: { command: string }[] }>('GET', `/v1/cases/${body.id}/diagnosis`)
    expect(diagnosis).toMatchObject({
      verdict: { cause: 'undetermined' },
      connection: null,
      reportedError: { codes: expect.arrayContaining([expect.stringContaining('M1556')]) },
    })
    expect(diagnosis.settle.map(({ command }) => command).join('\n')).toContain('10.0.0.9')
  })
})

describe('the receipt of a file that was cut elsewhere', () => {
  const receiptOf = async (id: string): Promise<CutReceipt> => {
    const { body } = await service.call<CutReceipt[]>('GET', `/v1/cases/${id}/files/early-close.pcap/receipt`)
    if (!body[0]) throw new Error('no receipt')
    return body[0]
  }
  const put = (id: string, body: string | Uint8Array<ArrayBuffer>) =>
    service.call('PUT', `/v1/cases/${id}/files/early-close.pcap/digest`, undefined, { body })

  it.each([
    ['plain', (text: string) => text],
    ['gzip', (text: string) => Uint8Array.from(gzipSync(new TextEncoder().encode(text)))],
  ])('is taken, %s, and marked', async (_how, pack) => {
    const id = await openCase(service)
    await putSample(service, id)
    const receipt = await receiptOf(id)
    const whole = { ...receipt, source: { ...receipt.source, recordsSeen: 912_331 } }
    expect(await put(id, pack(JSON.stringify(whole)))).toMatchObject({
      status: 201,
      body: { by: 'client', receipt: { by: 'client', source: { recordsSeen: 912_331 } } },
    })
  })

  it.each<[string, (receipt: CutReceipt) => string, string]>([
    ['about another file', (receipt) => JSON.stringify({ ...receipt, kept: { ...receipt.kept, records: 17 } }), 'bad-receipt'],
    ['that is no receipt', () => '{"a":1}', 'bad-receipt'],
    ['that is no JSON', () => '{', 'bad-receipt'],
    ['that is too long', (receipt) => JSON.stringify({ ...receipt, quality: ['x'.repeat(17 * 1024 * 1024)] }), 'too-large'],
  ])('%s is refused', async (_what, change, code) => {
    const id = await openCase(service)
    await putSample(service, id)
    expect(await put(id, change(await receiptOf(id)))).toMatchObject({ body: { code } })
  })

  it('of a file that never came is refused', async () => {
    expect(await put(await openCase(service), '{}')).toMatchObject({ status: 404, body: { code: 'unknown-file' } })
  })
})

describe('a diagnosis asked for again', () => {
  const verdictAt = async (id: string, revision: number) => {
    const { body } = await service.call<{ revision: number; verdict: { cause: string }; connection: { host: { ip: string } } | null }>(
      'GET',
      `/v1/cases/${id}/diagnosis?revision=${revision}`,
    )
    return [body.revision, body.verdict.cause, body.connection?.host.ip ?? null]
  }

  it.each([
    ['a window inside the kept one', { window: { before: 0, after: 'PT0.000001S' } }, ['undetermined', null]],
    ['the other end as host', { host: '10.0.0.9', peer: '10.0.0.5' }, [expect.any(String), '10.0.0.9']],
  ])('with %s makes a new revision; the older stays readable', async (_, corrections, answer) => {
    const id = await openCase(service, { incidentToleranceSeconds: 0, window: { before: 60, after: 60 } })
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    expect(await service.call('POST', `/v1/cases/${id}/diagnose`, corrections)).toMatchObject({ status: 202, body: { revision: 2 } })
    await service.settle()
    expect(await verdictAt(id, 2)).toEqual([2, ...answer])
    expect(await verdictAt(id, 1)).toEqual([1, 'early-close', expect.stringMatching(/^10\.0\.0\.(?!9$)/)])
  })
})

describe('recurrence', () => {
  it('says how often the same peer failed for the same cause', async () => {
    for (let round = 0; round < 3; round++) {
      service.clock += 3_600_000
      const id = await openCase(service)
      await putSample(service, id)
      await service.call('POST', `/v1/cases/${id}/diagnose`)
      await service.settle()
      const { body } = await service.call<{ recurrence: { cases: number; says: string } | null }>('GET', `/v1/cases/${id}`)
      if (round === 0) expect(body.recurrence).toBeNull()
      else
        expect(body.recurrence).toMatchObject({
          cases: round + 1,
          peer: '10.0.0.9',
          cause: 'early-close',
          says: expect.stringContaining(`${round + 1} times in 30 days`),
        })
    }
  })
})

describe('looking on', () => {
  it('the audit trail names who did what, and no content', async () => {
    const id = await openCase(service)
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    await service.fetch('GET', `/v1/cases/${id}/diagnosis`)
    await service.fetch('GET', `/v1/cases/${id}/bundle`)
    const { body } = await service.call<{ entries: { type: string; actor: string }[] }>('GET', `/v1/cases/${id}/audit`)
    expect(body.entries.map(({ type }) => type)).toEqual([
      'case.opened',
      'link.made',
      'file.received',
      'diagnosis.asked',
      'diagnosis.read',
      'bundle.downloaded',
    ])
    expect(new Set(body.entries.map(({ actor }) => actor))).toEqual(new Set(['key:development']))
  })

  it('the metrics count', async () => {
    const id = await openCase(service)
    const sent = await putSample(service, id)
    const keptBytes = (sent.body.receipt as { kept: { bytes: number } }).kept.bytes
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    service.clock += 30_000
    expect(await service.call('GET', '/v1/metrics')).toMatchObject({ body: { queuedCases: 1, queueAgeSeconds: 30, bytesIn: 9262 } })
    await service.settle()
    expect(await service.call('GET', '/v1/metrics')).toMatchObject({
      body: { queuedCases: 0, queueAgeSeconds: 0, failedCases: 0, verdicts: { 'early-close': 1 }, bytesKept: expect.any(Number) },
    })
    const lost = await openCase(service)
    await putSample(service, lost)
    const { body } = await service.call<{ revision: number }>('POST', `/v1/cases/${lost}/diagnose`)
    await failDiagnosis(service.deps, { tenant: 'dev', caseId: lost, revision: body.revision }, GAVE_UP)
    expect(await service.call('GET', '/v1/metrics')).toMatchObject({
      body: { failedCases: 1, verdicts: { 'early-close': 1 }, bytesIn: 2 * 9262, bytesKept: 2 * keptBytes },
    })
  })

  it('a HEAD is no reading', async () => {
    const id = await openCase(service)
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
    for (const what of ['diagnosis', 'bundle']) expect((await service.fetch('HEAD', `/v1/cases/${id}/${what}`)).status).toBe(200)
    const { body } = await service.call<{ entries: { type: string }[] }>('GET', `/v1/cases/${id}/audit`)
    expect(body.entries.at(-1)?.type).toBe('diagnosis.asked')
  })

  it('errors are decoded', async () => {
    expect(await service.call('GET', '/v1/errors?q=10053')).toMatchObject({ body: { errors: [{ canonical: 'ECONNABORTED' }] } })
  })

  it.each(['?status=diagnosed', '?peer=10.0.0.9', '?cause=early-close', '?ticket=77', '?since=2026-01-01T00:00:00Z'])(
    'cases are found by %s',
    async (query) => {
      const id = await openCase(service, { ticket: { system: 'zendesk', id: '77' } })
      await putSample(service, id)
      await service.call('POST', `/v1/cases/${id}/diagnose`)
      await service.settle()
      await openCase(service, { peer: undefined, incidentAt: '2026-03-02T09:14:07Z' })
      const { body } = await service.call<{ cases: { id: string }[] }>('GET', `/v1/cases${query}`)
      expect(body.cases.map((one) => one.id)).toContain(id)
      expect(body.cases).toHaveLength(query.startsWith('?since') ? 2 : query.startsWith('?peer') ? 1 : 1)
    },
  )

  it.each(['10.0.0.9', '10.0.0.9:9100'])('finds the cases of a peer as it was named: %s', async (peer) => {
    await service.call('POST', '/v1/cases', { ...SAMPLE, peer: '10.0.0.9:9100' })
    await service.call('POST', '/v1/cases', { ...SAMPLE, peer: '10.0.0.8:9100' })
    expect((await service.call<{ cases: unknown[] }>('GET', `/v1/cases?peer=${peer}`)).body.cases).toHaveLength(1)
  })

  it('cases come in pages, newest first, without a gap', async () => {
    const opened: string[] = []
    for (let count = 0; count < 5; count++) opened.unshift(await openCase(service))
    const seen: string[] = []
    let path = '/v1/cases?limit=2'
    for (let page = 0; page < 3; page++) {
      const { body } = await service.call<{ cases: { id: string }[]; next: string | null }>('GET', path)
      seen.push(...body.cases.map((one) => one.id))
      path = `/v1/cases?limit=2&cursor=${body.next}`
    }
    expect(seen).toEqual(opened)
  })

  it.each(['database', 'object storage'])(
    'health is told without a key, remembered for ten seconds, and no more than degraded without the %s',
    async (gone) => {
      const { meters } = service.deps.state
      let asked = 0
      let isGone = false
      const probe = async (): Promise<void> => {
        asked++
        if (isGone) throw new Error('10.0.0.7 refused SECRET')
      }
      const { objects } = service.deps
      const size = async () => void (await probe())
      const world =
        gone === 'database'
          ? { state: { ...service.deps.state, meters: { ...meters, ping: probe } } }
          : { state: { ...service.deps.state }, objects: Object.create(objects, { size: { value: size } }) as typeof objects }
      Object.assign(service.deps, world)
      const health = async () => {
        const { status, body } = await service.call('GET', '/v1/health', undefined, { key: null })
        return { status, body }
      }
      const ok = { status: 200, body: { status: 'ok' } }
      const degraded = { status: 503, body: { status: 'degraded' } }
      expect(await health()).toEqual(ok)
      isGone = true
      service.clock += 5000
      expect(await health()).toEqual(ok)
      expect(asked).toBe(1)
      service.clock += 5000
      expect(await health()).toEqual(degraded)
      expect(await health()).toEqual(degraded)
      expect(asked).toBe(2)
      isGone = false
      service.clock += 10_000
      expect(await health()).toEqual(ok)
      expect(JSON.stringify(service.events)).not.toContain('SECRET')
    },
  )

  it('the signing key verifies what a bundle was signed with', async () => {
    expect(await service.call('GET', '/v1/signing-key', undefined, { key: null })).toMatchObject({
      body: { algorithm: 'Ed25519', publicKey: expect.stringMatching(/^.{44}$/) },
    })
  })
})
