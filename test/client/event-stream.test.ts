import { describe, expect, it } from 'vitest'
import { readEvents, type StreamEvent } from '../../src/client/event-stream.ts'

function streamOf(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + size))
      at += size
    },
  })
}

async function eventsOf(text: string, size = 1000): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of readEvents(streamOf(text, size))) events.push(event)
  return events
}

describe('readEvents', () => {
  it.each([
    ['an event with id and name', 'id: 7\nevent: status\ndata: {"a":1}\n\n', [{ id: '7', event: 'status', data: '{"a":1}' }]],
    ['data without a name is a message', 'data: x\n\n', [{ id: undefined, event: 'message', data: 'x' }]],
    ['several data lines are one text', 'data: a\ndata: b\n\n', [{ id: undefined, event: 'message', data: 'a\nb' }]],
    ['comments and retry are no events', ': hello\nretry: 500\n\ndata: x\n\n', [{ id: undefined, event: 'message', data: 'x' }]],
    ['an id stays until the next', 'id: 1\ndata: a\n\ndata: b\n\n', ['a', 'b'].map((data) => ({ id: '1', event: 'message', data }))],
    ['CRLF ends lines too', 'event: e\r\ndata: ü\r\n\r\n', [{ id: undefined, event: 'e', data: 'ü' }]],
    ['an event cut off at the end is none', 'data: a\n\ndata: b', [{ id: undefined, event: 'message', data: 'a' }]],
  ])('%s', async (_, text, events) => {
    expect(await eventsOf(text)).toEqual(events)
  })

  it.each([1, 2, 3, 5])('does not care where chunks end (%i-byte chunks)', async (size) => {
    const text = 'id: 7\r\nevent: status\r\ndata: größer\r\n\r\ndata: b\n\n'
    expect(await eventsOf(text, size)).toEqual(await eventsOf(text))
  })
})
