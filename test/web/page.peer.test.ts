import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../cli/run-command.ts'
import { violations } from '../support/axe.ts'
import { launchChromium } from '../support/chromium.ts'
import { originals } from '../support/originals.ts'
import { type BuiltPage, servePage } from './built-page.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const HOST = '10.20.172.89'
const PEER = '10.20.172.253'

let site: BuiltPage
let browser: Browser
let context: BrowserContext
let page: Page
/** What the browser complained of, and every address it asked. */
let complaints: string[]
let asked: string[]

beforeAll(async () => {
  site = await servePage()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})
beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 390, height: 800 }, timezoneId: 'Europe/Berlin', acceptDownloads: true })
  page = await context.newPage()
  complaints = []
  asked = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  context.on('request', (request) => asked.push(request.url()))
  await page.goto(site.url)
})
afterEach(() => context.close())

const choose = (...names: string[]): Promise<void> =>
  page.setInputFiles(
    'input[type=file]',
    names.map((name) => join(CORPUS, name)),
  )

async function diagnose(...names: string[]): Promise<string> {
  await choose(...names)
  await page.getByRole('button', { name: 'Find out who hung up' }).click()
  const headline = page.locator('section[aria-label=Diagnosis] h2')
  return (await headline.textContent()) ?? ''
}

describe('try it here', () => {
  it('diagnoses as the command line does, and asks no other site', async () => {
    const headline = await diagnose('c001.pcap', 'c001.log')
    const { out } = await runCommand(
      'diagnose',
      '--json',
      '--timezone',
      'Europe/Berlin',
      join(CORPUS, 'c001.pcap'),
      join(CORPUS, 'c001.log'),
    )
    expect(headline).toBe(JSON.parse(out).verdict.headline)
    expect(asked.filter((url) => !url.startsWith(site.url) && !url.startsWith('blob:'))).toEqual([])
    expect(complaints).toEqual([])
  })

  it('shows the report in a frame that can run nothing and ask nothing', async () => {
    await diagnose('c001.pcap', 'c001.log')
    const frame = page.frameLocator('iframe.report')
    await frame.getByRole('heading', { level: 1 }).first().waitFor()
    expect(await page.locator('iframe.report').getAttribute('sandbox')).toBe('allow-same-origin')
    const policy = (await (await fetch(`${site.url}/report-frame`)).headers.get('content-security-policy')) ?? ''
    expect(policy).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
  })

  it('offers the errors of the log, at their moments', async () => {
    await choose('c001.pcap', 'c001.log')
    const error = page.getByRole('radio', { name: /WSAECONNABORTED 10053/ })
    await error.check()
    expect(await page.locator('.choices').textContent()).toContain('2025-09-23 13:59:55 UTC')
  })

  it('saves the bundle that the command line makes, byte for byte', async () => {
    await diagnose('c001.pcap', 'c001.log')
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the bundle' }).click()
    const path = await (await saving).path()
    const zip = join(path, '..', 'cli.zip')
    const files = [join(CORPUS, 'c001.pcap'), join(CORPUS, 'c001.log')]
    await runCommand('bundle', '--timezone', 'Europe/Berlin', '-o', zip, ...files)
    expect(readFileSync(path).equals(readFileSync(zip))).toBe(true)
  })

  it('makes a bundle without addresses, and the map that puts them back is a file of its own', async () => {
    await diagnose('c001.pcap', 'c001.log')
    await page.getByText('Leave something out of the bundle').click()
    await page.getByRole('checkbox', { name: 'Rename addresses' }).check()
    expect(await page.getByRole('checkbox', { name: 'Leave out what packets carry' }).isChecked()).toBe(true)
    expect(await violations(page)).toEqual([])
    const saved = async (button: string): Promise<string> => {
      const saving = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      return (await saving).path()
    }
    const zip = unzipSync(readFileSync(await saved('Download the bundle')))
    for (const [entry, bytes] of Object.entries(zip)) {
      for (const original of originals(HOST, PEER)) expect(Buffer.from(bytes).includes(original), entry).toBe(false)
    }
    const map = await saved('Save the map of names')
    writeFileSync(`${map}.report`, zip['diagnosis.json'] ?? '')
    const revealed = (await runCommand('reveal', '--map', map, `${map}.report`)).out
    expect(JSON.parse(revealed).connection.peer.ip).toBe(PEER)
    expect(complaints).toEqual([])
  })

  it('finds in a zip what it finds in its files', async () => {
    const [capture, log] = [readFileSync(join(CORPUS, 'c001.pcap')), readFileSync(join(CORPUS, 'c001.log'))]
    const buffer = Buffer.from(zipSync({ 'c001.pcap': capture, 'logs/c001.log': log, 'readme.txt': new Uint8Array(0) }))
    await page.setInputFiles('input[type=file]', { name: 'case.zip', mimeType: 'application/zip', buffer })
    await page.getByRole('button', { name: 'Find out who hung up' }).click()
    await page.frameLocator('iframe.report').getByText('logs/c001.log').first().waitFor()
  })

  it('shows the files of a ring buffer as one source', async () => {
    const ring = readdirSync(CORPUS).filter((name) => name.startsWith('c227_eth0'))
    await choose('c001.log', ...ring)
    const card = page.getByRole('heading', { name: 'c227_eth0: 5 files of a ring buffer' })
    await card.waitFor()
    await page.getByText(/^Hold [\d,]+ packets$/).waitFor()
    await page.getByText('Each file by itself').click()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: `Remove ${ring[0]}` }).click()
    await page.getByRole('heading', { name: 'c227_eth0: 4 files of a ring buffer' }).waitFor()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('files')
    expect(await page.locator('.cards .cards > li').count()).toBe(4)
  })

  it('says what is wrong with a file that is no evidence', async () => {
    await page.setInputFiles('input[type=file]', {
      name: 'photo.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
    })
    const card = page.locator('.card', { hasText: 'photo.jpg' })
    await card.locator('.note.bad').waitFor()
  })

  it('shows a hostile file name as text', async () => {
    const name = '<img src=x onerror=alert(1)>.log'
    await page.setInputFiles('input[type=file]', { name, mimeType: 'text/plain', buffer: readFileSync(join(CORPUS, 'c001.log')) })
    await page.getByRole('heading', { name }).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
  })
})

