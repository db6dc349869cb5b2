import type { Source } from '../../core/bytes/chunks.ts'
import type { Objects } from '../../store/objects.ts'
import { streamChunks } from '../../store/stream-chunks.ts'

/**
 * An object as the engine reads it: from its start as often as it likes, or in pieces.
 *
 * @param onRead called between reads, for progress and for noticing that the work is not wanted any more
 */
export function storedSource(
  objects: Objects,
  key: string,
  about: { name: string; size?: number | undefined },
  onRead: (bytes: number) => Promise<void>,
): Source {
  return {
    ...about,
    async *open() {
      const stored = await objects.get(key)
      if (!stored) throw new Error('a stored file has lost its bytes')
      for await (const chunk of streamChunks(stored.body)) {
        const { length } = chunk
        yield chunk
        await onRead(length)
      }
    },
    async read(offset, length) {
      const stored = await objects.get(key, { offset, length })
      if (!stored) throw new Error('a stored file has lost its bytes')
      await onRead(length)
      return new Uint8Array(await new Response(stored.body).arrayBuffer())
    },
  }
}
