import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type BuiltPage, servePage } from './built-page.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const AT: string = JSON.parse(readFileSync(`${CORPUS}c020.truth.json`, 'utf8')).incident_at
const instant = (seconds: number): string => new Date(Date.parse(AT) + seconds * 1000).toISOString()
const CASE = {
  ...{ id: 'case_1', status: 'open', incidentAt: AT, window: { from: instant(-450), to: instant(180) }, timezone: null, scope: 'all' },
  ...{ host: null, peer: null, error: null, ticket: null, privacy: { payload: 'keep', addresses: 'keep' } },
  ...{ files: [], checklist: [], progress: null, failure: null, verdict: null },
}

let site: BuiltPage
let browser: Browser

beforeAll(async () => {
  site = await servePage()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})

/** A little-endian pcap whose clock was `seconds` ahead. */
function shifted(name: string, seconds: number) {
  const buffer = readFileSync(CORPUS + name)
  for (let at = 24; at < buffer.length; at += 16 + buffer.readUInt32LE(at + 8)) buffer.writeUInt32LE(buffer.readUInt32LE(at) + seconds, at)
  return { name, mimeType: 'application/octet-stream', buffer }
}

it('of two captures the one that is an hour ahead is cut by its own clock, and its card says so', async () => {
  const page = await browser.newPage({ serviceWorkers: 'block' })
  await page.route('**/v1/cases/case_1', (route) => route.fulfill({ json: CASE }))
  await page.goto(`${site.url}/#case=case_1&for=upload&token=t`)
  await page.setInputFiles('input[type=file]', [shifted('c020a.pcap', 0), shifted('c020b.pcap', 3600)])
  await page.getByRole('button', { name: /^Send 2 files/ }).waitFor()
  const card = page.locator('.card', { hasText: 'c020b.pcap' })
  expect(await card.textContent()).toContain('1 h 00 min ahead: cut with that corrected')
  expect(await card.locator('.note').count()).toBe(0)
  await page.close()
})
