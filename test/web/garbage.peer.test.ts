import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { type BuiltPage, servePage } from './built-page.ts'

const CAPTURE_HEADER = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]
/** Megabytes: hundreds of reads, and a collection during many of them. */
const MEGABYTES = 300

let site: BuiltPage
let browser: Browser

beforeAll(async () => {
  site = await servePage()
  writeFileSync(join(site.folder, 'collecting-worker.js'), "setInterval(() => gc(), 3)\nimport './engine-worker.js'\n")
  browser = await launchChromium('--js-flags=--expose-gc')
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})

it.each([1, 2, 3])(
  'a file is read to its end though garbage is collected all the while (try %i)',
  async () => {
    const page = await browser.newPage()
    await page.goto(site.url)
    expect(await page.evaluate(cutLargePackets, { header: CAPTURE_HEADER, megabytes: MEGABYTES })).toBe('done')
    await page.close()
  },
  30_000,
)

/** Runs in the page: what the worker says last of a capture of huge packets; `hangs` when it says nothing for five seconds. */
async function cutLargePackets({ header, megabytes }: { header: readonly number[]; megabytes: number }): Promise<string> {
  const packet = new Uint8Array(250_000)
  for (const at of [8, 12]) new DataView(packet.buffer).setUint32(at, packet.length - 16, true)
  const packets = new Blob([packet])
  const file = new File([new Uint8Array(header), ...Array<Blob>(megabytes * 4).fill(packets)], 'large.pcap')
  const worker = new Worker('/collecting-worker.js', { type: 'module' })
  const order = { window: { fromNs: 1n, toNs: 2n }, scope: 'all', stripPayload: false, pseudonyms: undefined }
  return new Promise((resolve) => {
    const hangs = (): void => resolve('hangs')
    let silence = setTimeout(hangs, 5000)
    worker.onmessage = ({ data }) => {
      clearTimeout(silence)
      silence = setTimeout(hangs, 5000)
      if (data.kind !== 'progress') resolve(data.kind)
    }
    worker.postMessage({ id: 1, job: { kind: 'inspect', chosen: { file, options: {} }, order } })
  })
}
