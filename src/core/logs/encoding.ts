import { InputError } from '../errors.ts'

/** How a log's bytes become characters. Lines are found in the bytes; what is kept is never re-encoded. */
export interface LogEncoding {
  /** WHATWG label: `utf-8`, `utf-16le`, `windows-1252`, … */
  readonly label: string
  /** Bytes of a line feed: 2 in UTF-16. */
  readonly unit: 1 | 2
  readonly littleEndian: boolean
  /** Bytes of the byte order mark at the start. */
  readonly bomLength: number
  readonly from: 'option' | 'byte order mark' | 'inferred' | 'assumed'
}

const SAMPLE = 4096

/**
 * Byte order mark, then the option, then the pattern of NULs that UTF-16 text in Latin letters has, then UTF-8 if the sample is valid,
 * else windows-1252 (in which every byte is a character).
 *
 * @throws {InputError} `bad-option` for an encoding label nobody knows
 */
export function detectEncoding(head: Uint8Array, option: string | undefined): LogEncoding {
  const given = option === undefined ? undefined : labelOf(option)
  const [a, b, c] = head
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: 'utf-8', unit: 1, littleEndian: true, bomLength: 3, from: 'byte order mark' }
  if (a === 0xff && b === 0xfe) return { label: 'utf-16le', unit: 2, littleEndian: true, bomLength: 2, from: 'byte order mark' }
  if (a === 0xfe && b === 0xff) return { label: 'utf-16be', unit: 2, littleEndian: false, bomLength: 2, from: 'byte order mark' }
  if (given !== undefined)
    return { label: given, unit: given.startsWith('utf-16') ? 2 : 1, littleEndian: given !== 'utf-16be', bomLength: 0, from: 'option' }
  const sample = head.subarray(0, SAMPLE)
  const nulls = [0, 0]
  for (let i = 0; i < sample.length; i++) if (sample[i] === 0) nulls[i & 1] = (nulls[i & 1] ?? 0) + 1
  const [even = 0, odd = 0] = nulls
  const half = sample.length / 2
  if (odd > half * 0.4 && even < half * 0.1) return { label: 'utf-16le', unit: 2, littleEndian: true, bomLength: 0, from: 'inferred' }
  if (even > half * 0.4 && odd < half * 0.1) return { label: 'utf-16be', unit: 2, littleEndian: false, bomLength: 0, from: 'inferred' }
  return {
    label: isUtf8(head) ? 'utf-8' : 'windows-1252',
    unit: 1,
    littleEndian: true,
    bomLength: 0,
    from: isUtf8(head) ? 'inferred' : 'assumed',
  }
}

function labelOf(option: string): string {
  try {
    return new TextDecoder(option).encoding
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError(
      'bad-option',
      `unknown encoding ${JSON.stringify(option.slice(0, 40))}`,
      'Give a WHATWG label: utf-8, utf-16le, windows-1252, shift_jis … DOS code pages (cp850) are none: leave encoding out, what is ASCII is read all the same.',
    )
  }
}

/** A character cut at the sample's end is no mistake. */
function isUtf8(head: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return false
  }
}

/** Decodes pieces of one file. Short ASCII, which is most of every log, does not pass through `TextDecoder`. */
export class PieceDecoder {
  readonly #decoder: TextDecoder

  constructor(encoding: LogEncoding) {
    this.#decoder = new TextDecoder(encoding.label, { ignoreBOM: true })
    this.#narrow = encoding.unit === 1
  }

  readonly #narrow: boolean

  decode(bytes: Uint8Array): string {
    if (this.#narrow && bytes.length <= 512) {
      let ascii = 0
      for (let i = 0; i < bytes.length; i++) ascii |= bytes[i] as number
      if (ascii < 128) return String.fromCharCode.apply(undefined, bytes as unknown as number[])
    }
    return this.#decoder.decode(bytes)
  }
}
