import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../infra/build-page.mjs'
import { launchChromium } from '../support/chromium.ts'
import { rendererMegabytes } from '../support/process-memory.ts'
import { RunningWorker } from '../support/worker.ts'

const CAPTURE = readFileSync(new URL('../corpus/c001.pcap', import.meta.url))
const LOG = new URL('../corpus/c001.log', import.meta.url).pathname
const INCIDENT = '2025-09-23T13:59:37.611943Z'
/** Bytes of a packet record of other traffic, and how many of them in a second. */
const RECORD = 1000
const RATE = 100
/** Megabytes, and the share of them that the window keeps. The gigabyte comes only where everything is asked for. */
const SIZES = [{ megabytes: 30, share: 0.3 }, ...(process.env.HANGUP_ALL === '1' ? [{ megabytes: 1000, share: 0.01 }] : [])]

const folder = mkdtempSync(join(tmpdir(), 'hangup-whole-'))
let service: RunningWorker
let browser: Browser

beforeAll(async () => {
  await buildPage(fileURLToPath(new URL('../../dist/web/', import.meta.url)))
  service = await RunningWorker.start()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await service?.close()
  rmSync(folder, { recursive: true })
})

it.each(SIZES)(
  'a capture of $megabytes MB, cut to $share of it, goes from the page through the service to its report',
  async ({ megabytes, share }) => {
    const path = join(folder, 'trace.pcap')
    const seconds = Math.round((megabytes * 1e6) / RECORD / RATE)
    const size = writeTraffic(path, seconds)
    const window = { before: (seconds * share) / 2, after: (seconds * share) / 2 }
    const fields = { incidentAt: INCIDENT, incidentToleranceSeconds: 0, window, timezone: '+02:00' }
    const { id } = await service.json<{ id: string }>('POST', '/v1/cases', fields)
    const { url } = await service.json<{ url: string }>('POST', `/v1/cases/${id}/links`, { for: 'upload', expiresIn: 3600 })
    const page = await browser.newPage()
    await page.goto(`${service.url}/${new URL(url).hash}`)
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, rendererMegabytes())
    }, 500)
    const chosenAt = performance.now()
    await page.setInputFiles('input[type=file]', [path, LOG])
    const send = page.getByRole('button', { name: /^Send 2 files/ })
    await send.waitFor({ timeout: 120_000 })
    const readAt = performance.now()
    await send.click()
    await page.getByText('Sent and diagnosed').waitFor({ timeout: 120_000 })
    const doneAt = performance.now()
    clearInterval(watch)
    await page.close()
    const [receipt] = await service.json<{ kept: { bytes: number } }[]>('GET', `/v1/cases/${id}/files/trace.pcap/receipt`)
    const kept = receipt?.kept.bytes ?? 0
    const report = await (await service.fetch('GET', `/v1/cases/${id}/diagnosis`, { headers: { accept: 'text/html' } })).text()
    const took = [readAt - chosenAt, doneAt - readAt].map((ms) => `${(ms / 1000).toFixed(1)} s`).join(' to cut, to send and diagnose ')
    console.info(`${(size / 1e6).toFixed(0)} MB: ${took}; kept ${(kept / 1e6).toFixed(2)} MB; renderer at most ${peak.toFixed(0)} MB`)
    expect([kept / size > share * 0.9, kept / size < share * 1.2]).toEqual([true, true])
    const { verdict } = await service.json<{ verdict: { cause: string; headline: string } }>('GET', `/v1/cases/${id}/diagnosis`)
    expect([verdict.cause, report.includes('<svg')]).toEqual(['fin-wait-1-timeout', true])
    // With the report in it, and its garbage for as long as the browser likes: 254 MB on a quiet machine, up to 372 under heavy load.
    expect(peak).toBeLessThan(450)
  },
  300_000,
)

/** Other machines' traffic at a steady rate, the corpus capture's packets among it in the middle. Returns the bytes. */
function writeTraffic(path: string, seconds: number): number {
  const own = recordsBySecond(CAPTURE)
  const middle = Math.floor(Date.parse(INCIDENT) / 1000)
  const file = openSync(path, 'w')
  let size = writeSync(file, CAPTURE.subarray(0, 24))
  const block = otherTraffic()
  for (let second = middle - Math.floor(seconds / 2); second < middle + Math.ceil(seconds / 2); second++) {
    for (let i = 0; i < RATE; i++) block.writeUInt32LE(second, i * RECORD)
    size += writeSync(file, block)
    for (const record of own.get(second) ?? []) size += writeSync(file, record)
  }
  closeSync(file)
  return size
}

function recordsBySecond(capture: Buffer): Map<number, Buffer[]> {
  const found = new Map<number, Buffer[]>()
  for (let at = 24; at < capture.length; ) {
    const end = at + 16 + capture.readUInt32LE(at + 8)
    const second = capture.readUInt32LE(at)
    found.set(second, [...(found.get(second) ?? []), capture.subarray(at, end)])
    at = end
  }
  return found
}

/** One second of a connection between two other machines: Ethernet, IPv4, TCP, ACK. */
function otherTraffic(): Buffer {
  const block = Buffer.alloc(RECORD * RATE)
  for (let i = 0; i < RATE; i++) {
    const record = block.subarray(i * RECORD, (i + 1) * RECORD)
    record.writeUInt32LE(i * 100, 4)
    record.writeUInt32LE(RECORD - 16, 8)
    record.writeUInt32LE(RECORD - 16, 12)
    record.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0], 16)
    record.writeUInt16BE(RECORD - 30, 32)
    record.set([64, 6, 0, 0, 10, 0, 0, 5, 10, 0, 0, 9, 0x9c, 0x40, 0x23, 0x8c], 38)
    record.writeUInt32BE(i * 930, 54)
    record.set([0x50, 0x10], 62)
  }
  return block
}
