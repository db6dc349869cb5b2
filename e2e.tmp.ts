import { readFileSync } from 'node:fs'
import { launchChromium } from './test/support/chromium.ts'
const base = process.argv[2] ?? 'http://127.0.0.1:8931', key = 'dev_client', C = process.argv[3] ?? 'c001'
const truth = JSON.parse(readFileSync(`/work/shared/corpus/${C}.truth.json`, 'utf8'))
const m = truth.log?.utc_offset_minutes ?? 0
const tz = `${m < 0 ? '-' : '+'}${String(Math.floor(Math.abs(m) / 60)).padStart(2, '0')}:${String(Math.abs(m) % 60).padStart(2, '0')}`
const post = async (path: string, body: unknown) => { const r = await fetch(base + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body) }); const j = await r.json(); if (!r.ok) throw new Error(JSON.stringify(j)); return j }
const c = await post('/v1/cases', { incidentAt: truth.incident_at, timezone: tz, window: { before: 5, after: 3 }, incidentToleranceSeconds: 0 })
const link = await post(`/v1/cases/${c.id}/links`, { for: process.argv[4] ?? 'upload', expiresIn: 3600 })
console.log(link.url)
const browser = await launchChromium()
for (const w of [390, 1280]) {
  const page = await browser.newPage({ viewport: { width: w, height: 900 } })
  page.on('console', m => console.log(m.type(), m.text()))
  page.on('pageerror', e => console.log('ERR', e.message))
  page.on('response', r => { if (r.status() >= 400) console.log(r.status(), r.url()) })
  await page.goto(link.url.replace(/^http:..[^/]*/, base))
  await page.waitForSelector('.checklist')
  await page.screenshot({ path: `/tmp/shots/case-${w}.png`, fullPage: true })
  await page.setInputFiles('input[type=file]', [`/work/shared/corpus/${truth.capture_file}`, `/work/shared/corpus/${C}.log`])
  await page.waitForTimeout(1000)
  await page.screenshot({ path: `/tmp/shots/case-cut-${w}.png`, fullPage: true })
  if (w === 390) { await page.close(); continue }
  await page.getByRole('button', { name: /^Send/ }).click()
  await page.waitForSelector('.note.good >> text=diagnosed', { timeout: 20000 }).catch(e => console.log(e.message))
  await page.waitForTimeout(1000)
  await page.screenshot({ path: `/tmp/shots/case-sent-${w}.png`, fullPage: true })
  await page.close()
}
await browser.close()
const r = await (await fetch(`${base}/v1/cases/${c.id}`, { headers: { authorization: `Bearer ${key}` } })).json()
console.log(JSON.stringify(r, null, 1).slice(0, 3000))
