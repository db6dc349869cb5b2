import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnosis } from '../src/core/diagnosis/schema.ts'
import { form } from './support/sample.ts'
import { sharedPath } from './support/shared.ts'
import { RunningWorker } from './support/worker.ts'

/** The whole way on real captures: sent by HTTP to the real bundle, diagnosed by its queue, the bundle opened by tshark. */
interface Truth {
  readonly name: string
  readonly capture_files: readonly string[]
  readonly incident_at: string | null
  readonly subject: { readonly printer_ip: string; readonly server_ip: string }
}

const corpus = sharedPath('corpus')
const truths = readdirSync(corpus)
  .filter((name) => name.endsWith('.truth.json'))
  .map((name) => JSON.parse(readFileSync(join(corpus, name), 'utf8')) as Truth)
  .filter(({ incident_at: incident }) => incident !== null)
/** Every thirtieth: spread over scenarios, formats and compressions. */
const chosen = truths.filter((_, at) => at % 30 === 0)

const TOLERANCE = 5 // seconds: a window narrower than the captures, so that there is something to cut away
const seconds = (time: string): number => Date.parse(time) / 1000

function times(bytes: Uint8Array, name: string): number[] {
  const path = join(mkdtempSync(join(tmpdir(), 'hangup-service-')), name.replace(/\W+/g, '_'))
  writeFileSync(path, bytes)
  const output = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.time_epoch'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, TZ: 'UTC' },
  })
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.includes('T') ? Date.parse(line) / 1000 : Number(line)))
}

let worker: RunningWorker
beforeAll(async () => {
  worker = await RunningWorker.start()
})
afterAll(() => worker.close())

describe.each(chosen.map((truth) => [truth.name, truth] as const))('%s by HTTP', (name, truth) => {
  let id = ''
  const at = truth.incident_at ?? ''
  const window = { from: seconds(at) - 20 - TOLERANCE, to: seconds(at) + 5 + TOLERANCE }

  it('is taken in and diagnosed', async () => {
    const question = {
      incidentAt: at,
      incidentToleranceSeconds: String(TOLERANCE),
      'window[before]': '20',
      'window[after]': '5',
      peer: truth.subject.printer_ip,
      scope: 'all',
    }
    const files = [...truth.capture_files, `${name}.log`].map(
      (file) => ['file', Uint8Array.from(readFileSync(join(corpus, file))), file] as const,
    )
    const answer = await worker.fetch('POST', '/v1/intake', { body: form([...Object.entries(question), ...files]) })
    const body = (await answer.json()) as { id: string }
    expect(answer.status, JSON.stringify(body).slice(0, 500)).toBe(202)
    id = body.id
    await worker.until<{ status: string }>(`/v1/cases/${id}`, ({ status }) => status === 'diagnosed' || status === 'failed', 60)
    const { verdict } = await worker.json<Diagnosis>('GET', `/v1/cases/${id}/diagnosis`)
    expect(verdict.headline).not.toBe('')
  })

  it('keeps no packet outside the window in the object store', async () => {
    const stored = await worker.stored(`cases/dev/${id}/files/`)
    const evidence = [...stored].filter(([key]) => key.endsWith('.evidence'))
    expect(evidence.length).toBeGreaterThan(0)
    for (const [key, bytes] of evidence) {
      const magic = bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : 0
      if (![0xa1b2c3d4, 0xa1b23c4d, 0xd4c3b2a1, 0x4d3cb2a1, 0x0a0d0d0a].includes(magic)) continue
      for (const time of times(bytes, key)) {
        expect(time).toBeGreaterThanOrEqual(window.from)
        expect(time).toBeLessThan(window.to)
      }
    }
  })

  it('keeps no log line outside the window in the object store', async () => {
    const stored = await worker.stored(`cases/dev/${id}/files/`)
    const receipts = [...stored]
      .filter(([key]) => key.endsWith('.receipt.json'))
      .map(([, bytes]) => JSON.parse(new TextDecoder().decode(bytes)))
    const logs = receipts.filter(({ kind }) => kind === 'log')
    expect(logs).toHaveLength(1)
    const original = readFileSync(join(corpus, `${name}.log`), 'utf8').split('\n').length - 1
    for (const { kept, source } of logs) {
      expect(kept.records).toBeLessThan(original)
      expect(source.recordsSeen).toBeGreaterThan(kept.records)
      if (kept.records === 0) continue
      expect(seconds(kept.from)).toBeGreaterThanOrEqual(window.from)
      expect(seconds(kept.to)).toBeLessThan(window.to)
    }
  })

  it('gives a bundle whose captures tshark opens', async () => {
    const zip = unzipSync(new Uint8Array(await (await worker.fetch('GET', `/v1/cases/${id}/bundle`)).arrayBuffer()))
    const captures = Object.entries(zip).filter(([entry]) => entry.startsWith('captures/'))
    const receipts = Object.entries(zip).filter(([entry]) => entry.startsWith('receipts/'))
    expect(captures.length).toBeGreaterThan(0)
    for (const [entry, bytes] of captures) {
      const found = times(bytes, entry)
      const receipt = receipts.find(([other]) => other === `receipts/${entry.split('/')[1]}.json`)
      if (receipt) expect(found).toHaveLength(JSON.parse(new TextDecoder().decode(receipt[1])).kept.records)
    }
  })
})
