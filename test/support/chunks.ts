/** Pieces of `size` in one reused buffer, as a real source gives them: whoever keeps one without copying reads rubbish. */
export function* reusing(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(size)
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    buffer.fill(0xee)
  }
}

/** Pieces of `size`, each in a buffer that is taken away when the next is asked for, as a browser's byte reader does. */
export function* detaching(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    const piece = new Uint8Array(bytes.subarray(at, at + size))
    yield piece
    structuredClone(piece.buffer, { transfer: [piece.buffer] })
  }
}
