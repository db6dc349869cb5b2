import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { rendererMegabytes } from '../support/process-memory.ts'
import { type BuiltPage, servePage } from './built-page.ts'

const GIGABYTES = 10
/** Bytes of one packet record of the capture, and records in the block that is repeated. */
const RECORD = 1000
const RECORDS = 16_000

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

it(`cuts a capture of ${GIGABYTES} GB in the browser with less than 300 MB of memory`, async () => {
  const page = await browser.newPage()
  await page.goto(site.url)
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, rendererMegabytes())
  }, 500)
  const result = await page.evaluate(cutRepeated, { gigabytes: GIGABYTES, record: RECORD, records: RECORDS })
  clearInterval(watch)
  console.info(`${(result.size / 1e6 / result.seconds).toFixed(0)} MB/s, at most ${peak.toFixed(0)} MB`)
  expect(result.seen).toBe(Math.floor((result.size - 24) / RECORD))
  // Ten packets of each repetition of the block lie in these ten milliseconds.
  expect([result.kept, result.keptBytes]).toEqual([(result.seen / RECORDS) * 10, (result.seen / RECORDS) * 10 * RECORD + 24])
  expect(peak).toBeLessThan(300)
}, 120_000)

/** Runs in the page: a file that repeats one block of packets, 100 a second, and a cut to ten milliseconds. */
async function cutRepeated({ gigabytes, record, records }: { gigabytes: number; record: number; records: number }) {
  const block = new Uint8Array(record * records)
  const view = new DataView(block.buffer)
  for (let i = 0; i < records; i++) {
    const at = i * record
    view.setUint32(at, 1_700_000_000 + Math.floor(i / 100), true)
    view.setUint32(at + 4, (i % 100) * 1000, true)
    view.setUint32(at + 8, record - 16, true)
    view.setUint32(at + 12, record - 16, true)
    // Ethernet, IPv4 10.0.0.5 → 10.0.0.9, TCP to 9100, ACK.
    block.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0], at + 16)
    view.setUint16(at + 32, record - 30)
    block.set([64, 6], at + 38)
    block.set([10, 0, 0, 5, 10, 0, 0, 9], at + 42)
    view.setUint16(at + 50, 40_000 + (i % 50))
    view.setUint16(at + 52, 9100)
    view.setUint32(at + 54, i * 900)
    block.set([0x50, 0x10], at + 62)
  }
  const header = new Uint8Array([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])
  const blob = new Blob([block])
  const file = new File([header, ...Array<Blob>(Math.round((gigabytes * 1e9) / block.length)).fill(blob)], 'big.pcap')
  const window = { fromNs: 1_700_000_100_000_000_000n, toNs: 1_700_000_100_010_000_000n }
  const worker = new Worker('/engine-worker.js', { type: 'module' })
  const startedAt = performance.now()
  const cut = await new Promise<{ kept: Blob; receipt: { kept: { records: number }; source: { recordsSeen: number } } }>(
    (resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.kind === 'done') resolve(data.result.cuts[0])
        if (data.kind === 'failed') reject(new Error(data.message))
      }
      worker.postMessage({
        id: 1,
        job: {
          kind: 'inspect',
          chosen: { file, options: {} },
          order: { window, scope: 'all', stripPayload: false, pseudonyms: undefined },
        },
      })
    },
  )
  const seconds = (performance.now() - startedAt) / 1000
  return { seconds, size: file.size, seen: cut.receipt.source.recordsSeen, kept: cut.receipt.kept.records, keptBytes: cut.kept.size }
}
