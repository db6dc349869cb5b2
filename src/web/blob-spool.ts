import type { KeptBytes, Spool } from '../client/kept-bytes.ts'

/** Bytes gathered before they are handed to the browser, which keeps big blobs on disk. */
const PIECE = 1024 * 1024

/** Keeps a cut in a `Blob`, so that the page's own memory holds one piece of it at a time. */
export function blobSpool(blobs: Map<KeptBytes, Blob>): Spool {
  const parts: Blob[] = []
  let buffer = new Uint8Array(PIECE)
  let filled = 0
  const flush = (): void => {
    if (filled === 0) return
    parts.push(new Blob([buffer.subarray(0, filled)]))
    buffer = new Uint8Array(PIECE)
    filled = 0
  }
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const room = Math.min(PIECE - filled, bytes.length - at)
        buffer.set(bytes.subarray(at, at + room), filled)
        filled += room
        at += room
        if (filled === PIECE) flush()
      }
    },
    finish: async () => {
      flush()
      const blob = new Blob(parts)
      const kept = blobBytes(blob)
      blobs.set(kept, blob)
      return kept
    },
  }
}

export const blobBytes = (blob: Blob): KeptBytes => ({
  size: blob.size,
  read: async (from, to) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
})
