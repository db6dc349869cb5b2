import { Gunzip } from 'fflate'
import type { Chunks } from '../core/bytes/chunks.ts'

/** RFC 1952 §2.3.1: ID1, ID2. */
export const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

/** Unpacks piece by piece, all members one after the other. */
export async function* gunzip(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const unpacker = new Gunzip((piece) => void ready.push(piece))
  for await (const chunk of chunks) {
    unpacker.push(chunk)
    yield* ready.splice(0)
  }
  unpacker.push(new Uint8Array(), true)
  yield* ready.splice(0)
}
