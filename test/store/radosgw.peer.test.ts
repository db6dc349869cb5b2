import { readFile } from 'node:fs/promises'
import {
  GetBucketLifecycleConfigurationCommand,
  ListMultipartUploadsCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
} from '@aws-sdk/client-s3'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CaseView } from '../../src/cases/view.ts'
import { S3Objects } from '../../src/store/s3-objects.ts'
import { launchChromium } from '../support/chromium.ts'
import { describeObjects } from '../support/describe-objects.ts'
import { Radosgw } from '../support/radosgw.ts'
import { RemoteObjects, startObjectsWorker } from '../support/remote-objects.ts'
import { SAMPLE, sampleBytes } from '../support/sample.ts'
import { RunningWorker } from '../support/worker.ts'

const MIB = 1024 * 1024
const setting = async (name: string) => JSON.parse(await readFile(new URL(`../../infra/s3/${name}.json`, import.meta.url), 'utf8'))

describe('beside a real radosgw', () => {
  let ceph: Radosgw
  beforeAll(async () => {
    ceph = await Radosgw.start()
  })
  afterAll(() => ceph.close())

  describeObjects('radosgw, from Node', () => new S3Objects(ceph.settings))

  describe('from workerd', () => {
    let worker: Awaited<ReturnType<typeof startObjectsWorker>>
    beforeAll(async () => {
      worker = await startObjectsWorker()
    })
    afterAll(() => worker.close())
    describeObjects('radosgw, from workerd', () => new RemoteObjects(worker.origin, ceph.settings))
  })

  it('a presigned URL takes the part it was made for, and no other', async () => {
    const { uploads } = new S3Objects(ceph.settings)
    const id = await uploads.create('raw/t/c/u')
    const put = async (url: string, size: number) => (await fetch(url, { method: 'PUT', body: new Uint8Array(size) })).status
    const sized = await uploads.presign('raw/t/c/u', id, 1, 60, 1000)
    expect([await put(sized, 999), await put(sized, 1001), await put(sized.replace('partNumber=1', 'partNumber=2'), 1000)]).toEqual([
      403, 403, 403,
    ])
    expect([await put(sized, 1000), await put(await uploads.presign('raw/t/c/u', id, 2, 60, undefined), 77)]).toEqual([200, 200])
    expect((await uploads.list('raw/t/c/u', id))?.map(({ number, size }) => [number, size])).toEqual([
      [1, 1000],
      [2, 77],
    ])
    const expired = await uploads.presign('raw/t/c/u', id, 3, 1, undefined)
    await new Promise((resolve) => setTimeout(resolve, 2100))
    expect(await put(expired, 10)).toBe(403)
    await uploads.abort('raw/t/c/u', id)
    expect(await put(await uploads.presign('raw/t/c/u', id, 1, 60, undefined), 10)).toBe(404)
  })

  it('lists more parts than one page holds', { timeout: 60_000 }, async () => {
    const { uploads } = new S3Objects(ceph.settings)
    const id = await uploads.create('raw/t/c/many')
    const numbers = Array.from({ length: 1003 }, (_, at) => at + 1)
    for (let at = 0; at < numbers.length; at += 20) {
      const sending = numbers.slice(at, at + 20).map(async (number) => {
        const url = await uploads.presign('raw/t/c/many', id, number, 60, 1)
        expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200)
      })
      await Promise.all(sending)
    }
    expect((await uploads.list('raw/t/c/many', id))?.map(({ number }) => number)).toEqual(numbers)
    await uploads.abort('raw/t/c/many', id)
  })

  it('the lifecycle rules of infra/s3 are accepted as they are written', async () => {
    const { Rules } = await setting('lifecycle')
    const { bucket: Bucket } = ceph.settings
    await ceph.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }))
    const kept = await ceph.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    const days = Object.fromEntries(kept.Rules?.map(({ Filter, Expiration }) => [Filter?.Prefix, Expiration?.Days]) ?? [])
    expect(days).toEqual({ 'raw/': 1, 'cases/': 400 })
  })

  describe('a page of another origin', () => {
    let browser: Browser
    let site: Awaited<ReturnType<typeof startObjectsWorker>>
    beforeAll(async () => {
      browser = await launchChromium()
      site = await startObjectsWorker()
    })
    afterAll(async () => {
      await browser.close()
      await site.close()
    })

    /** What the page at `origin` learns when it PUTs a part to a presigned URL. */
    async function putFromPage(origin: string): Promise<string> {
      const { uploads } = new S3Objects(ceph.settings)
      const id = await uploads.create('raw/t/c/page')
      const url = await uploads.presign('raw/t/c/page', id, 1, 60, 5)
      const page = await browser.newPage()
      try {
        await page.goto(`${origin}/list?prefix=none`)
        return await page.evaluate(async (to) => {
          const answer = await fetch(to, { method: 'PUT', body: new Uint8Array(5) }).catch(() => undefined)
          return answer ? `${answer.status} ${answer.headers.get('etag')}` : 'refused'
        }, url)
      } finally {
        await page.close()
        await uploads.abort('raw/t/c/page', id)
      }
    }

    it('is refused until the CORS rules name its origin; then it sends parts and reads their ETag', async () => {
      const cors = await setting('cors')
      const { bucket: Bucket } = ceph.settings
      await ceph.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: cors }))
      expect(await putFromPage(site.origin)).toBe('refused')
      cors.CORSRules[0].AllowedOrigins = [site.origin]
      await ceph.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: cors }))
      expect(await putFromPage(site.origin)).toMatch(/^200 "[0-9a-f]{32}"$/)
    })
  })

  describe('the whole service on it', () => {
    let service: RunningWorker
    beforeAll(async () => {
      const { endpoint = '', region, bucket, accessKeyId, secretAccessKey } = ceph.settings
      service = await RunningWorker.start({
        HANGUP_S3_ENDPOINT: endpoint,
        HANGUP_S3_REGION: region,
        HANGUP_S3_BUCKET: bucket,
        HANGUP_S3_ACCESS_KEY_ID: accessKeyId,
        HANGUP_S3_SECRET_ACCESS_KEY: secretAccessKey,
      })
    })
    afterAll(() => service.close())

    const keysOf = async (prefix: string): Promise<string[]> => {
      const keys: string[] = []
      for await (const key of new S3Objects(ceph.settings).list(prefix)) keys.push(key)
      return keys
    }

    const openUploads = async () =>
      (await ceph.client.send(new ListMultipartUploadsCommand({ Bucket: ceph.settings.bucket }))).Uploads?.map(({ Key }) => Key) ?? []

    interface Begun {
      readonly uploadId: string
      readonly partSize: number
      readonly links: { readonly self: string; readonly complete: string }
    }

    const urlsOf = async (upload: Begun) => (await service.json<{ urls: { number: number; url: string }[] }>('GET', upload.links.self)).urls

    it('cuts, diagnoses and serves a case', async () => {
      const { id } = await service.json<{ id: string }>('POST', '/v1/cases', SAMPLE)
      const put = await service.fetch('PUT', `/v1/cases/${id}/files/trace.pcap`, { body: sampleBytes('early-close.pcap') })
      expect(put.status).toBe(201)
      await service.json('POST', `/v1/cases/${id}/diagnose`, {})
      const found = await service.until<CaseView>(`/v1/cases/${id}`, ({ status }) => status === 'diagnosed')
      expect(found.verdict?.cause).toBe('early-close')
      const tail = await service.fetch('GET', `/v1/cases/${id}/bundle`, { headers: { range: 'bytes=-22' } })
      expect([tail.status, (await tail.arrayBuffer()).byteLength]).toEqual([206, 22])
      expect(await service.stored()).toEqual(new Map())
      expect((await keysOf('cases/')).some((key) => key.includes(id))).toBe(true)
    })

    it('takes a resumable upload by presigned URLs, cuts it, and deletes the raw bytes', async () => {
      const { id } = await service.json<{ id: string }>('POST', '/v1/cases', SAMPLE)
      const log = padded(sampleBytes('early-close.log'), 6 * MIB)
      const wish = { name: 'print.log', size: log.length, partSize: 5 * MIB }
      const upload = await service.json<Begun>('POST', `/v1/cases/${id}/uploads`, wish)
      const urls = await urlsOf(upload)
      expect(urls.map(({ number, url }) => [number, url.startsWith(`${ceph.settings.endpoint}/`)])).toEqual([
        [1, true],
        [2, true],
      ])
      for (const { number, url } of urls) {
        const bytes = log.subarray((number - 1) * upload.partSize, number * upload.partSize)
        expect((await fetch(url, { method: 'PUT', body: bytes })).status).toBe(200)
      }
      expect(await urlsOf(upload)).toEqual([])
      await service.json('POST', upload.links.complete)
      const found = await service.until<CaseView>(`/v1/cases/${id}`, ({ files }) => files[0]?.rawDeletedAt != null)
      expect(found.files[0]).toMatchObject({ state: 'stored', kept: 5, bytesIn: log.length })
      expect([(await keysOf('raw/')).length, await openUploads()]).toEqual([0, []])
    })

    it('deleting a case aborts its uploads, so that their URLs die', async () => {
      const { id } = await service.json<{ id: string }>('POST', '/v1/cases', SAMPLE)
      const upload = await service.json<Begun>('POST', `/v1/cases/${id}/uploads`, { name: 'a.pcap' })
      const [first, second] = await urlsOf(upload)
      expect((await fetch(first?.url ?? '', { method: 'PUT', body: new Uint8Array(5 * MIB) })).status).toBe(200)
      expect((await openUploads()).length).toBe(1)
      expect((await service.fetch('DELETE', `/v1/cases/${id}`)).status).toBe(200)
      expect((await fetch(second?.url ?? '', { method: 'PUT', body: 'late' })).status).toBe(404)
      expect([await openUploads(), await keysOf('raw/'), (await keysOf('cases/')).filter((key) => key.includes(id))]).toEqual([[], [], []])
    })
  })
})

/** The log with records of another day before it, so that it takes more than one part. */
function padded(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const idle = new TextEncoder().encode('2026-02-01T08:10:00.120Z INFO  spooler: queue "letters" idle\n')
  const long = new Uint8Array(Math.ceil((size - bytes.length) / idle.length) * idle.length + bytes.length)
  for (let at = 0; at < long.length - bytes.length; at += idle.length) long.set(idle, at)
  long.set(bytes, long.length - bytes.length)
  return long
}
