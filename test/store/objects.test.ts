import { afterAll, beforeAll, describe } from 'vitest'
import { MemoryObjects } from '../../src/store/memory-objects.ts'
import { S3Objects } from '../../src/store/s3-objects.ts'
import { describeObjects } from '../support/describe-objects.ts'
import { RemoteObjects, startObjectsWorker } from '../support/remote-objects.ts'

describeObjects('memory', () => new MemoryObjects())

describe('beside a Worker', () => {
  let worker: Awaited<ReturnType<typeof startObjectsWorker>>
  beforeAll(async () => {
    worker = await startObjectsWorker()
  })
  afterAll(() => worker.close())

  describeObjects("R2's binding, in workerd", () => new RemoteObjects(worker.origin))
  describeObjects("wrangler's S3 endpoint, from workerd", () => new RemoteObjects(worker.origin, worker.s3), false)
  describeObjects("wrangler's S3 endpoint, from Node", () => new S3Objects(worker.s3), false)
})
