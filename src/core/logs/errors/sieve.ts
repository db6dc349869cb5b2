import { isDigit } from '../stamp.ts'
import { byteWriter } from './byte-writer.ts'
import { MAX_SIGNS, SIGNS } from './findings.ts'
import { type AnchorWord, type ErrorPattern, FOLD, type PatternItem } from './pattern.ts'
import { errorPatterns } from './patterns.ts'

/** Odd numbers whose multiples spread well (Knuth, vol. 3, §6.4; Steele, Vigna 2021). */
const FIRST = 0x9e3779b1
const SECOND = 0xadb4a92d
const TABLE_SHIFT = 18 // 2^14 words, 64 KiB: half as big, a tenth slower
const BIT_SHIFT = 13 // the next five bits of a hash choose the bit: a shift takes the last five of its count
const WORD = 4 // bytes
const OUTSIDE = 10 // a text starts and ends as a line does

/** What may stand where a word was found: patterns, each with how far before the word its anchor starts. */
interface Candidates {
  /** Bits for what may stand right before and right behind any of them. */
  before: number
  behind: number
  readonly patterns: { readonly pattern: ErrorPattern; readonly back: number }[]
}

/**
 * Finds where bytes may report an error without a look at each byte. Whatever is looked for covers one of the words that stand on multiples
 * of four bytes: one look-up a word (0.2 ns a byte) rules nearly all of a log out, and what is left is compared byte by byte (after Wu,
 * Manber: A fast algorithm for multi-pattern searching, 1994).
 *
 * It never misses what `decodeErrors` finds in text of its encoding, but for a bare `(104:`, and lets some through that is no error.
 */
export class ErrorSieve {
  /** A bit for each word that is looked for. Two, because 3 of 100 others have the first by chance, and few of those the second. */
  readonly #first = new Int32Array(1 << (32 - TABLE_SHIFT))
  readonly #second = new Int32Array(1 << (32 - TABLE_SHIFT))
  readonly #candidates = new Map<number, Candidates>()

  constructor(patterns: readonly ErrorPattern[]) {
    for (const pattern of patterns) {
      for (const anchor of pattern.words) for (const word of anchor.folded) this.#enter(word, anchor, pattern)
    }
  }

