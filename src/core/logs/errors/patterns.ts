import type { ByteWriter } from './byte-writer.ts'
import { SIGNS, WORDS_BEFORE_NUMBERS } from './findings.ts'
import { NAMES } from './names.ts'
import { M_CODES, NTSTATUS, WIN32, WSA } from './numbers.ts'
import { type ErrorPattern, type PatternItem, patternsOf } from './pattern.ts'
import { WORDINGS } from './wording.ts'

/** All that `decodeErrors` looks for, in the bytes of an encoding. */
export function errorPatterns(writer: ByteWriter): ErrorPattern[] {
  const { any, wordStart, wordEnd, beforeNumber, sign, signOrDigit } = contextOf(writer)
  const patterns: ErrorPattern[] = []
  const known = new Map<string, PatternItem>()
  const add = (text: string, before: readonly PatternItem[], after: readonly PatternItem[], needsNumber = false): void => {
    const items = itemsOf(text, writer, known)
    if (!items) return
    const last = before.length + items.length - 1
    patterns.push(...patternsOf({ items: [...before, ...items, ...after], last, needsNumber }, any))
  }
  for (const { phrase } of WORDINGS) add(phrase, [], [])
  for (const name of NAMES.keys()) add(name.toLowerCase(), [wordStart], name.includes('-') ? [] : [wordEnd])
  for (const code of M_CODES.keys()) add(code.toLowerCase(), [wordStart], [wordEnd])
  for (const code of WSA.keys()) add(String(code), [beforeNumber], [wordEnd])
  for (const status of statuses()) add(status, [], [wordEnd])
  add('socketerror', [], [])
  for (const word of WORDS_BEFORE_NUMBERS)
    if (!endsInAnother(word)) add(word, word.length < 5 ? [wordStart] : [], isAscii(word) ? [sign, signOrDigit] : [signOrDigit], true)
  return patterns
}

/** A number right behind other letters is a word of its own: `エラー110`. */
const isAscii = (word: string): boolean => /^[\x21-\x7e]+$/.test(word)

/** `lasterror` is found by `error`. */
const endsInAnother = (word: string): boolean =>
  WORDS_BEFORE_NUMBERS.some((other) => other.length >= 5 && other.length < word.length && word.endsWith(other))

/** NTSTATUS values, and HRESULTs that wrap a Win32 or a socket error, as written without `0x`. */
function statuses(): string[] {
  const wrapped = [...WIN32.keys(), ...WSA.keys()].map((code) => `8007${code.toString(16).padStart(4, '0')}`)
  return [...[...NTSTATUS.keys()].map((status) => status.toString(16).padStart(8, '0')), ...wrapped]
}

/** Classes of bytes, a flag each, that may stand beside what is looked for. */
function contextOf({ isAmbiguous, isUtf8 }: ByteWriter) {
  const any = new Uint8Array(256).fill(1)
  // Of a UTF-8 character, the last byte stands before, and the first behind.
  const before = (byte: number): boolean => byte >= 0x80 && (!isUtf8 || byte < 0xc0)
  const behind = (byte: number): boolean => byte >= 0x80 && (!isUtf8 || byte >= 0xc0)
  const isWord = (byte: number): boolean => /\w/.test(String.fromCharCode(byte))
  const signs = [...SIGNS].map((char) => char.charCodeAt(0))
  return {
    any,
    wordStart: isAmbiguous ? any : classOf((byte) => (byte < 0x80 && !isWord(byte)) || before(byte)),
    wordEnd: isAmbiguous ? any : classOf((byte) => (byte < 0x80 && !isWord(byte)) || behind(byte)),
    beforeNumber: isAmbiguous ? any : classOf((byte) => signs.includes(byte) || before(byte)),
    sign: classOf((byte) => signs.includes(byte)),
    signOrDigit: classOf((byte) => signs.includes(byte) || (byte >= 48 && byte <= 57)),
  }
}

function classOf(has: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(has(byte)))
}

/**
 * What stands for a space or an apostrophe: Windows breaks some of its texts over two lines, French ones have spaces that do not break,
 * W3C logs write a plus sign.
 */
const STANDS_FOR: Readonly<Record<string, readonly string[]>> = { ' ': [' ', '\n', '+', '\r\n', '\u00a0', '\u202f'], "'": ["'", '\u2019'] }

/** One item a character, in either case; undefined where the encoding cannot write it. @param known items of characters so far */
function itemsOf(text: string, writer: ByteWriter, known: Map<string, PatternItem>): PatternItem[] | undefined {
  const items: PatternItem[] = []
  for (const char of text) {
    const item = known.get(char) ?? itemOf(char, writer)
    if (item === undefined) return undefined
    known.set(char, item)
    items.push(item)
  }
  return items
}

function itemOf(char: string, writer: ByteWriter): PatternItem | undefined {
  if (writer.write(char) === undefined) return undefined
  const upper = char.toUpperCase()
  const forms = STANDS_FOR[char] ?? (upper.toLowerCase() === char ? [char, upper] : [char])
  const written = forms.map((form) => writer.write(form)).filter((bytes) => bytes !== undefined)
  return written.every(({ length }) => length === 1) ? classOf((byte) => written.some(([only]) => only === byte)) : written
}
