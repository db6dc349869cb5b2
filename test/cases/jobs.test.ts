import { beforeEach, describe, expect, it, vi } from 'vitest'
import { failDiagnosis, GAVE_UP, runDiagnosis } from '../../src/cases/run-diagnosis.ts'
import { sweep } from '../../src/cases/sweep.ts'
import { consume, consumeDead } from '../../src/queue/consume.ts'
import type { Job } from '../../src/store/jobs.ts'
import { DEATHS, type Death, Killed, mortalWorld } from '../support/mortal-world.ts'
import { openCase, putSample } from '../support/sample.ts'
import { message, TestService } from '../support/service.ts'

type DiagnoseJob = Extract<Job, { kind: 'diagnose' }>

let service: TestService
let id = ''
let job: DiagnoseJob
beforeEach(async () => {
  service = await TestService.start()
  id = await openCase(service)
  await putSample(service, id)
  job = await queue()
})

async function queue(): Promise<DiagnoseJob> {
  const { body } = await service.call<{ revision: number }>('POST', `/v1/cases/${id}/diagnose`)
  service.queued.length = 0
  return { kind: 'diagnose', tenant: 'dev', caseId: id, revision: body.revision }
}

const view = async () =>
  (await service.call<{ status: string; publishedRevision: number | null; stale: boolean }>('GET', `/v1/cases/${id}`)).body
const results = async () => (await service.stored(`cases/dev/${id}/r`)).map((key) => key.split('/').slice(3).join('/'))
const DONE = ['bundle.zip', 'diagnosis.json', 'report.html', 'report.md']
const finished = async (revision = 1) => {
  expect(await view()).toMatchObject({ status: 'diagnosed', publishedRevision: revision })
  const keys = await results()
  expect(new Set(keys.map((key) => key.split('/').at(-1)))).toEqual(new Set(DONE))
  expect(new Set(keys.map((key) => key.split('/').slice(0, 2).join('/'))).size).toBe(revision)
}

const progressOf = async (type: string) =>
  (await service.deps.state.events.after(id, 'progress', 0, 10_000)).filter((event) => event.type === type)

/** The same use case as another deployment has it. */
async function engineOf(version: string): Promise<typeof runDiagnosis> {
  vi.resetModules()
  vi.doMock('../../src/core/version.ts', () => ({ ENGINE_VERSION: version }))
  const { runDiagnosis: run } = await import('../../src/cases/run-diagnosis.ts')
  vi.doUnmock('../../src/core/version.ts')
  return run
}

const dyingAt = (step: number, death: Death = 'for ever') => mortalWorld(service.deps, step, death)

async function stepsOfOneRun(): Promise<number> {
  const counting = dyingAt(Number.POSITIVE_INFINITY)
  await runDiagnosis(counting.deps, job)
  return counting.steps()
}