  /** Where errors may be reported in a chunk, ascending: the last byte of what was found. */
  suspectsIn(chunk: Uint8Array): readonly number[] {
    const found: number[] = []
    const words = wordsOf(chunk)
    const start = words.byteOffset - chunk.byteOffset
    const take = (at: number, word: number): void => insert(found, this.#match(chunk, 0, chunk.length, at, word))
    const takeAtEdge = (at: number): void => take(at, wordAt(chunk, 0, chunk.length, at))
    if (start > 0) takeAtEdge(start - WORD)
    const groups = words.length & ~3
    for (let i = this.#nextGroup(words, 0, groups); i < groups; i = this.#nextGroup(words, i + 4, groups)) {
      for (let k = 0; k < 4; k++) {
        const word = (words[i + k] as number) & FOLD
        if (this.#mayHold(word)) take(start + (i + k) * WORD, word)
      }
    }
    for (let at = start + groups * WORD; at < chunk.length; at += WORD) takeAtEdge(at)
    return found
  }

  /** Whether the bytes [from, to), as a text of their own, may report an error. */
  mayReport(bytes: Uint8Array, from: number, to: number): boolean {
    for (let at = from - (WORD - 1); at < to; at += WORD) {
      const word = wordAt(bytes, from, to, at)
      if (this.#mayHold(word) && this.#match(bytes, from, to, at, word) >= 0) return true
    }
    return false
  }

  /** The next four words of which one may be looked for; `end` where there are none. */
  #nextGroup(words: Int32Array, from: number, end: number): number {
    const table = this.#first
    for (let i = from; i < end; i += 4) {
      const a = Math.imul((words[i] as number) & FOLD, FIRST)
      const b = Math.imul((words[i + 1] as number) & FOLD, FIRST)
      const c = Math.imul((words[i + 2] as number) & FOLD, FIRST)
      const d = Math.imul((words[i + 3] as number) & FOLD, FIRST)
      const bits =
        ((table[a >>> TABLE_SHIFT] as number) >>> (a >>> BIT_SHIFT)) |
        ((table[b >>> TABLE_SHIFT] as number) >>> (b >>> BIT_SHIFT)) |
        ((table[c >>> TABLE_SHIFT] as number) >>> (c >>> BIT_SHIFT)) |
        ((table[d >>> TABLE_SHIFT] as number) >>> (d >>> BIT_SHIFT))
      if ((bits & 1) !== 0) return i
    }
    return end
  }

  #mayHold(word: number): boolean {
    return hasBit(this.#first, Math.imul(word, FIRST)) && hasBit(this.#second, Math.imul(word, SECOND))
  }

  #enter(word: number, { back, before, behind }: AnchorWord, pattern: ErrorPattern): void {
    setBit(this.#first, Math.imul(word, FIRST))
    setBit(this.#second, Math.imul(word, SECOND))
    const known = this.#candidates.get(word) ?? { before: 0, behind: 0, patterns: [] }
    known.before |= before
    known.behind |= behind
    known.patterns.push({ pattern, back })
    this.#candidates.set(word, known)
  }

  /** The last byte of what the word at `at` belongs to; -1 where that is nothing. */
  #match(bytes: Uint8Array, from: number, to: number, at: number, word: number): number {
    const candidates = this.#candidates.get(word)
    if (candidates === undefined) return -1
    if (((candidates.behind >>> byteIn(bytes, from, to, at + WORD)) & (candidates.before >>> byteIn(bytes, from, to, at - 1)) & 1) === 0)
      return -1
    for (const { pattern, back } of candidates.patterns) {
      const end = matched(pattern, bytes, from, to, at - back)
      if (end >= 0) return end
    }
    return -1
  }
}

const byteIn = (bytes: Uint8Array, from: number, to: number, at: number): number =>
  at < from || at >= to ? OUTSIDE : (bytes[at] as number)

function setBit(table: Int32Array, hash: number): void {
  table[hash >>> TABLE_SHIFT] = (table[hash >>> TABLE_SHIFT] ?? 0) | (1 << (hash >>> BIT_SHIFT))
}

const hasBit = (table: Int32Array, hash: number): boolean => (((table[hash >>> TABLE_SHIFT] as number) >>> (hash >>> BIT_SHIFT)) & 1) !== 0

/** Four bytes, folded, of which some may lie outside the text. */
function wordAt(bytes: Uint8Array, from: number, to: number, at: number): number {
  let word = 0
  for (let k = 0; k < WORD; k++) {
    word |= byteIn(bytes, from, to, at + k) << (8 * k)
  }
  return word & FOLD
}

/** The chunk's words that stand on multiples of four in its buffer. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array {
  const start = Math.ceil(byteOffset / WORD) * WORD
  return new Int32Array(buffer, start, Math.max(0, Math.floor((byteOffset + byteLength - start) / WORD)))
}

/** Matches come in order but for a few bytes. */
function insert(found: number[], at: number): void {
  if (at < 0) return
  let i = found.length
  while (i > 0 && (found[i - 1] as number) > at) i--
  if (found[i - 1] !== at) found.splice(i, 0, at)
}

/** The last byte of a pattern whose anchor stands at `at`; -1 where it does not. */
function matched({ items, anchor, last, needsNumber }: ErrorPattern, bytes: Uint8Array, from: number, to: number, at: number): number {
  let start = at
  for (let i = anchor - 1; i >= 0; i--) {
    const length = fits(items[i] ?? [], bytes, from, to, start, true)
    if (length === 0) return -1
    start -= length
  }
  let end = at
  let lastByte = at - 1
  for (let i = anchor; i < items.length; i++) {
    const length = fits(items[i] ?? [], bytes, from, to, end, false)
    if (length === 0) return -1
    end += length
    if (i === last) lastByte = end - 1
  }
  return needsNumber && !isBeforeNumber(bytes, lastByte + 1, to) ? -1 : Math.max(lastByte, from)
}

function isBeforeNumber(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from
  while (at < to && at - from < MAX_SIGNS && SIGNS.includes(String.fromCharCode(bytes[at] as number))) at++
  return at < to && isDigit(bytes[at] as number)
}

/** How many bytes of an item stand at `at`, or end there; 0 for none. */
function fits(item: PatternItem, bytes: Uint8Array, from: number, to: number, at: number, backwards: boolean): number {
  if (item instanceof Uint8Array) return item[byteIn(bytes, from, to, backwards ? at - 1 : at)] as number
  for (const form of item) {
    const start = backwards ? at - form.length : at
    let i = 0
    while (i < form.length && byteIn(bytes, from, to, start + i) === form[i]) i++
    if (i === form.length) return i
  }
  return 0
}

const sieves = new Map<string, ErrorSieve>()

/** @param label of the text's encoding, as WHATWG names it */
export function errorSieve(label: string): ErrorSieve {
  let sieve = sieves.get(label)
  if (sieve === undefined) {
    sieve = new ErrorSieve(errorPatterns(byteWriter(label)))
    sieves.set(label, sieve)
  }
  return sieve
}

/** The same of a text that was decoded. */
export function mayReportError(text: string): boolean {
  const bytes = new TextEncoder().encode(text)
  return errorSieve('utf-8').mayReport(bytes, 0, bytes.length)
}
