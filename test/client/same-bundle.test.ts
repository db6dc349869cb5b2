import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../cli/run-command.ts'
import { RunningWorker } from '../support/worker.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'hangup-same-bundle-'))

let worker: RunningWorker
beforeAll(async () => {
  worker = await RunningWorker.start()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await worker?.close()
})

interface Truth {
  readonly incident_at: string
  readonly capture_files: readonly string[]
  readonly subject: { readonly server_ip: string; readonly printer_ip: string }
  readonly log: { readonly utc_offset_minutes: number }
}

const truthOf = (name: string): Truth => JSON.parse(readFileSync(join(CORPUS, `${name}.truth.json`), 'utf8'))

type Bundle = Readonly<Record<string, Uint8Array>>

interface Privacy {
  readonly payload: 'keep' | 'strip'
  readonly addresses: 'keep' | 'pseudonymise'
}

/** What the service in workerd makes of the case's files. */
async function bundleOfWorker(name: string, truth: Truth, zone: string, privacy: Privacy): Promise<Bundle> {
  const { server_ip: host, printer_ip: peer } = truth.subject
  const about = { incidentAt: truth.incident_at, timezone: zone, host, peer, scope: 'all', privacy }
  const { id } = await worker.json<{ id: string }>('POST', '/v1/cases', about)
  for (const file of [...truth.capture_files, `${name}.log`]) {
    const answer = await worker.fetch('PUT', `/v1/cases/${id}/files/${file}`, { body: readFileSync(join(CORPUS, file)) })
    expect(answer.status).toBe(201)
  }
  await worker.json('POST', `/v1/cases/${id}/diagnose`, {})
  await worker.until<{ status: string }>(`/v1/cases/${id}`, ({ status }) => status === 'diagnosed')
  return unzipSync(new Uint8Array(await (await worker.fetch('GET', `/v1/cases/${id}/bundle`)).arrayBuffer()))
}

/** What the command line makes of the same files, in this process. */
async function bundleOfCommandLine(name: string, truth: Truth, zone: string, privacy: readonly string[]): Promise<Bundle> {
  const zip = join(folder, `${name}.zip`)
  const { server_ip: host, printer_ip: peer } = truth.subject
  const asked = ['--at', truth.incident_at, '--timezone', zone, '--host', host, '--peer', peer]
  const files = [...truth.capture_files, `${name}.log`].map((file) => join(CORPUS, file))
  expect(await runCommand('bundle', ...asked, ...privacy, '-o', zip, ...files)).toMatchObject({ code: 0 })
  return unzipSync(readFileSync(zip))
}

const OPEN = ['as it is', { payload: 'keep', addresses: 'keep' }, []] as const
const STRIPPED = ['stripped of payload', { payload: 'strip', addresses: 'keep' }, ['--strip-payload']] as const
const NAMELESS = [
  'pseudonymised',
  { payload: 'strip', addresses: 'pseudonymise' },
  ['--pseudonymise', '--map', join(folder, 'map.json')],
] as const

/** One capture, several captures, gzip, pcapng and IPv6, each with its log; with `HANGUP_ALL=1` each in every way. */
const SOME = [
  ['c001', ...OPEN],
  ['c030', ...OPEN],
  ['c020', ...STRIPPED],
  ['c015', ...NAMELESS],
  ['c007', ...NAMELESS],
] as const
const ALL = ['c001', 'c007', 'c015', 'c020', 'c030', 'c109'].flatMap((name) =>
  [OPEN, STRIPPED, NAMELESS].map((how) => [name, ...how] as const),
)

describe('a bundle has the same bytes in workerd and on the command line', () => {
  it.each(process.env.HANGUP_ALL === '1' ? ALL : SOME)('%s %s', async (name, _, privacy, words) => {
    const truth = truthOf(name)
    const minutes = truth.log.utc_offset_minutes
    const zone = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`
    const { 'manifest.json.sig': signature, ...theirs } = await bundleOfWorker(name, truth, zone, privacy)
    const ours = await bundleOfCommandLine(name, truth, zone, words)
    expect(signature).toHaveLength(89)
    expect(Object.keys(theirs)).toEqual(Object.keys(ours))
    const { key, ...signed } = JSON.parse(Buffer.from(theirs['manifest.json'] ?? []).toString())
    const { key: none, ...unsigned } = JSON.parse(Buffer.from(ours['manifest.json'] ?? []).toString())
    expect([key?.algorithm, none]).toEqual(['Ed25519', null])
    expect(signed).toEqual(unsigned)
    for (const [entry, content] of Object.entries(ours)) {
      if (entry !== 'manifest.json') expect(Buffer.from(theirs[entry] ?? []).equals(content), entry).toBe(true)
    }
  })
})
