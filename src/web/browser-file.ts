import type { Source } from '../core/bytes/chunks.ts'

/** Bytes a read. Each piece is handed over in the same buffer: a gigabyte of garbage a second would outgrow its collection. */
const READ_SIZE = 1024 * 1024

/** A chosen file as the engine reads it. */
export function browserSource(file: File, onRead: (bytes: number) => void): Source {
  return {
    name: file.name,
    size: file.size,
    open: () => piecesOf(file, onRead),
    read: async (offset, length) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()),
  }
}

/**
 * Readers at work. Chromium and WebKit collect a blob's stream as garbage while a read is pending, unless script still reaches it; and what
 * awaits that read hangs for good. Measured in Chromium 156; WebKit pull request 54097 says the same.
 */
const atWork = new Set<ReadableStreamBYOBReader>()

async function* piecesOf(file: File, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader({ mode: 'byob' })
  atWork.add(reader)
  try {
    let buffer = new ArrayBuffer(READ_SIZE)
    for (let total = 0; ; ) {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done || value === undefined) return
      total += value.length
      onRead(total)
      yield value
      buffer = value.buffer
    }
  } finally {
    atWork.delete(reader)
    await reader.cancel()
  }
}
