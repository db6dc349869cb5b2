import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { writeBundle } from '../../../src/core/diagnosis/bundle.ts'
import { sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'
import type { EvidenceFile, Question } from '../../../src/core/diagnosis/question.ts'
import { launchChromium } from '../../support/chromium.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'

const question: Question = {
  incidentAtNs: undefined,
  window: undefined,
  toleranceSeconds: 120,
  host: undefined,
  peer: undefined,
  timezone: undefined,
  error: undefined,
  revision: 1,
  payloadStripped: false,
}
const log = Array.from({ length: 9000 }, (_, i) => `2025-02-22 10:15:${String(i % 60).padStart(2, '0')} line ${i * 7919}`).join('\n')
const file = { file: 'logs/größe.log', name: 'größe.log', kind: 'log', options: {}, receipt: undefined } as const

/** What runs in the page: the same function, bundled. */
const IN_PAGE = `
import { writeBundle } from './src/core/diagnosis/bundle.ts'
import { sourceOfBytes } from './src/core/diagnosis/bundle-zip-read.ts'
globalThis.bundleHash = async ({ diagnosis, question, file, log }) => {
  const parts = []
  const source = sourceOfBytes(file.name, new TextEncoder().encode(log))
  await writeBundle({ diagnosis, question, connections: [], evidence: [{ ...file, source }] }, (bytes) => { parts.push(bytes.slice()) })
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(parts).arrayBuffer())
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}`

it('a bundle has the same bytes in Chromium and in Node', async () => {
  const hash = createHash('sha256')
  const evidence: EvidenceFile[] = [{ ...file, source: sourceOfBytes(file.name, new TextEncoder().encode(log)) }]
  await writeBundle({ diagnosis: DIAGNOSES['early-close'], question, connections: [], evidence }, (bytes) => void hash.update(bytes))
  const resolveDir = fileURLToPath(new URL('../../..', import.meta.url))
  const built = await build({
    stdin: { contents: IN_PAGE, resolveDir, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'silent',
  })
  const browser = await launchChromium()
  const page = await browser.newPage()
  // WebCrypto is there in secure contexts only.
  await page.route('**', (route) => route.fulfill({ body: '<!doctype html>', contentType: 'text/html' }))
  await page.goto('http://localhost/')
  await page.addScriptTag({ content: built.outputFiles[0]?.text ?? '' })
  const inPage = await page.evaluate(`bundleHash(${JSON.stringify({ diagnosis: DIAGNOSES['early-close'], question, file, log })})`)
  await browser.close()
  expect(inPage).toBe(hash.digest('hex'))
})
