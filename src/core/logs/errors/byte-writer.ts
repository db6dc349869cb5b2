/** How an encoding writes single characters. */
export interface ByteWriter {
  /** Undefined for what it does not have. */
  write(text: string): Uint8Array | undefined
  /** A byte of a longer character may look like an ASCII one (Shift JIS, GBK, Big5). */
  readonly isAmbiguous: boolean
  readonly isUtf8: boolean
}

const TWO_BYTES = /^(?:shift_jis|euc-jp|euc-kr|gbk|gb18030|big5)$/

/** The web platform only decodes these encodings: the other way is found by decoding every character of one or two bytes. */
export function byteWriter(label: string): ByteWriter {
  const encoder = new TextEncoder()
  if (label === 'utf-8') return { write: (text) => encoder.encode(text), isAmbiguous: false, isUtf8: true }
  const isAmbiguous = TWO_BYTES.test(label)
  let known: Map<string, Uint8Array> | undefined
  return {
    isAmbiguous,
    isUtf8: false,
    write(text) {
      const ascii = encoder.encode(text)
      if (ascii.length === text.length && text.charCodeAt(0) < 128) return ascii
      known ??= charactersOf(new TextDecoder(label), isAmbiguous)
      return known.get(text)
    },
  }
}

function charactersOf(decoder: TextDecoder, isAmbiguous: boolean): Map<string, Uint8Array> {
  const known = new Map<string, Uint8Array>()
  const learn = (sequences: readonly Uint8Array[]): void => {
    // All at once, a space behind each: a decoder's call costs more than what it decodes.
    const texts = decoder.decode(Uint8Array.from(sequences.flatMap((bytes) => [...bytes, SPACE]))).split(' ')
    for (const [i, bytes] of sequences.entries()) {
      const text = texts[i] ?? ''
      if ([...text].length === 1 && text !== '\ufffd' && !known.has(text)) known.set(text, bytes)
    }
  }
  learn(Array.from({ length: 0x80 }, (_, i) => Uint8Array.of(0x80 + i)))
  if (!isAmbiguous) return known
  for (let lead = 0x81; lead < 0xff; lead++) learn(Array.from({ length: 0xff - 0x40 }, (_, i) => Uint8Array.of(lead, 0x40 + i)))
  return known
}

const SPACE = 32
