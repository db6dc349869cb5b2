import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { S3Objects } from '../../src/store/s3-objects.ts'
import { type S3Environment, s3Settings } from '../../src/store/s3-settings.ts'

const ACCESS = { HANGUP_S3_BUCKET: 'evidence', HANGUP_S3_ACCESS_KEY_ID: 'id', HANGUP_S3_SECRET_ACCESS_KEY: 'secret' }
const asked: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = []
let answer: { status: number; body: string } = { status: 200, body: '' }
let server: Server
let endpoint = ''

function store(more: S3Environment = {}): S3Objects {
  const settings = s3Settings({ ...ACCESS, HANGUP_S3_ENDPOINT: endpoint, ...more })
  if (!settings) throw new Error('no settings')
  return new S3Objects(settings)
}

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ method: request.method, url: request.url, headers: request.headers })
    request.resume().on('end', () => response.writeHead(answer.status, { 'content-type': 'application/xml' }).end(answer.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  asked.length = 0
})
afterAll(() => server.close())

const failure = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`

describe('what failed is never missing', () => {
  it.each([
    [404, 'NoSuchBucket'],
    [403, 'AccessDenied'],
    [403, 'SignatureDoesNotMatch'],
    [400, 'ExpiredToken'],
    [301, 'PermanentRedirect'],
    [501, 'NotImplemented'],
  ])('%i %s', async (status, code) => {
    answer = { status, body: failure(code) }
    const objects = store()
    await expect(objects.get('k')).rejects.toMatchObject({ name: code })
    await expect(objects.get('k', { offset: 0, length: 1 })).rejects.toMatchObject({ name: code })
    await expect(objects.size('k')).rejects.toMatchObject({ name: code })
    await expect(objects.delete(['k'])).rejects.toMatchObject({ name: code })
    await expect(objects.list('').next()).rejects.toMatchObject({ name: code })
    await expect(objects.uploads.list('k', 'u')).rejects.toMatchObject({ name: code })
    await expect(objects.uploads.abort('k', 'u')).rejects.toMatchObject({ name: code })
  })

  it('an answer that is no S3 answer', async () => {
    answer = { status: 404, body: '<html>not found</html>' }
    await expect(store().size('k')).rejects.toThrow()
  })

  it('a store that is gone', async () => {
    await expect(store({ HANGUP_S3_ENDPOINT: 'http://127.0.0.1:1' }).size('k')).rejects.toThrow(/ECONNREFUSED/)
  })

  it('only the store that says so has no such key, no such upload', async () => {
    answer = { status: 404, body: failure('NoSuchKey') }
    expect([await store().get('k'), await store().size('k')]).toEqual([undefined, undefined])
    await store().delete(['k'])
    answer = { status: 404, body: failure('NoSuchUpload') }
    expect(await store().uploads.list('k', 'u')).toBeUndefined()
    await store().uploads.abort('k', 'u')
  })
})

describe('encryption', () => {
  const created = '<?xml version="1.0"?><InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'

  it.each<[string, S3Environment, [string | undefined, string | undefined]]>([
    ['is left to the bucket unless asked for', {}, [undefined, undefined]],
    ['is asked for with every object', { HANGUP_S3_ENCRYPTION: 'AES256' }, ['AES256', undefined]],
    [
      "may be by the operator's key",
      { HANGUP_S3_ENCRYPTION: 'aws:kms', HANGUP_S3_KMS_KEY_ID: 'alias/hangup' },
      ['aws:kms', 'alias/hangup'],
    ],
  ])('%s', async (_what, environment, expected) => {
    const objects = store(environment)
    answer = { status: 200, body: '' }
    await objects.put('k', 'x', 'text/plain')
    answer = { status: 200, body: created }
    await objects.uploads.create('k')
    const sent = asked.map(({ headers }) => [
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
    ])
    expect(sent).toEqual([expected, expected])
  })
})

it('sends no checksum that only AWS knows', async () => {
  answer = { status: 200, body: '' }
  await store().put('k', 'x', 'text/plain')
  const url = await store().uploads.presign('k', 'u', 1, 60, 5)
  expect(Object.keys(asked[0]?.headers ?? {}).filter((name) => /checksum|trailer/.test(name))).toEqual([])
  expect(url).not.toMatch(/checksum/i)
  expect(new URL(url).searchParams.get('X-Amz-SignedHeaders')).toBe('content-length;host')
})

describe('settings', () => {
  it('name no store when they name no bucket', () => expect(s3Settings({ HANGUP_S3_REGION: 'eu-central-1' })).toBeUndefined())

  it.each<[string, S3Environment, RegExp]>([
    ['keys', { HANGUP_S3_BUCKET: 'evidence', HANGUP_S3_REGION: 'eu-central-1' }, /set HANGUP_S3_ACCESS_KEY_ID/],
    ['a region of AWS', ACCESS, /set HANGUP_S3_REGION/],
    ['an encryption that exists', { ...ACCESS, HANGUP_S3_REGION: 'x', HANGUP_S3_ENCRYPTION: 'rot13' }, /AES256 or aws:kms/],
  ])('must name %s', (_what, environment, message) => expect(() => s3Settings(environment)).toThrow(message))

  it('address AWS by region, everything else by path', async () => {
    const aws = store({ HANGUP_S3_ENDPOINT: '', HANGUP_S3_REGION: 'eu-central-1' })
    expect(await aws.uploads.presign('k', 'u', 1, 60, undefined)).toMatch(/^https:\/\/evidence\.s3\.eu-central-1\.amazonaws\.com\/k\?/)
    expect(await store().uploads.presign('k', 'u', 1, 60, undefined)).toMatch(`${endpoint}/evidence/k?`)
  })
})
