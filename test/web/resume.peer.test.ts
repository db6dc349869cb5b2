import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildPage } from '../../infra/build-page.mjs'
import { BreakableProxy } from '../support/breakable-proxy.ts'
import { launchChromium } from '../support/chromium.ts'
import { RunningWorker } from '../support/worker.ts'

const CAPTURE = new URL('../corpus/c001.pcap', import.meta.url).pathname
const INCIDENT = '2025-09-23T13:59:37.611943Z'
/** Copies of the corpus capture's packets that make a file of three parts of at most 8 MiB. */
const COPIES = 700

const folder = mkdtempSync(join(tmpdir(), 'hangup-resume-'))
const path = join(folder, 'trace.pcap')
let service: RunningWorker
let browser: Browser
let context: BrowserContext
let page: Page
let proxy: BreakableProxy
let caseId: string

beforeAll(async () => {
  const [header, packets] = [readFileSync(CAPTURE).subarray(0, 24), readFileSync(CAPTURE).subarray(24)]
  writeFileSync(path, Buffer.concat([header, ...Array<Buffer>(COPIES).fill(packets)]))
  await buildPage(fileURLToPath(new URL('../../dist/web/', import.meta.url)))
  service = await RunningWorker.start()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await service?.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  proxy = new BreakableProxy(service.url)
  await proxy.open()
  caseId = (await service.json<{ id: string }>('POST', '/v1/cases', { incidentAt: INCIDENT })).id
  context = await browser.newContext()
  page = await openLink()
})
afterEach(async () => {
  await context.close()
  await proxy.cutOff()
})

async function openLink(): Promise<Page> {
  const { url } = await service.json<{ url: string }>('POST', `/v1/cases/${caseId}/links`, { for: 'upload', expiresIn: 3600 })
  const opened = await context.newPage()
  await opened.goto(`${proxy.url}/${new URL(url).hash}`)
  return opened
}

async function sendFrom(tab: Page): Promise<void> {
  await tab.setInputFiles('input[type=file]', path)
  await tab.getByRole('button', { name: /^Send 1 file/ }).click()
}

const sha256 = createHash('sha256')

async function expectWhole(): Promise<void> {
  await service.until<{ status: string }>(`/v1/cases/${caseId}`, ({ status }) => status === 'diagnosed', 60)
  const [receipt] = await service.json<{ kept: { sha256: string } }[]>('GET', `/v1/cases/${caseId}/files/trace.pcap/receipt`)
  expect(receipt?.kept.sha256).toBe(sha256.copy().update(readFileSync(path)).digest('hex'))
}

describe('after sending', () => {
  it.each([
    [true, 'the report is on the same page, and again when the link is opened again'],
    [false, 'the report is for the support engineer alone'],
  ])('with showReport %s: %s', async (showReport) => {
    caseId = (await service.json<{ id: string }>('POST', '/v1/cases', { incidentAt: INCIDENT, showReport })).id
    const tab = await openLink()
    await tab.setInputFiles('input[type=file]', CAPTURE)
    await tab.getByRole('button', { name: /^Send 1 file/ }).click()
    await tab.getByText('Sent and diagnosed').waitFor({ timeout: 60_000 })
    if (showReport) {
      await tab.frameLocator('iframe.report').getByRole('heading').first().waitFor()
      await tab.reload()
      await tab.frameLocator('iframe.report').getByRole('heading').first().waitFor()
    } else {
      await tab.waitForTimeout(1000) // the report would follow at once
      expect(await tab.locator('iframe.report').count()).toBe(0)
    }
  })
})

describe('an upload of three parts', () => {
  it('loses nothing when the connection breaks and nothing answers for a while', async () => {
    const last = proxy.held(3)
    await sendFrom(page)
    await last
    await proxy.cutOff()
    await page
      .getByText(/trying again in/)
      .first()
      .waitFor()
    proxy.heldPart = undefined
    await proxy.open()
    await page.getByText('Sent and diagnosed').waitFor({ timeout: 120_000 })
    await expectWhole()
    expect(proxy.partsDone).toEqual([1, 2, 3])
  })

  it('loses nothing when the tab is closed: a new one asks for the same file and sends only what is missing', async () => {
    const last = proxy.held(3)
    await sendFrom(page)
    await last
    await page.close()
    expect(proxy.partsDone).toEqual([1, 2])
    proxy.heldPart = undefined
    const again = await openLink()
    await again.getByText(/trace\.pcap \(.* was not sent to the end\. Choose it again/).waitFor()
    await sendFrom(again)
    await again.getByText('Sent and diagnosed').waitFor({ timeout: 120_000 })
    await expectWhole()
    expect(proxy.partsDone).toEqual([1, 2, 3])
  })

  it('stops when it is cancelled, and goes on where it was', async () => {
    const second = proxy.held(2)
    await sendFrom(page)
    await second
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('What was sent so far is kept').waitFor()
    proxy.heldPart = undefined
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('Sent and diagnosed').waitFor({ timeout: 120_000 })
    await expectWhole()
    expect(proxy.partsDone).toEqual([1, 2, 3])
  })
})
