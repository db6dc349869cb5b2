import { beforeEach, describe, expect, it } from 'vitest'
import type { Deps, Principal } from '../../src/cases/deps.ts'
import { sweep } from '../../src/cases/sweep.ts'
import { takeIn } from '../../src/cases/take-in.ts'
import { DEATHS, Killed, mortalWorld } from '../support/mortal-world.ts'
import { openCase, putSample, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const CALLER: Principal = { tenant: 'dev', actor: 'key:test', scopes: new Set(), caseId: undefined, linkId: undefined }
const NAME = 'early-close.pcap'
const HOUR = 3600_000

let service: TestService
let id = ''
let kept: Uint8Array | undefined
beforeEach(async () => {
  service = await TestService.start()
  const other = await openCase(service)
  await putSample(service, other)
  const [evidence] = await service.stored(`cases/dev/${other}/files/`)
  kept = service.objects.objects.get(evidence ?? '')
  await service.call('DELETE', `/v1/cases/${other}`)
  id = await openCase(service)
})

const put = (deps: Deps, content = sampleBytes(NAME)) =>
  takeIn(deps, CALLER, { caseId: id, name: NAME, options: {}, body: [content], declaredSize: content.length })

/** What the case names is what the store has, to the byte, and there is nothing else on its way or lying about. */
async function expectTidy(says: string): Promise<void> {
  const files = await service.deps.state.files.of(id)
  const named = files.flatMap(({ evidence }) => evidence.flatMap(({ key, receiptKey }) => [key, receiptKey]))
  expect(await service.stored(), says).toEqual(named.sort())
  for (const { key } of files.flatMap(({ evidence }) => evidence)) expect(service.objects.objects.get(key), says).toEqual(kept)
  expect(await service.deps.state.uploads.of(id), says).toEqual([])
  expect(await service.deps.state.uploads.leftovers(10), says).toEqual([])
  expect(service.objects.pending.size, says).toBe(0)
}

async function afterAnHour(): Promise<void> {
  service.clock += HOUR
  await sweep(service.deps)
}

describe.each(DEATHS)('a PUT to which the world fails: %s', (death) => {
  it.each([
    ['leaves the file whole or not at all', false],
    ['over another leaves one of both', true],
  ])('at any step %s', async (_says, isOver) => {
    const counting = mortalWorld(service.deps, Number.POSITIVE_INFINITY, death)
    if (isOver) await put(service.deps)
    await put(counting.deps)
    await service.call('DELETE', `/v1/cases/${id}`)
    const steps = counting.steps()
    expect(steps).toBeGreaterThan(10)
    for (let step = 1; step <= steps; step++) {
      id = await openCase(service)
      if (isOver) await put(service.deps)
      await service.settle()
      await put(mortalWorld(service.deps, step, death).deps).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
      await afterAnHour()
      const says = `${death} at step ${step} of ${steps}`
      if (isOver) expect(await service.deps.state.files.of(id), says).toMatchObject([{ state: 'stored' }])
      await expectTidy(says)
      expect((await putSample(service, id)).status, says).toBe(201)
      await expectTidy(`again after ${says}`)
      await service.call('DELETE', `/v1/cases/${id}`)
    }
  })
})

it('a bad file over a good one, to which the world fails at any step, leaves the good one', async () => {
  const bad = new TextEncoder().encode('GMBU and more of it, so that it has a header')
  for (const death of DEATHS) {
    for (let step = 1; step <= 25; step++) {
      id = await openCase(service)
      await put(service.deps)
      await put(mortalWorld(service.deps, step, death).deps, bad).catch(() => undefined)
      await afterAnHour()
      expect(await service.deps.state.files.of(id)).toMatchObject([{ state: 'stored' }])
      await expectTidy(`${death} at step ${step}`)
      await service.call('DELETE', `/v1/cases/${id}`)
    }
  }
})

it('PUTs of one name at the same moment leave the objects of one', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => putSample(service, id)))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 201])
  await expectTidy('at once')
})

it('a PUT that outlives the patience of the sweep leaves nothing', async () => {
  const bytes = sampleBytes(NAME)
  async function* slowly() {
    yield bytes.slice(0, 1000)
    await afterAnHour()
    yield bytes.slice(1000)
  }
  await expect(
    takeIn(service.deps, CALLER, { caseId: id, name: NAME, options: {}, body: slowly(), declaredSize: undefined }),
  ).rejects.toMatchObject({
    code: 'unknown-upload',
  })
  await expectTidy('at once')
})