describe('the page', () => {
  it.each([
    ['light', 390],
    ['dark', 390],
    ['light', 1280],
    ['dark', 1280],
  ] as const)('has no violation that axe finds: %s, %i px', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    await choose('c001.pcap', 'c001.log')
    await page.getByRole('button', { name: 'Find out who hung up' }).waitFor()
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })

  it('works with the keyboard alone', async () => {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('files')
  })

  it('works without a network once it was loaded', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    await context.setOffline(true)
    await page.reload()
    await page.getByText('There is no network').waitFor()
    expect(await diagnose('c007.pcap.gz', 'c007.log')).toContain('cannot be reached')
    await page.frameLocator('iframe.report').getByRole('heading', { level: 1 }).first().waitFor()
  })

  it('weighs less than 150 kB at first load, packed', () => {
    const sizes = readdirSync(site.folder)
      .filter((name) => !name.startsWith('engine-worker') && !name.startsWith('_'))
      .map((name) => gzipSync(readFileSync(join(site.folder, name))).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(150_000)
  })

  it('fills capture commands in, and lets nothing else into them', async () => {
    await page.getByLabel('Printer’s address', { exact: true }).fill('10.0.0.9"; rm -rf /')
    await page.getByLabel('Its port').fill('9100')
    await page.getByText('Linux: tcpdump').click()
    const command = await page.locator('#guide-tcpdump pre').nth(1).textContent()
    expect(command).toContain("'(host 10.0.0.9 and tcp port 9100) or (arp or icmp or icmp6)'")
    expect(command).not.toContain('rm')
  })
})

it('the worker knows a moved log by the error that the case names', async () => {
  const offset = await page.evaluate(async () => {
    const log = '2026-03-02T09:00:01Z q: no route to host\n2026-03-02T09:40:00Z q: idle\n2026-03-02T10:00:02Z q: WSA error 10053\n'
    const incidentAtNs = BigInt(Date.parse('2026-03-02T09:00:03Z')) * 1_000_000n
    const window = { fromNs: incidentAtNs - 60_000_000_000n, toNs: incidentAtNs + 60_000_000_000n }
    const order = { window, incidentAtNs, scope: 'all', stripPayload: false, error: 'WSA error 10053' }
    const worker = new Worker('/engine-worker.js', { type: 'module' })
    const [cut] = await new Promise<{ options: { clockOffset?: number } }[]>((resolve, reject) => {
      worker.onmessage = ({ data }) =>
        data.kind === 'failed' ? reject(new Error(data.message)) : data.kind === 'done' && resolve(data.result.cuts)
      worker.postMessage({ id: 1, job: { kind: 'inspect', chosen: { file: new File([log], 'app.log'), options: {} }, order } })
    })
    return cut?.options.clockOffset
  })
  expect(offset).toBe(3600)
})
