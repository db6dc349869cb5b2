import type { Source } from '../core/bytes/chunks.ts'

/** Bytes a read: each one costs a message between processes, and each is freed before the one after next. */
const READ_SIZE = 4 * 1024 * 1024

/** A chosen file as the engine reads it. While one piece is worked on, the next is fetched: three are held at most. */
export function browserSource(file: File, onRead: (bytes: number) => void): Source {
  return {
    name: file.name,
    size: file.size,
    open: () => piecesOf(file, onRead),
    read: (offset, length) => pieceOf(file, offset, offset + length),
  }
}

async function* piecesOf(file: File, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let next = pieceOf(file, 0, READ_SIZE)
  for (let at = 0; at < file.size; at += READ_SIZE) {
    const piece = await next
    next = pieceOf(file, at + READ_SIZE, at + 2 * READ_SIZE)
    onRead(at + piece.length)
    yield piece
  }
}

async function pieceOf(file: File, from: number, to: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, Math.max(from, to)).arrayBuffer())
}
