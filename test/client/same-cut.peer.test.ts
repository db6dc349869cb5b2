import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../../src/cli/file-source.ts'
import { keptFile } from '../../src/cli/kept-file.ts'
import { cutHere } from '../../src/client/cut-here.ts'
import { evidenceFrom, requestFor } from '../../src/client/local-case.ts'
import { diagnose } from '../../src/core/diagnosis/diagnose.ts'
import type { Question } from '../../src/core/diagnosis/question.ts'
import type { CutReceipt, FileOptions } from '../../src/core/intake/receipt.ts'
import { atOffset, readTime } from '../../src/core/time/instant.ts'
import { windowRound } from '../../src/core/time/window.ts'
import { ENGINE_VERSION } from '../../src/core/version.ts'
import { launchChromium } from '../support/chromium.ts'
import { RunningWorker } from '../support/worker.ts'
import { type BuiltPage, servePage } from '../web/built-page.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname

interface Truth {
  readonly name: string
  readonly scenario: string
  readonly incident_at: string | null
  readonly capture_files: readonly string[]
  readonly log: { readonly file: string; readonly utc_offset_minutes: number; readonly log_clock_offset_ms: number } | null
}

/** Cases without HANGUP_ALL=1: each scenario once, then each twice, up to so many. */
const CASES_TAKEN = 20

/** Cases of the corpus in `test/`, with seconds round the incident: so that most files are really cut. */
const ALL_CASES = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.truth.json'))
  .map((name): Truth => JSON.parse(readFileSync(join(CORPUS, name), 'utf8')))
  .filter(({ incident_at }) => incident_at !== null)

const CASES = process.env.HANGUP_ALL ? ALL_CASES : acrossScenarios(ALL_CASES).slice(0, CASES_TAKEN)

function acrossScenarios(cases: readonly Truth[]): readonly Truth[] {
  const turn = (truth: Truth, index: number): number => cases.slice(0, index).filter(({ scenario }) => scenario === truth.scenario).length
  return cases
    .map((truth, index) => ({ truth, turn: turn(truth, index) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ truth }) => truth)
}

const MARGINS = { before: 4, after: 2, tolerance: 0.5 }

let browser: Browser
let page: Page
let site: BuiltPage
let service: RunningWorker

beforeAll(async () => {
  site = await servePage()
  mkdirSync(join(site.folder, 'corpus'))
  for (const name of readdirSync(CORPUS)) copyFileSync(join(CORPUS, name), join(site.folder, 'corpus', name))
  browser = await launchChromium()
  page = await browser.newPage()
  await page.goto(site.url)
  service = await RunningWorker.start()
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await service?.close()
})

const zoneOf = ({ log }: Truth): string => {
  const minutes = log?.utc_offset_minutes ?? 0
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`
}

function questionOf(truth: Truth): Question {
  const written = readTime(truth.incident_at ?? '')
  if (!written) throw new Error(`${truth.name} has no incident`)
  const incidentAtNs = atOffset(written.localNs, 0)
  return {
    incidentAtNs,
    window: windowRound(incidentAtNs, MARGINS),
    toleranceSeconds: MARGINS.tolerance,
    host: undefined,
    peer: undefined,
    timezone: zoneOf(truth),
    error: undefined,
    revision: 1,
    payloadStripped: false,
  }
}

/** Captures as they are; logs with their true clock offset, as the clocks module would find it. */
function filesOf({ capture_files, log }: Truth): readonly { path: string; options: FileOptions }[] {
  const captures = capture_files.map((name) => ({ path: join(CORPUS, name), options: {} }))
  return log ? [...captures, { path: join(CORPUS, log.file), options: { clockOffset: log.log_clock_offset_ms / 1000 } }] : captures
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const cutByCommandLine = async (truth: Truth, { path, options }: { path: string; options: FileOptions }) =>
  cutHere(await fileSource(path), options, requestFor(questionOf(truth)), { openSpool: keptFile })

/** Runs the page's own worker on the file and hashes the bytes that it kept. */
const cutByBrowser = (truth: Truth, path: string, options: FileOptions): Promise<string[]> => {
  const { window, incidentAtNs, timezone } = questionOf(truth)
  const asked = { name: basename(path), options, from: window?.fromNs, to: window?.toNs, incidentAtNs, timezone }
  return page.evaluate(async ({ name, options: given, from, to, ...more }) => {
    const file = new File([await (await fetch(`/corpus/${name}`)).blob()], name)
    const order = { ...more, window: { fromNs: from, toNs: to }, scope: 'all', stripPayload: false }
    const shared = globalThis as { engine?: Worker }
    shared.engine ??= new Worker('/engine-worker.js', { type: 'module' })
    const worker = shared.engine
    const cuts = await new Promise<{ kept: Blob }[]>((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.kind === 'done') resolve(data.result.cuts)
        if (data.kind === 'failed') reject(new Error(data.message))
      }
      worker.postMessage({ id: 1, job: { kind: 'inspect', chosen: { file, options: given }, order } })
    })
    const hex = async (blob: Blob): Promise<string> =>
      [...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))]
        .map((b) => b.toString(16).padStart(2, '0'))
        .join('')
    return Promise.all(cuts.map(({ kept }) => hex(kept)))
  }, asked)
}

const openCase = (truth: Truth) =>
  service.json<{ id: string }>('POST', '/v1/cases', {
    incidentAt: truth.incident_at,
    incidentToleranceSeconds: MARGINS.tolerance,
    window: { before: MARGINS.before, after: MARGINS.after },
    timezone: zoneOf(truth),
  })

async function cutByService(caseId: string, path: string, options: FileOptions): Promise<string[]> {
  const query = options.clockOffset === undefined ? '' : `?clockOffset=${options.clockOffset}`
  const init = { body: readFileSync(path), headers: { 'content-type': 'application/octet-stream' } }
  const answer = await service.fetch('PUT', `/v1/cases/${caseId}/files/${basename(path)}${query}`, init)
  const { receipts } = (await answer.json()) as { receipts: CutReceipt[] }
  return receipts.map(({ kept }) => kept.sha256 ?? '')
}

describe('browser, command line and service keep the same bytes', () => {
  it.each(CASES.map((truth) => [truth.name, truth] as const))('of %s', async (_, truth) => {
    const { id } = await openCase(truth)
    for (const { path, options } of filesOf(truth)) {
      const local = await cutByCommandLine(truth, { path, options })
      const kept = await Promise.all(local.map(async (cut) => sha256(await cut.kept.read(0, cut.kept.size))))
      expect([path, await cutByBrowser(truth, path, options), await cutByService(id, path, options)]).toEqual([path, kept, kept])
    }
  })
})

describe('command line and service give the same diagnosis', () => {
  it.each(CASES.filter((_, i) => i % (process.env.HANGUP_ALL ? 8 : 5) === 0).map((truth) => [truth.name, truth] as const))(
    'of %s',
    async (_, truth) => {
      const { id } = await openCase(truth)
      const cuts = []
      for (const file of filesOf(truth)) {
        await cutByService(id, file.path, file.options)
        cuts.push(...(await cutByCommandLine(truth, file)))
      }
      await service.json('POST', `/v1/cases/${id}/diagnose`, {})
      await service.until<{ status: string }>(`/v1/cases/${id}`, ({ status }) => status === 'diagnosed', 60)
      const byService = await service.json(`GET`, `/v1/cases/${id}/diagnosis`)
      const local = await diagnose(evidenceFrom(cuts), questionOf(truth), ENGINE_VERSION)
      expect(byService).toEqual(JSON.parse(JSON.stringify(local)))
    },
  )
})
