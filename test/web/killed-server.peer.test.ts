import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { BreakableProxy } from '../support/breakable-proxy.ts'
import { launchChromium } from '../support/chromium.ts'
import { StartedService } from '../support/started-service.ts'

const CAPTURE = new URL('../corpus/c001.pcap', import.meta.url).pathname
const INCIDENT = '2025-09-23T13:59:37.611943Z'
/** Copies of that capture's packets that make three parts of at most 8 MiB. */
const COPIES = 700

const folder = mkdtempSync(join(tmpdir(), 'hangup-killed-'))
let service: StartedService
let browser: Browser

beforeAll(async () => {
  service = await StartedService.start()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await service?.close()
  rmSync(folder, { recursive: true })
})

it('the page loses nothing when the service is killed in the middle of an upload and started again', async () => {
  const path = join(folder, 'trace.pcap')
  const [header, packets] = [readFileSync(CAPTURE).subarray(0, 24), readFileSync(CAPTURE).subarray(24)]
  writeFileSync(path, Buffer.concat([header, ...Array<Buffer>(COPIES).fill(packets)]))
  const { id } = await service.json<{ id: string }>('/v1/cases', { incidentAt: INCIDENT })
  const { url } = await service.json<{ url: string }>(`/v1/cases/${id}/links`, { for: 'upload', expiresIn: 3600 })
  const proxy = new BreakableProxy(service.url)
  await proxy.open()
  const page = await browser.newPage()
  await page.goto(`${proxy.url}/${new URL(url).hash}`)
  await page.setInputFiles('input[type=file]', path)
  const last = proxy.held(3)
  await page.getByRole('button', { name: /^Send 1 file/ }).click()
  await last
  await service.kill()
  proxy.heldPart = undefined
  await proxy.cutOff()
  await proxy.open()
  await page
    .getByText(/trying again in/)
    .first()
    .waitFor()
  await service.start()
  await page.getByText('Sent and diagnosed').waitFor({ timeout: 120_000 })
  expect(proxy.partsDone).toEqual([1, 2, 3])
  const [receipt] = await service.json<{ kept: { sha256: string } }[]>(`/v1/cases/${id}/files/trace.pcap/receipt`)
  expect(receipt?.kept.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'))
  await page.close()
  await proxy.cutOff()
}, 180_000)
