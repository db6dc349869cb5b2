import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BreakableProxy } from '../support/breakable-proxy.ts'
import { SAMPLE, sampleBytes } from '../support/sample.ts'
import { StartedService } from '../support/started-service.ts'
import { runCommand } from './run-command.ts'

const CAPTURE = new URL('../corpus/c001.pcap', import.meta.url).pathname
const INCIDENT = '2025-09-23T13:59:37.611943Z'
/** Copies of that capture's packets that make three parts of at most 8 MiB. */
const COPIES = 700

const folder = mkdtempSync(join(tmpdir(), 'hangup-send-'))
let service: StartedService

beforeAll(async () => {
  process.env.XDG_STATE_HOME = join(folder, 'state')
  service = await StartedService.start()
})
afterAll(async () => {
  await service?.close()
  rmSync(folder, { recursive: true })
})

interface ListedCase {
  readonly id: string
  readonly files: readonly { readonly name: string; readonly kept: number }[]
}

const newestCase = async (): Promise<ListedCase | undefined> => (await service.json<{ cases: ListedCase[] }>('/v1/cases')).cases[0]

it('goes on where it was when the service is killed in the middle of an upload and started again', async () => {
  const path = join(folder, 'trace.pcap')
  const [header, packets] = [readFileSync(CAPTURE).subarray(0, 24), readFileSync(CAPTURE).subarray(24)]
  writeFileSync(path, Buffer.concat([header, ...Array<Buffer>(COPIES).fill(packets)]))
  const proxy = new BreakableProxy(service.url)
  await proxy.open()
  const last = proxy.held(3)
  const sending = runCommand('send', '--to', proxy.url, '--key', service.key, '--at', INCIDENT, path)
  await last
  await service.kill()
  proxy.heldPart = undefined
  await proxy.cutOff()
  await proxy.open()
  await service.start()
  const { code, out, err } = await sending
  await proxy.cutOff()
  expect([code, out.startsWith('## ')]).toEqual([0, true])
  expect(err).toContain('trying again in')
  expect(proxy.partsDone).toEqual([1, 2, 3])
  const found = await newestCase()
  const [receipt] = await service.json<{ kept: { sha256: string } }[]>(`/v1/cases/${found?.id}/files/trace.pcap/receipt`)
  expect(receipt?.kept.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'))
}, 120_000)

/** The sample's packets as if they had been captured just now: the last one at `endMs`. */
function capturedUntil(endMs: number): Buffer {
  const bytes = Buffer.from(sampleBytes('early-close.pcap'))
  const records: number[] = []
  for (let at = 24; at < bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) records.push(at)
  const microseconds = (at: number): number => bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4)
  const shift = endMs * 1000 - microseconds(records.at(-1) ?? 24)
  for (const at of records) {
    const moved = microseconds(at) + shift
    bytes.writeUInt32LE(Math.floor(moved / 1e6), at)
    bytes.writeUInt32LE(moved % 1e6, at + 4)
  }
  return bytes
}

it('--watch sends the window round an error that appears in the log, and no older file of the ring', async () => {
  const ring = join(folder, 'ring')
  const log = join(folder, 'batch.log')
  mkdirSync(ring)
  const anHourAgo = Date.now() / 1000 - 3600
  writeFileSync(join(ring, 'ring_00001.pcap'), capturedUntil(anHourAgo * 1000))
  utimesSync(join(ring, 'ring_00001.pcap'), anHourAgo, anHourAgo)
  writeFileSync(log, `${new Date().toISOString()} ERROR an older send failed: WSAECONNRESET 10054\n`)
  const options = ['--before', '5m', '--after', '2s', '--tolerance', '0', '--peer', SAMPLE.peer]
  const watching = runCommand('send', '--to', service.url, '--key', service.key, '--watch', ring, '--once', ...options, log)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  writeFileSync(join(ring, 'ring_00002.pcap'), capturedUntil(Date.now()))
  appendFileSync(log, `${new Date().toISOString()} ERROR port ${SAMPLE.peer}: send failed (WSAECONNRESET 10054)\n`)
  const { code, out, err } = await watching
  expect([code, out.startsWith('## ')]).toEqual([0, true])
  expect(err).toContain("sending 1 of the folder's files and the log")
  const found = await newestCase()
  expect(found?.files.map(({ name }) => name).sort()).toEqual(['batch.log', 'ring_00002.pcap'])
  expect(found?.files.every(({ kept }) => kept > 0)).toBe(true)
  const { verdict } = await service.json<{ verdict: { cause: string } }>(`/v1/cases/${found?.id}/diagnosis`)
  expect(verdict.cause).toBe('early-close')
}, 60_000)