describe('a job', () => {
  it.each(DEATHS)('to which the world fails at any step (%s) is done by the next delivery, and told once', async (death) => {
    await service.call('POST', '/v1/webhooks', { url: 'https://hooks.example.com/', events: ['case.diagnosed'] })
    const steps = await stepsOfOneRun()
    expect(steps).toBeGreaterThan(15)
    await service.settle()
    for (let step = 1; step <= steps; step++) {
      job = await queue()
      service.fetched.length = 0
      await runDiagnosis(dyingAt(step, death).deps, job).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
      service.clock += 3 * 60_000
      await sweep(service.deps)
      await runDiagnosis(service.deps, job)
      await sweep(service.deps)
      await service.settle()
      const said = `${death} at step ${step} of ${steps}`
      expect(await view(), said).toMatchObject({ status: 'diagnosed', publishedRevision: job.revision })
      expect((await service.fetch('GET', `/v1/cases/${id}/bundle`)).status, said).toBe(200)
      expect(await results(), said).toHaveLength(DONE.length * job.revision)
      expect(service.fetched, said).toHaveLength(1)
      expect((await progressOf('diagnosed')).map(({ data }) => data.revision).at(-1), said).toBe(job.revision)
    }
    expect(await progressOf('diagnosed')).toHaveLength(job.revision)
  })

  it.each(DEATHS)('given up, to which the world fails at any step (%s), is failed and told once', async (death) => {
    await service.call('POST', '/v1/webhooks', { url: 'https://hooks.example.com/', events: ['case.failed'] })
    for (let step = 1; step <= 8; step++) {
      job = await queue()
      service.fetched.length = 0
      await failDiagnosis(dyingAt(step, death).deps, job, GAVE_UP).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
      await consumeDead(message(job).batch, service.deps)
      await sweep(service.deps)
      await service.settle()
      const said = `${death} at step ${step}`
      expect(await view(), said).toMatchObject({ status: 'failed' })
      expect(service.fetched, said).toHaveLength(1)
      expect(await progressOf('failed'), said).toHaveLength(step)
    }
  })

  it.each([
    ['older', 'newer'],
    ['newer', 'older'],
  ])('begun by the %s engine and finished late publishes nothing over the %s one', async (first, second) => {
    const engines = { older: await engineOf('0.9.0'), newer: await engineOf('99.0.0') } as Record<string, typeof runDiagnosis>
    let wake: () => void = () => undefined
    const asleep = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { state } = service.deps
    const publish = async (...args: Parameters<typeof state.leases.publish>) => {
      await asleep
      return state.leases.publish(...args)
    }
    const late = engines[first]?.({ ...service.deps, state: { ...state, leases: { ...state.leases, publish } } }, job)
    await new Promise((resolve) => setTimeout(resolve, 200))
    service.clock += 3 * 60_000
    await engines[second]?.(service.deps, job)
    wake()
    await late
    await finished()
    const version = { older: '0.9.0', newer: '99.0.0' }[second]
    expect((await results()).every((key) => key.startsWith(`r1/${version}-`))).toBe(true)
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({ status: 200, body: { engine: { version } } })
  })

  it('delivered twice is done once', async () => {
    await runDiagnosis(service.deps, job)
    const before = await results()
    await runDiagnosis(service.deps, job)
    expect(await results()).toEqual(before)
    await finished()
  })

  it('done by two workers at once is published once', async () => {
    await Promise.all([runDiagnosis(service.deps, job), runDiagnosis(service.deps, job)])
    await finished()
  })

  it('whose lease ran out publishes nothing over its successor', async () => {
    let wake: () => void = () => undefined
    const asleep = new Promise<void>((resolve) => {
      wake = resolve
    })
    const { objects } = service.deps
    const slow = Object.create(objects, {
      put: { value: async (...args: Parameters<typeof objects.put>) => (await asleep, objects.put(...args)) },
    }) as typeof objects
    const first = runDiagnosis({ ...service.deps, objects: slow }, job)
    await new Promise((resolve) => setTimeout(resolve, 200))
    service.clock += 3 * 60_000
    await runDiagnosis(service.deps, job)
    const published = await results()
    wake()
    await first
    expect(await results()).toEqual(published)
    await finished()
  })

  it('of a revision that was overtaken does nothing', async () => {
    const next = await queue()
    await runDiagnosis(service.deps, job)
    expect(await view()).toMatchObject({ status: 'queued', publishedRevision: null })
    await runDiagnosis(service.deps, next)
    expect(await view()).toMatchObject({ status: 'diagnosed', publishedRevision: 2 })
  })

  it('delivered after its case was deleted leaves nothing', async () => {
    await service.call('DELETE', `/v1/cases/${id}`)
    await runDiagnosis(service.deps, job)
    expect(await service.stored()).toEqual([])
  })

  it('whose case is deleted while it works leaves nothing', async () => {
    const { objects } = service.deps
    const deleting = Object.create(objects, {
      put: {
        value: async (...args: Parameters<typeof objects.put>) => (await service.call('DELETE', `/v1/cases/${id}`), objects.put(...args)),
      },
    }) as typeof objects
    await runDiagnosis({ ...service.deps, objects: deleting }, job)
    service.clock += 3600_000
    await sweep(service.deps)
    expect(await service.stored()).toEqual([])
  })

  it('that kills its worker again and again is given up', async () => {
    for (let death = 0; death < 12; death++) {
      await runDiagnosis(dyingAt(6).deps, job).catch(() => undefined)
      service.clock += 6 * 60_000
      await sweep(service.deps)
      service.queued.length = 0
    }
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({
      status: 409,
      body: { code: 'failed', reason: 'gave-up' },
    })
  })

  it('that was never sent is sent by the sweep', async () => {
    service.clock += 10 * 60_000
    await sweep(service.deps)
    expect(service.queued).toEqual([job])
  })

  it('that is queued again and again waits since it was first asked for', async () => {
    const age = async () => (await service.call<{ queueAgeSeconds: number }>('GET', '/v1/metrics')).body.queueAgeSeconds
    for (const minutes of [10, 20, 30]) {
      service.clock += 10 * 60_000
      await sweep(service.deps)
      expect(await age()).toBe(minutes * 60)
    }
    service.queued.length = 0
    await queue()
    expect(await age()).toBe(0)
  })
})

describe('the consumer', () => {
  it('acknowledges what is done', async () => {
    const { batch, fate } = message(job)
    await consume(batch, service.deps)
    expect(fate).toEqual({ acked: 1, retried: 0 })
  })

  it('asks again for what failed', async () => {
    const { batch, fate } = message(job)
    await consume(batch, dyingAt(5).deps)
    expect(fate).toEqual({ acked: 0, retried: 1 })
  })

  it('tells the customer when nothing helped, and diagnosing again works', async () => {
    await consumeDead(message(job).batch, service.deps)
    expect(await service.call('GET', `/v1/cases/${id}/diagnosis`)).toMatchObject({
      status: 409,
      body: { code: 'failed', reason: 'gave-up' },
    })
    await runDiagnosis(service.deps, await queue())
    expect(await view()).toMatchObject({ status: 'diagnosed', publishedRevision: 2 })
  })

  it('of dead letters does not fail a case that is done', async () => {
    await runDiagnosis(service.deps, job)
    await consumeDead(message(job).batch, service.deps)
    await finished()
  })

  it('does not choke on a message that is none of ours', async () => {
    const { batch, fate } = message({ kind: 'nonsense' })
    await consume(batch, service.deps)
    expect(fate).toEqual({ acked: 0, retried: 1 })
    await consumeDead(batch, service.deps)
    expect(fate).toEqual({ acked: 1, retried: 1 })
  })
})
