import { InputError } from '../errors.ts'
import { daysInMonth } from '../time/civil.ts'
import { type FoundStamp, MAX_PREFIX } from './line-shape.ts'
import { emptyStamp, isDigit, type Stamp, StampCursor } from './stamp.ts'
import { epochFromNumber } from './stamp-absolute.ts'
import { readZone } from './stamp-clock.ts'
import { fullYear } from './stamp-layouts.ts'

type Step = (cursor: StampCursor, stamp: Stamp) => boolean

/** A layout that the customer gave, because guessing failed. */
export interface TimeFormat {
  /** The first place in a line's head where the layout fits. */
  find(head: string): FoundStamp | undefined
}

/** One letter of `strptime` for each field of a Unicode (Java, .NET) pattern. */
const FROM_PATTERN: ReadonlyArray<[pattern: RegExp, field: string]> = [
  [/^y{3,}/, 'Y'],
  [/^yy?/, 'y'],
  [/^u{4}/, 'Y'],
  [/^M{3,}/, 'b'],
  [/^M{1,2}/, 'm'],
  [/^d{3,}/, 'a'],
  [/^d{1,2}/, 'd'],
  [/^E+/, 'a'],
  [/^H{1,2}/, 'H'],
  [/^h{1,2}/, 'I'],
  [/^m{1,2}/, 'M'],
  [/^s{1,2}/, 'S'],
  [/^[SfF]{1,9}/, 'f'],
  [/^(?:a+|t{1,2})/, 'p'],
  [/^(?:X+|x+|Z+|z+|K)/, 'z'],
]

/**
 * Compiles `%d.%m.%Y %H:%M:%S` (strptime), `dd.MM.yyyy HH:mm:ss,SSS` (Java, .NET; quotes keep text) or `epoch`.
 *
 * @throws {InputError} `bad-option` for a layout without a time of day, or a field nobody knows
 */
export function compileTimeFormat(format: string): TimeFormat {
  const fields: string[] = []
  const steps = format === 'epoch' ? [EPOCH_STEP] : format.includes('%') ? fromStrptime(format, fields) : fromPattern(format, fields)
  if (format !== 'epoch' && !fields.some((field) => 'HIsTXc'.includes(field))) throw badFormat(format, 'it has no hour')
  return {
    find(head) {
      const limit = Math.min(head.length, MAX_PREFIX)
      for (let at = 0; at < limit; at++) {
        const stamp = match(head, at, steps)
        if (stamp) return { stamp, layout: { id: 'timeFormat', example: format, read: () => false }, shape: '' }
      }
      return undefined
    },
  }
}

function match(head: string, at: number, steps: readonly Step[]): Stamp | undefined {
  const cursor = new StampCursor(head, at)
  const stamp = emptyStamp(at)
  for (const step of steps) if (!step(cursor, stamp)) return undefined
  if (isDigit(cursor.peek()) && isDigit(head.charCodeAt(cursor.at - 1))) return undefined
  if (stamp.month > 0 && (stamp.month > 12 || stamp.day < 1 || stamp.day > daysInMonth(stamp.year ?? 2000, stamp.month))) return undefined
  stamp.end = cursor.at
  return stamp
}

const badFormat = (format: string, why: string): InputError =>
  new InputError(
    'bad-option',
    `timeFormat ${JSON.stringify(format.slice(0, 100))} cannot be used: ${why}`,
    'Write it as strptime (%d.%m.%Y %H:%M:%S) or as a Java/.NET pattern (dd.MM.yyyy HH:mm:ss).',
  )

function fromStrptime(format: string, fields: string[]): Step[] {
  const steps: Step[] = []
  const expanded = format.replaceAll('%T', '%H:%M:%S').replaceAll('%F', '%Y-%m-%d').replaceAll('%D', '%m/%d/%y').replaceAll('%R', '%H:%M')
  for (let i = 0; i < expanded.length; i++) {
    const char = expanded[i] ?? ''
    if (char !== '%') {
      steps.push(literal(char))
      continue
    }
    let field = expanded[++i] ?? ''
    if ('-_0^#EO'.includes(field) && field !== '') field = expanded[++i] ?? ''
    steps.push(stepFor(field, format))
    fields.push(field)
  }
  return steps
}

