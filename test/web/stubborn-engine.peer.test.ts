import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type BuiltPage, servePage } from './built-page.ts'

/** In the place of the engine: says nothing of `silent.log`, waits a second with `slow.log`, refuses every other file at once. */
const STUB = `onmessage = ({ data: { id, job } }) => {
  const { name } = job.chosen.file
  const answer = () => postMessage({ id, kind: 'failed', message: 'read to its end', advice: '' })
  if (name !== 'silent.log') setTimeout(answer, name === 'slow.log' ? 1000 : 0)
}`

let site: BuiltPage
let browser: Browser
let page: Page

beforeAll(async () => {
  site = await servePage()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})
beforeEach(async () => {
  page = await browser.newPage({ serviceWorkers: 'block' })
  await page.context().route('**/engine-worker.js', (route) => route.fulfill({ contentType: 'text/javascript', body: STUB }))
})
afterEach(() => page.close())

const choose = (...names: string[]): Promise<void> =>
  page.setInputFiles(
    'input[type=file]',
    names.map((name) => ({ name, mimeType: 'text/plain', buffer: Buffer.from('2025-01-15T08:48:21Z INFO one line\n') })),
  )

it('says so when nothing moves for half a minute, and starts over', async () => {
  await page.clock.install()
  await page.goto(site.url)
  await choose('silent.log')
  await page.locator('.card[data-state=waiting]').waitFor()
  await page.clock.fastForward(31_000)
  await page.locator('.card .note.warn', { hasText: 'Nothing has moved for 30 s' }).waitFor()
  await page.context().unroute('**/engine-worker.js')
  await page.getByRole('button', { name: 'Start over' }).click()
  await page.locator('.card[data-state=ready]').waitFor()
  expect(await page.locator('.card').textContent()).not.toContain('Nothing has moved')
})

it('goes on with one file when another, read already, is removed', async () => {
  await page.goto(site.url)
  await choose('quick.log', 'slow.log')
  await page.locator('.card[data-state=unreadable]', { hasText: 'quick.log' }).waitFor()
  await page.getByRole('button', { name: 'Remove quick.log' }).click()
  const slow = page.locator('.card[data-state=unreadable]')
  await slow.waitFor({ timeout: 10_000 })
  expect(await slow.textContent()).toContain('read to its end')
})
