import { isDigit, isLetter, isSpace, type Stamp } from './stamp.ts'
import { EPOCH, TAI64 } from './stamp-absolute.ts'
import { readStampAt, STAMP_LAYOUTS, type StampLayout, TIME_ONLY } from './stamp-layouts.ts'

/** How far into a line a stamp is looked for, characters. */
export const MAX_PREFIX = 200

/** A stamp found in a line's head, with the shape of what stands before it. */
export interface FoundStamp {
  readonly stamp: Stamp
  readonly layout: StampLayout
  /** What stands before the stamp, each run of name characters as `w`: `w - - [` becomes `w w w [`. Empty when the line starts with it. */
  readonly shape: string
}

const LAYOUTS: readonly StampLayout[] = [...STAMP_LAYOUTS, TAI64]
const WITH_TIME_ONLY: readonly StampLayout[] = [...LAYOUTS, TIME_ONLY]
const WITH_EPOCH: readonly StampLayout[] = [EPOCH, ...LAYOUTS]

/** Which layouts count beside the dated ones: bare times and numbers only where the whole file is written so. */
export type LayoutSet = 'dated' | 'time-only' | 'epoch'

export const layoutsOf = (set: LayoutSet): readonly StampLayout[] =>
  set === 'dated' ? LAYOUTS : set === 'epoch' ? WITH_EPOCH : WITH_TIME_ONLY

const OPENERS = '[({<"\'|'

/** The stamp that starts the line, brackets and quotes before it apart. */
export function leadingStamp(head: string, set: LayoutSet): FoundStamp | undefined {
  const at = afterOpeners(head, 0)
  const found = readStampAt(head, at, layoutsOf(set))
  return found && bounded(head, found.stamp) ? { ...found, shape: '' } : undefined
}

const ESCAPE = 27
const MAX_ESCAPE = 20 // characters of a colour: ESC [ 38;2;255;255;255 m

/** Behind up to three brackets or quotes, and as many colours. */
function afterOpeners(head: string, from: number): number {
  let at = from
  for (let count = 0; count < 6; count++) {
    if (head.charCodeAt(at) === ESCAPE) {
      const end = head.indexOf('m', at)
      if (head[at + 1] !== '[' || end < 0 || end - at > MAX_ESCAPE) return at
      at = end + 1
    } else if (count < 3 && OPENERS.includes(head[at] ?? ' ')) at++
    else return at
  }
  return at
}

/** A stamp that runs on into a number or a word was no stamp (10:00:00abc, 2025-01-01 10:00:001). */
function bounded(head: string, stamp: Stamp): boolean {
  const next = head.charCodeAt(stamp.end)
  return !isDigit(next) && !(isLetter(next) && next < 128)
}

/** The first stamp anywhere in the head that follows a boundary, with the shape of what stands before it. */
export function firstStamp(head: string, set: LayoutSet): FoundStamp | undefined {
  const leading = leadingStamp(head, set)
  if (leading) return leading
  if (isSpace(head.charCodeAt(0))) return indentedStamp(head, set)
  const layouts = layoutsOf(set)
  const limit = Math.min(head.length, MAX_PREFIX)
  for (let at = 1; at < limit; at++) {
    if (!startsToken(head, at)) continue
    const found = readStampAt(head, at, layouts)
    if (!found || !bounded(head, found.stamp)) continue
    // A time behind numbers is the rest of a date that was not understood.
    if (found.layout === TIME_ONLY && /\d/.test(head.slice(0, at))) return undefined
    return { ...found, shape: shapeOf(head.slice(0, at)) }
  }
  return undefined
}

const MAX_INDENT = 16

/** The shape of a line that starts with blanks and its stamp: a record only where the file's lines all do so. */
export const INDENTED = ' '

function indentedStamp(head: string, set: LayoutSet): FoundStamp | undefined {
  let at = 0
  while (at < MAX_INDENT && isSpace(head.charCodeAt(at))) at++
  const found = readStampAt(head, afterOpeners(head, at), layoutsOf(set))
  return found && bounded(head, found.stamp) ? { ...found, shape: INDENTED } : undefined
}

/** A digit after a non-digit, a letter after a non-letter: only there can a stamp start. `v2025-…` and `x-10:00:00` are names. */
function startsToken(head: string, at: number): boolean {
  const code = head.charCodeAt(at)
  const before = head.charCodeAt(at - 1)
  if (isDigit(code)) return !isDigit(before) && !isLetter(before) && before !== 46 && before !== 45
  if (code === 64) return true
  return code > 64 && isLetter(code) && !isLetter(before) && !isDigit(before)
}

function shapeOf(prefix: string): string {
  let shape = ''
  for (let i = 0; i < prefix.length; i++) {
    const code = prefix.charCodeAt(i)
    const named = isDigit(code) || isLetter(code) || '_.:-/\\#@+%'.includes(prefix[i] ?? '')
    const mark = named ? 'w' : isSpace(code) ? ' ' : (prefix[i] ?? '')
    if ((mark !== 'w' && mark !== ' ') || !shape.endsWith(mark)) shape += mark
  }
  return shape
}

/** Prefixes that logs put before a stamp and prose does not: always believed. */
const KNOWN_SHAPES: ReadonlyArray<[shape: string, prefix: RegExp]> = [
  ['<w>w ', /^<\d{1,3}>\d{1,2} $/], // RFC 5424
  ['<w>', /^<\d{1,3}>$/], // RFC 3164
  ['w [', /^[XACEWNIDd] \[$/], // CUPS
  ['w ', /^(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE) {1,3}$/], // log4j, logback
  ['[w] ', /^\[(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE)\] {1,3}$/],
]

export const isKnownPrefix = (found: FoundStamp, head: string): boolean =>
  KNOWN_SHAPES.some(([shape, prefix]) => shape === found.shape && prefix.test(head.slice(0, Math.min(found.stamp.start, 24))))
