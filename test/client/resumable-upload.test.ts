import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type UploadJob, type UploadMemory, uploadResumably } from '../../src/client/resumable-upload.ts'
import { ServiceError } from '../../src/client/service-error.ts'
import { UploadService } from './upload-service.ts'

const PART = 8 * 1024 * 1024
const FILE = Buffer.alloc(4 * PART + 1000, 'hangup!')

let service: UploadService
let ids: Map<string, string>
let waits: string[]

beforeEach(async () => {
  service = new UploadService()
  await service.start()
  ids = new Map()
  waits = []
})
afterEach(() => service.stop())

const memory = (): UploadMemory => ({
  recall: (fingerprint) => ids.get(fingerprint),
  remember: (fingerprint, uploadId) => void ids.set(fingerprint, uploadId),
  forget: (fingerprint) => void ids.delete(fingerprint),
})

function job(changes: Partial<UploadJob> = {}): UploadJob {
  return {
    access: { base: service.url, key: 'k', fetch },
    caseId: 'c1',
    name: 'trace.pcap',
    options: {},
    kept: { size: FILE.length, read: async (from, to) => FILE.subarray(from, to) },
    fingerprint: 'trace',
    memory: memory(),
    patience: { tries: 3, signal: undefined, onWait: ({ code }) => void waits.push(code), sleep: async () => undefined },
    onProgress: () => undefined,
    ...changes,
  }
}

describe('uploadResumably', () => {
  it('sends all parts, however few URLs come at a time, and completes', async () => {
    const told: number[] = []
    await uploadResumably(job({ onProgress: (sent) => void told.push(sent) }))
    expect(service.received.equals(FILE)).toBe(true)
    expect([service.puts, service.completed, ids.size]).toEqual([[1, 2, 3, 4, 5], true, 0])
    expect(told.at(-1)).toBe(FILE.length)
  })

  it('sends a part again when its connection breaks, and no other', async () => {
    service.trouble = { breakAtPart: 2 }
    await uploadResumably(job())
    expect(service.received.equals(FILE)).toBe(true)
    expect([service.puts, waits]).toEqual([[1, 2, 2, 3, 4, 5], ['no-answer']])
  })

  it('goes on after it was killed: only missing parts are sent', async () => {
    service.trouble = { failWith: 500 }
    service.parts.set(1, FILE.subarray(0, PART))
    await expect(uploadResumably(job())).rejects.toThrow(ServiceError)
    service.trouble = {}
    service.puts.length = 0
    await uploadResumably(job())
    expect([service.puts, service.uploads, service.received.equals(FILE)]).toEqual([[2, 3, 4, 5], 1, true])
  })

  it('waits for a server that is gone, and goes on when it is back', async () => {
    let stops = 0
    const patience = { ...job().patience, tries: 10, sleep: () => service.start() }
    const read = async (from: number, to: number): Promise<Uint8Array> => {
      if (from === 2 * PART && stops++ === 0) await service.stop()
      return FILE.subarray(from, to)
    }
    await uploadResumably(job({ patience, kept: { size: FILE.length, read } }))
    expect([service.received.equals(FILE), stops > 0]).toEqual([true, true])
  })

  it('starts anew when the service has forgotten the upload', async () => {
    ids.set('trace', 'u-long-ago')
    await uploadResumably(job())
    expect([service.uploads, service.received.equals(FILE)]).toEqual([1, true])
  })

  it('asks for fresh URLs when a presigned one has run out', async () => {
    service.trouble = { expireAtPart: 3 }
    const signed = job()
    const presign: typeof fetch = async (url, init) => {
      const answer = await fetch(url, init)
      if (init?.method !== 'GET' || !answer.ok) return answer
      const body = await answer.json()
      for (const part of body.urls) part.url = `${service.url}/store${part.url}?signature`
      return Response.json(body)
    }
    await uploadResumably({ ...signed, access: { ...signed.access, fetch: presign } })
    expect([service.puts, service.received.equals(FILE)]).toEqual([[1, 2, 3, 3, 4, 5], true])
  })

  it('gives up on what does not pass, and says what the service said', async () => {
    service.trouble = { failWith: 413 }
    await expect(uploadResumably(job())).rejects.toMatchObject({ status: 413, code: 'http-413' })
  })
})
