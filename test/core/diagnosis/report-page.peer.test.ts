import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/core/diagnosis/diagnose.ts'
import { renderHtml } from '../../../src/core/diagnosis/report-html.ts'
import type { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { launchChromium } from '../../support/chromium.ts'
import { corpusTruths, evidenceOf, questionOf } from '../../support/corpus-case.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** As the service sends it. */
const POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** One real diagnosis of each scenario of the corpus, beside the handmade ones. */
const scenarios = [...new Map(corpusTruths().map((truth) => [truth.scenario, truth])).values()]
const real = await Promise.all(
  scenarios.map(
    async (truth): Promise<[string, Diagnosis]> => [
      `${truth.scenario} (${truth.name})`,
      await diagnose(await evidenceOf(truth), questionOf(truth), '0.1.0'),
    ],
  ),
)
const cases: [string, Diagnosis][] = [...Object.entries(DIAGNOSES), ...real]
const WIDTHS = [390, 940, 1280, 2560]

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

async function open(
  diagnosis: Diagnosis,
  width: number,
  colorScheme: 'light' | 'dark' = 'light',
  withPolicy = true,
): Promise<{ page: Page; refused: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
  const refused: string[] = []
  page.on('console', (message) => void refused.push(message.text()))
  await page.route('**', (route) => {
    if (route.request().url() !== 'http://report.test/') refused.push(route.request().url())
    return route.fulfill({
      body: renderHtml(diagnosis),
      contentType: 'text/html; charset=utf-8',
      headers: withPolicy ? { 'content-security-policy': POLICY } : {},
    })
  })
  await page.goto('http://report.test/')
  return { page, refused }
}

describe('report.html in Chromium', () => {
  it.each(cases)('%s: loads nothing and is refused nothing under its own policy', async (_, diagnosis) => {
    const { page, refused } = await open(diagnosis, 1280)
    expect(await page.locator('h1').count()).toBe(1)
    expect(refused).toEqual([])
    await page.close()
  })

  it.each(cases)('%s: axe-core finds no violation, light or dark, wide or narrow', async (_, diagnosis) => {
    for (const [width, scheme] of [
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
    ] as const) {
      const { page } = await open(diagnosis, width, scheme, false)
      await page.addScriptTag({ content: AXE })
      const violations = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((node) => node.html).join(" | ").slice(0, 400)))',
      )
      expect(violations, `${width} px, ${scheme}`).toEqual([])
      await page.close()
    }
  })

  it.each(cases.flatMap(([cause, diagnosis]) => WIDTHS.map((width) => [cause, width, diagnosis] as const)))(
    '%s at %i px: no text overlaps another or leaves its picture or the page',
    async (_, width, diagnosis) => {
      const { page } = await open(diagnosis, width)
      const faults = await page.evaluate(() => {
        const found: string[] = []
        if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push('the page scrolls sideways')
        const tops = [...document.querySelectorAll('.facts > div')].map((fact) => fact.getBoundingClientRect().top)
        const inRow = [...new Set(tops)].map((top) => tops.filter((other) => other === top).length)
        if (new Set(inRow).size !== 1) found.push(`the facts stand ${inRow.join(' + ')}`)
        for (const svg of document.querySelectorAll('.picture svg')) {
          const frame = svg.getBoundingClientRect()
          if (frame.width === 0) continue
          const texts = [...svg.querySelectorAll('text')].map((text) => ({
            said: text.textContent ?? '',
            box: text.getBoundingClientRect(),
          }))
          for (const [i, a] of texts.entries()) {
            if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1) found.push(`outside: ${a.said}`)
            for (const b of texts.slice(i + 1)) {
              const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left)
              const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top)
              // Line boxes of neighbouring lines touch; glyphs do not before a third of a line.
              if (across > 1 && down > Math.min(a.box.height, b.box.height) * 0.34) found.push(`${a.said} × ${b.said}`)
            }
          }
        }
        return found
      })
      expect(faults).toEqual([])
      await page.close()
    },
  )

  it.each(cases)('%s: prints on two pages', async (_, diagnosis) => {
    const { page } = await open(diagnosis, 1280, 'light', false)
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(2)
    await page.close()
  })
})
