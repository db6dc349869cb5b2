import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Diagnosis } from '../src/core/diagnosis/schema.ts'
import { fields, form, SAMPLE, sampleBytes } from './support/sample.ts'
import { RunningWorker, WORKER_KEY } from './support/worker.ts'

/** What only the real runtime can show: the bundle, its bindings, its streams. Everything else is tested in this process. */
let worker: RunningWorker
beforeAll(async () => {
  worker = await RunningWorker.start()
})
afterAll(() => worker.close())

interface Case {
  readonly id: string
  readonly status: string
  readonly files: readonly { name: string; state: string; kept: number; rawDeletedAt: string | null }[]
}

const PCAP = sampleBytes('early-close.pcap')
const open = async (): Promise<string> => (await worker.json<Case>('POST', '/v1/cases', SAMPLE)).id

it('a form of capture and log is diagnosed by the real queue', async () => {
  const body = form([...fields(), ['file', PCAP, 'a.pcap'], ['file', sampleBytes('early-close.log'), 'a.log']])
  const answer = await worker.fetch('POST', '/v1/intake', { body })
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as Case
  await worker.until<Case>(`/v1/cases/${id}`, ({ status }) => status === 'diagnosed')
  const { verdict } = await worker.json<Diagnosis>('GET', `/v1/cases/${id}/diagnosis`)
  expect(verdict).toMatchObject({ cause: 'early-close', abortedBy: 'peer' })
})

it('a capture that breaks off leaves nothing, and the service goes on', async () => {
  const id = await open()
  const { hostname, port } = new URL(worker.url)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      const head = [
        `PUT /v1/cases/${id}/files/broken.pcap HTTP/1.1`,
        `Host: ${hostname}`,
        `Authorization: Bearer ${WORKER_KEY}`,
        'Content-Length: 9000000',
      ]
      socket.write(`${head.join('\r\n')}\r\n\r\n`)
      socket.write(PCAP)
      setTimeout(() => socket.destroy(), 300)
    })
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
  })
  await worker.until<Case>(`/v1/cases/${id}`, ({ files }) => files.length === 0)
  expect([...(await worker.stored(`cases/dev/${id}/`)).keys()]).toEqual([])
})

it('a resumable upload is cut by a job, and its raw bytes are gone right after', async () => {
  const id = await open()
  const size = 12 * 1024 * 1024
  const whole = new Uint8Array(size)
  whole.set(PCAP)
  // One packet of an hour before, again and again: what is not kept.
  const early = PCAP.subarray(24, 24 + 16 + new DataView(PCAP.buffer).getUint32(24 + 8, true))
  let at = PCAP.length
  for (; at + early.length <= size; at += early.length) whole.set(early, at)
  const sent = whole.subarray(0, at)
  const { uploadId, partSize } = await worker.json<{ uploadId: string; partSize: number }>('POST', `/v1/cases/${id}/uploads`, {
    name: 'big.pcap',
    size: at,
    partSize: 5 * 1024 * 1024,
  })
  const path = `/v1/cases/${id}/uploads/${uploadId}`
  const { urls } = await worker.json<{ urls: { number: number; url: string }[] }>('GET', `${path}?from=1`)
  expect(urls).toHaveLength(3)
  for (const { number, url } of urls) {
    const answer = await fetch(url, { method: 'PUT', body: sent.slice((number - 1) * partSize, number * partSize) })
    expect(answer.status).toBe(200)
  }
  await worker.json('POST', `${path}/complete`)
  const { files } = await worker.until<Case>(`/v1/cases/${id}`, (body) => body.files.some(({ rawDeletedAt }) => rawDeletedAt !== null))
  expect(files).toMatchObject([{ name: 'big.pcap', state: 'stored', kept: 18 }])
  expect((await worker.stored('raw/')).size).toBe(0)
})

it('events stream as they happen, until the client is gone', async () => {
  const id = await open()
  const stop = new AbortController()
  const answer = await worker.fetch('GET', `/v1/cases/${id}/events`, { signal: stop.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const reader = answer.body?.getReader()
  await worker.fetch('PUT', `/v1/cases/${id}/files/a.pcap`, { body: PCAP })
  let said = ''
  while (reader && !said.includes('event: file.stored')) said += new TextDecoder().decode((await reader.read()).value)
  stop.abort()
  expect(said).toMatch(/^retry: 3000\n\nid: \d+\nevent: file\.receiving\ndata: \{"at":"/)
  expect((await worker.fetch('GET', '/v1/health')).status).toBe(200)
})
