import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import type { components, paths } from './schema.js'

/** A case from its opening to its ticket, by a client whose types are made from openapi.yaml: node client.js URL KEY SAMPLE. */

const [, , baseUrl = '', key = '', sample = ''] = process.argv
const api = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } })

function must<T>({ data, error }: { data?: T; error?: components['schemas']['Problem'] }): NonNullable<T> {
  if (error || data === undefined || data === null) throw new Error(`${error?.code}: ${error?.detail} ${error?.advice}`)
  return data
}

const { incidentAt, peer } = JSON.parse(await readFile(`${sample}/sample.json`, 'utf8')) as { incidentAt: string; peer: string }

const opened = must(await api.POST('/v1/cases', { body: { incidentAt, peer, ticket: { system: 'zendesk', id: '35436' } } }))
const path = { id: opened.id }

const trace = await readFile(`${sample}/early-close.pcap`)
const stored = must(
  await api.PUT('/v1/cases/{id}/files/{name}', {
    params: { path: { ...path, name: 'trace.pcap' }, query: { vantage: 'host' } },
    headers: { 'content-type': 'application/octet-stream' },
    body: trace,
    bodySerializer: (bytes) => bytes as BodyInit,
  }),
)
const kept: number = stored.kept

must(await api.POST('/v1/cases/{id}/diagnose', { params: { path }, body: {} }))

async function diagnosed(): Promise<components['schemas']['Case']> {
  for (;;) {
    const found = must(await api.GET('/v1/cases/{id}', { params: { path } }))
    if (found.status === 'diagnosed' || found.status === 'failed') return found
    // @ts-expect-error a status that the contract does not know
    if (found.status === 'done') return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const { verdict } = await diagnosed()
const diagnosis = must(await api.GET('/v1/cases/{id}/diagnosis', { params: { path }, headers: { accept: 'application/json' } }))
if (typeof diagnosis === 'string') throw new Error('asked for JSON')
const cause: 'early-close' | undefined = diagnosis.verdict.cause === 'early-close' ? diagnosis.verdict.cause : undefined
const ticket = must(await api.POST('/v1/cases/{id}/ticket', { params: { path }, body: { format: 'html' } }))
const bundle = must(await api.GET('/v1/cases/{id}/bundle', { params: { path }, parseAs: 'arrayBuffer' })) as ArrayBuffer

const missing = await api.GET('/v1/cases/{id}', { params: { path: { id: 'case_none' } } })
const code: components['schemas']['Problem']['code'] | undefined = missing.error?.code

// @ts-expect-error a case is not opened without its moment
export const incomplete = () => api.POST('/v1/cases', { body: { peer } })
// @ts-expect-error there is no such path
export const nowhere = () => api.GET('/v1/nothing')

console.log(
  JSON.stringify({
    ...{ kept, cause, code, headline: verdict?.headline === diagnosis.verdict.headline },
    ...{ requests: ticket.requests.map(({ purpose }) => purpose), bundle: bundle.byteLength > 1000 },
  }),
)
