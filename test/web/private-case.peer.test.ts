import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../infra/build-page.mjs'
import { runCommand } from '../cli/run-command.ts'
import { violations } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { originals } from '../support/originals.ts'
import { RunningWorker } from '../support/worker.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const HOST = '10.20.172.89'
const PEER = '10.20.172.253'

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
})

it('renames addresses in the browser, with one map for all files, and offers the map', async () => {
  const privacy = { payload: 'strip', addresses: 'pseudonymise' }
  const fields = { incidentAt: '2025-09-23T13:59:37.611943Z', timezone: '+02:00', host: HOST, peer: `${PEER}:631`, privacy }
  const { id } = await service.json<{ id: string }>('POST', '/v1/cases', fields)
  const { url } = await service.json<{ url: string }>('POST', `/v1/cases/${id}/links`, { for: 'upload', expiresIn: 3600 })
  const page = await browser.newPage({ acceptDownloads: true })
  const sent: Buffer[] = []
  page.on('request', (request) => {
    const body = request.postDataBuffer()
    if (body) sent.push(body[0] === 0x1f ? gunzipSync(body) : body)
  })
  await page.goto(`${service.url}/${new URL(url).hash}`)
  await page.setInputFiles('input[type=file]', [`${CORPUS}c001.pcap`, `${CORPUS}c001.log`])
  await page.getByRole('button', { name: /^Send 2 files/ }).click()
  await page.getByText('Sent and diagnosed').waitFor({ timeout: 60_000 })
  expect(sent.length).toBeGreaterThanOrEqual(4)
  for (const bytes of sent) for (const original of originals(HOST, PEER)) expect(bytes.includes(original)).toBe(false)
  for (const [key, bytes] of await service.stored(`cases/dev/${id}/`)) {
    for (const original of originals(HOST, PEER)) expect(Buffer.from(bytes).includes(original), key).toBe(false)
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page)).toEqual([])
  }
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the map of names' }).click()
  const map = await (await saving).path()
  const report = await (await service.fetch('GET', `/v1/cases/${id}/diagnosis`)).text()
  expect([report.includes(PEER), JSON.parse(report).verdict.cause]).toEqual([false, 'fin-wait-1-timeout'])
  writeFileSync(`${map}.report`, report)
  const revealed = (await runCommand('reveal', '--map', map, `${map}.report`)).out
  expect(JSON.parse(revealed).connection.peer.ip).toBe(PEER)
  expect(JSON.parse(readFileSync(map, 'utf8')).ipv4.length).toBeGreaterThan(1)
}, 120_000)
