/**
 * The bytes of one input, in order. A chunk is valid only until the next one is asked for: its buffer may be reused,
 * so whoever keeps a piece copies it.
 */
export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Takes bytes in order; resolves when it can take more. May keep nothing of `bytes` after it resolves. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>

/** An input that can be read from its start as often as needed (a file, an object, a browser `File`). */
export interface Source {
  /** The upload's base name: a label, never a path. */
  readonly name: string
  /** Bytes, or undefined where it is not known before the end. */
  readonly size?: number | undefined
  open(): Chunks
  /** As `open`, from a byte offset on, where the input can. */
  readonly openFrom?: ((offset: number) => Chunks) | undefined
  /** Random access, where the input can: exactly the bytes [offset, offset + length), fewer only at the end of the input. */
  readonly read?: ((offset: number, length: number) => Promise<Uint8Array>) | undefined
}