function fromPattern(format: string, fields: string[]): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at, at + 16)
    if (rest[0] === "'") {
      const close = format.indexOf("'", at + 1)
      const text = close < 0 ? format.slice(at + 1) : format.slice(at + 1, close)
      for (const char of text === '' ? "'" : text) steps.push(literal(char))
      at = close < 0 ? format.length : close + 1
      continue
    }
    const known = FROM_PATTERN.map(([pattern, field]) => ({ length: pattern.exec(rest)?.[0].length ?? 0, field })).find(
      ({ length }) => length > 0,
    )
    if (known) {
      steps.push(stepFor(known.field, format))
      fields.push(known.field)
      at += known.length
    } else {
      if (/[A-Za-z]/.test(rest[0] ?? '') && rest[0] !== 'T') throw badFormat(format, `unknown field ${rest[0]}`)
      steps.push(literal(rest[0] ?? ''))
      at++
    }
  }
  return steps
}

function literal(char: string): Step {
  if (char === ' ' || char === '\t') return (cursor) => cursor.spaces(8) > 0
  return (cursor) => cursor.oneOf(char) !== undefined
}

const EPOCH_STEP: Step = (cursor, stamp) => {
  const count = cursor.digitsAhead(20)
  const value = epochFromNumber(cursor.text.slice(cursor.at, cursor.at + count), '')
  if (!value) return false
  cursor.at += count
  stamp.epochSeconds = value.seconds
  stamp.nanoseconds = value.nanoseconds
  stamp.resolutionNs = value.resolutionNs
  return true
}

/** Sets one field from a number of up to `max` digits within [low, high]. */
const numberStep =
  (max: number, low: number, high: number, set: (stamp: Stamp, value: number, digits: number) => void): Step =>
  (cursor, stamp) => {
    cursor.spaces(1)
    const digits = cursor.digitsAhead(max)
    const value = digits === 0 ? undefined : cursor.fixed(digits)
    if (value === undefined || value < low || value > high) return false
    set(stamp, value, digits)
    return true
  }

const STEPS: Readonly<Record<string, Step>> = {
  Y: numberStep(4, 1970, 2200, (stamp, value) => Object.assign(stamp, { year: value })),
  y: numberStep(2, 0, 99, (stamp, value) => Object.assign(stamp, { year: fullYear(value, 2) })),
  m: numberStep(2, 1, 12, (stamp, value) => Object.assign(stamp, { month: value })),
  d: numberStep(2, 1, 31, (stamp, value) => Object.assign(stamp, { day: value })),
  H: numberStep(2, 0, 23, (stamp, value) => Object.assign(stamp, { hour: value })),
  I: numberStep(2, 1, 12, (stamp, value) => Object.assign(stamp, { hour: value % 12 })),
  M: numberStep(2, 0, 59, (stamp, value) => {
    stamp.minute = value
    stamp.resolutionNs = 60e9
  }),
  S: numberStep(2, 0, 60, (stamp, value) => {
    stamp.second = Math.min(value, 59)
    stamp.resolutionNs = 1e9
  }),
  f: numberStep(9, 0, 999_999_999, (stamp, value, digits) => {
    stamp.nanoseconds = value * 10 ** (9 - digits)
    stamp.resolutionNs = 10 ** (9 - digits)
  }),
  s: EPOCH_STEP,
  b: (cursor, stamp) => {
    stamp.month = cursor.monthName()
    return stamp.month > 0
  },
  a: (cursor) => {
    const word = cursor.letters(12)
    cursor.at += word.length
    return word.length > 1
  },
  p: (cursor, stamp) => {
    const half = /^([ap])\.?\s?m\.?/i.exec(cursor.text.slice(cursor.at, cursor.at + 5))
    if (!half) return false
    cursor.at += half[0].length
    if (half[1]?.toLowerCase() === 'p') stamp.hour += 12
    return stamp.hour < 24
  },
  z: (cursor, stamp) => {
    const start = cursor.at
    readZone(cursor, stamp)
    return cursor.at > start
  },
}

function stepFor(field: string, format: string): Step {
  if (field === '%') return literal('%')
  const step =
    STEPS[
      field === 'e'
        ? 'd'
        : field === 'k'
          ? 'H'
          : field === 'l'
            ? 'I'
            : field === 'B' || field === 'h'
              ? 'b'
              : field === 'A'
                ? 'a'
                : field === 'Z'
                  ? 'z'
                  : field
    ]
  if (!step) throw badFormat(format, `unknown field %${field}`)
  return step
}
