import { expect, it } from 'vitest'
import { openCase, sampleBytes } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

const PCAP = sampleBytes('early-close.pcap')

function signal(): [Promise<void>, () => void] {
  let give: () => void = () => undefined
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return [given, () => give()]
}

/** An upload that stands still after its first bytes until it is told to go on; `begun` when the service reads it. */
function slowUpload(service: TestService, id: string, name: string) {
  const [waiting, goOn] = signal()
  const [begun, begin] = signal()
  const pieces = [PCAP.slice(0, 1000), PCAP.slice(1000)]
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (pieces.length === 1) await waiting
        const piece = pieces.shift()
        if (piece) controller.enqueue(piece)
        else controller.close()
        begin()
      },
    },
    { highWaterMark: 0 },
  )
  return { answer: service.fetch('PUT', `/v1/cases/${id}/files/${name}`, { body }), begun, goOn }
}

it('the ninth upload at once is asked to come again, and there is room when one is done', async () => {
  const service = await TestService.start()
  const id = await openCase(service)
  const slow = Array.from({ length: 8 }, (_, at) => slowUpload(service, id, `slow-${at}.pcap`))
  await Promise.all(slow.map(({ begun }) => begun))
  const ninth = () => service.call<{ code: string }>('PUT', `/v1/cases/${id}/files/ninth.pcap`, undefined, { body: PCAP })
  const refused = await ninth()
  expect(refused).toMatchObject({ status: 503, body: { code: 'busy' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await service.call('GET', `/v1/cases/${id}`)).status).toBe(200)
  slow[0]?.goOn()
  expect((await slow[0]?.answer)?.status).toBe(201)
  expect((await ninth()).status).toBe(201)
  for (const { goOn } of slow) goOn()
  for (const { answer } of slow) expect((await answer).status).toBe(201)
})

it('an upload that breaks off gives its place back', async () => {
  const service = await TestService.start()
  const id = await openCase(service)
  for (let at = 0; at < 9; at++) {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('gone')) })
    expect((await service.fetch('PUT', `/v1/cases/${id}/files/a.pcap`, { body })).status).toBe(400)
  }
})
