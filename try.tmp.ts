import { buildPage } from './infra/build-page.mjs'
import { serveFolder } from './test/support/static-server.ts'
import { launchChromium } from './test/support/chromium.ts'
const dir = '/tmp/shots/web'
await buildPage(dir)
const server = await serveFolder(dir)
const browser = await launchChromium()
const C = process.argv[2] ?? 'c001'
for (const [w, scheme] of [[390,'light'],[1280,'light']] as const) {
  const page = await browser.newPage({ viewport: { width: w, height: 900 }, colorScheme: scheme })
  page.on('console', m => console.log(m.type(), m.text()))
  page.on('pageerror', e => console.log('ERR', e.message))
  await page.goto(server.url)
  await page.setInputFiles('input[type=file]', [`/work/shared/corpus/${C}.pcap`, `/work/shared/corpus/${C}.log`])
  await page.waitForTimeout(1500)
  await page.screenshot({ path: `/tmp/shots/try-${w}.png`, fullPage: true })
  const t = Date.now()
  await page.getByRole('button', { name: 'Find out' }).click()
  await page.waitForSelector('iframe', { timeout: 10000 }).catch(e => console.log(e.message))
  console.log('diagnosed', Date.now() - t)
  await page.waitForTimeout(800)
  await page.screenshot({ path: `/tmp/shots/report-${w}.png`, fullPage: true })
  await page.close()
}
await browser.close(); await server.close()
