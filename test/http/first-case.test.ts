import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../../src/core/diagnosis/schema.ts'
import { TestService } from '../support/service.ts'

const sample = (name: string) => readFileSync(new URL(`../samples/${name}`, import.meta.url))
const SAMPLE = JSON.parse(sample('sample.json').toString()) as { incidentAt: string; peer: string }

function form(files: readonly string[], fields: Record<string, string> = SAMPLE): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  for (const name of files) data.append('file', new Blob([sample(name)]), name)
  return data
}

describe('a case sent in one shot', () => {
  let service: TestService
  let id = ''

  beforeAll(async () => {
    service = await TestService.start()
    const answer = await service.fetch('POST', '/v1/intake', { body: form(['early-close.pcap', 'early-close.log']) })
    expect(answer.status).toBe(202)
    const body = (await answer.json()) as { id: string; outcomes: { kept: number }[] }
    expect(body.outcomes.map(({ kept }) => kept)).toEqual([18, 5])
    id = body.id
  })

  it('is not diagnosed before its job ran', async () => {
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({ status: 409, body: { code: 'in-progress' } })
  })

  it('is diagnosed by the queue', async () => {
    await service.settle()
    const { body } = await service.call<Diagnosis>('GET', `/v1/cases/${id}/diagnosis`)
    expect(body.verdict).toMatchObject({ cause: 'early-close', abortedBy: 'peer', lookAt: 'peer' })
    expect(await service.call('GET', `/v1/cases/${id}`)).toMatchObject({
      body: { status: 'diagnosed', stale: false, publishedRevision: 1 },
    })
  })

  it.each([
    ['text/markdown', /^## The peer closed/],
    ['text/html', /^<!doctype html>/i],
  ])('is told as %s', async (accept, content) => {
    const answer = await service.fetch('GET', `/v1/cases/${id}/diagnosis`, { headers: { accept } })
    expect(answer.headers.get('content-type')).toContain(accept)
    expect(await answer.text()).toMatch(content)
  })

  it('has a bundle, whole and in ranges', async () => {
    const whole = new Uint8Array(await (await service.fetch('GET', `/v1/cases/${id}/bundle`)).arrayBuffer())
    expect(new TextDecoder().decode(whole.subarray(0, 2))).toBe('PK')
    const answer = await service.fetch('GET', `/v1/cases/${id}/bundle`, { headers: { range: 'bytes=-100' } })
    expect(answer.status).toBe(206)
    expect(answer.headers.get('content-range')).toBe(`bytes ${whole.length - 100}-${whole.length - 1}/${whole.length}`)
    const beyond = await service.fetch('GET', `/v1/cases/${id}/bundle`, { headers: { range: `bytes=${whole.length}-` } })
    expect(beyond.status).toBe(416)
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.length}`)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(whole.subarray(-100))
  })
})
