import { Refusal } from '../cases/errors.ts'
import type { Chunks } from '../core/bytes/chunks.ts'
import { streamChunks } from '../store/stream-chunks.ts'

/**
 * A body's bytes; each chunk is valid until the next is asked for. A connection that breaks ends in a `body-incomplete` refusal,
 * so that nobody takes half a file for a whole one.
 */
export async function* bodyChunks(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = streamChunks(body)
  let isOver = false
  try {
    for (;;) {
      const next = await unbroken(chunks.next())
      if (next.done) break
      yield next.value
    }
    isOver = true
  } finally {
    if (!isOver) await chunks.return(undefined)
  }
}

async function unbroken<T>(read: Promise<T>): Promise<T> {
  try {
    return await read
  } catch {
    throw new Refusal(
      'body-incomplete',
      'the connection broke before the body was whole',
      'Send it again; for bad lines use the resumable upload.',
    )
  }
}

const LONGEST_TEXT = 1024 * 1024 // bytes of a JSON body

/** A small body as text. */
export async function bodyText(body: ReadableStream<Uint8Array> | null, limit = LONGEST_TEXT): Promise<string> {
  if (!body) return ''
  return chunksText(bodyChunks(body), limit)
}

export async function chunksText(chunks: Chunks, limit: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limit) throw new Refusal('too-large', `this body may have ${limit} bytes`, 'Send less.')
    text += decode(decoder, chunk)
  }
  return text + decode(decoder, undefined)
}

function decode(decoder: TextDecoder, chunk: Uint8Array | undefined): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Refusal('bad-request', 'this text is not UTF-8', 'Send text in UTF-8.')
  }
}
