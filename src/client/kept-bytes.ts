import type { Sink, Source } from '../core/bytes/chunks.ts'

/** Bytes a read. */
const PIECE = 1024 * 1024

/** What a cut kept, as it will be sent: random access, so that an upload can start anywhere. A browser `Blob` or a file. */
export interface KeptBytes {
  readonly size: number
  readonly read: (from: number, to: number) => Promise<Uint8Array>
}

/** Where bytes wait until they are sent or read again. */
export interface Spool {
  readonly write: Sink
  readonly finish: () => Promise<KeptBytes>
}

/** Kept bytes as the engine reads them. */
export function keptSource(name: string, kept: KeptBytes): Source {
  return {
    name,
    size: kept.size,
    async *open() {
      for (let at = 0; at < kept.size; at += PIECE) yield kept.read(at, Math.min(kept.size, at + PIECE))
    },
    read: (offset, length) => kept.read(Math.min(offset, kept.size), Math.min(kept.size, offset + length)),
  }
}
