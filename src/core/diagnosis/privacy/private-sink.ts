import type { Sink } from '../../bytes/chunks.ts'
import type { LastWords } from '../../intake/last-words.ts'
import type { CasePrivacy } from './privacy.ts'

/** A sink in front of another: what is written comes out private. `end` hands on what is held; write nothing after it. */
export interface PrivateSink {
  readonly write: Sink
  end(): Promise<void>
}

/** Puts a case's privacy in front of `store`, for one cut file. */
export function privateSink(privacy: CasePrivacy, kind: 'capture' | 'log', store: Sink, words?: LastWords): PrivateSink {
  const pieces: Uint8Array[] = []
  const filter = privacy.filter(kind, (piece) => void pieces.push(piece), words)
  const flush = async () => {
    for (const piece of pieces.splice(0)) await store(piece)
  }
  return {
    write: (bytes) => {
      filter.push(bytes)
      return flush()
    },
    end: () => {
      filter.end()
      return flush()
    },
  }
}
