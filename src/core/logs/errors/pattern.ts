/** What stands at one place of a pattern: one of some bytes (256 flags), or one of some byte sequences. */
export type PatternItem = Uint8Array | readonly Uint8Array[]

/** What an error looks like in the bytes of a log. */
export interface PatternShape {
  readonly items: readonly PatternItem[]
  /** The last item that is no mere context. */
  readonly last: number
  /** Signs and a number must follow the last item. */
  readonly needsNumber: boolean
}

/** With what it is found by. */
export interface ErrorPattern extends PatternShape {
  /** The item with which a stretch of known length starts. */
  readonly anchor: number
  readonly words: readonly AnchorWord[]
}

/** Four bytes by which a pattern is found. */
export interface AnchorWord {
  /** How far they stand behind the start of the stretch. */
  readonly back: number
  /** All that may stand there, folded. */
  readonly folded: readonly number[]
  /** A bit for the last five bits of each byte that may stand right before and right behind. */
  readonly before: number
  readonly behind: number
}

/** Bytes that cover a word on a multiple of four, wherever they lie. */
const STRETCH = 7

/** A word without what tells the case of its letters. */
export const FOLD = 0x5f5f5f5f

/** What logs are full of: a pattern that can be found by other words is not to be found by these. */
const COMMON =
  'connection connected connecting connections closed closing established remote host server client software transport network timeout ' +
  'timed request response socket address operation unable from with for the received failed failure error exception java.net.socket ' +
  'system.net.sockets microsoft printer spooler queue document label batch status info warn debug message service process thread job ' +
  'http https port data read write send sent local windows application verbindung connexion conexion at com.org.java.lang 2025-01-02 10:20:30'

/**
 * A pattern that is found by its rarest seven bytes; several where a space among them may be written in ways of different length.
 *
 * @param any what is put in front of a pattern that is too short
 */
export function patternsOf(shape: PatternShape, any: Uint8Array): ErrorPattern[] {
  const whole = anchored(shape)
  if (whole && whole.score < COMMON_WORD) return [whole.pattern]
  const fixed = withFixedLengths(shape.items).flatMap((items) => anchored({ ...shape, items }) ?? [])
  const isBetter = fixed.length > 0 && fixed.every(({ score }) => score < (whole?.score ?? Number.POSITIVE_INFINITY))
  if (isBetter) return fixed.map(({ pattern }) => pattern)
  return whole ? [whole.pattern] : patternsOf({ ...shape, items: [any, ...shape.items], last: shape.last + 1 }, any)
}

/** The pattern with every item of one length: each space a byte, one of them two, or all of them those that do not break. */
function withFixedLengths(items: readonly PatternItem[]): PatternItem[][] {
  const open = items.flatMap((item, i) => (lengthOf(item) === undefined ? [i] : []))
  const pick = (item: PatternItem, length: number): PatternItem =>
    item instanceof Uint8Array ? item : item.filter((form) => form.length === length)
  const lengths = new Set(open.flatMap((i) => (items[i] as readonly Uint8Array[]).map(({ length }) => length)))
  const shortest = Math.min(...lengths)
  const all = [...lengths].map((length) => items.map((item, i) => (open.includes(i) ? pick(item, length) : item)))
  const single = open.map((two) => items.map((item, i) => (open.includes(i) ? pick(item, i === two ? 2 : shortest) : item)))
  return [...all, ...single].filter((form) => form.every((item) => item.length > 0))
}

const lengthOf = (item: PatternItem): number | undefined => {
  if (item instanceof Uint8Array) return 1
  const length = item[0]?.length
  return item.every((form) => form.length === length) ? length : undefined
}

const COMMON_WORD = 1000

function anchored(shape: PatternShape): { pattern: ErrorPattern; score: number } | undefined {
  const { bytes, starts } = laidOut(shape.items)
  const words = new Map<number, AnchorWord>()
  let best: { at: number; anchor: number; score: number } | undefined
  for (const [anchor, at] of starts.entries()) {
    if (at + STRETCH > bytes.length || bytes.slice(at, at + STRETCH).includes(undefined)) continue
    let score = 0
    for (let place = at; place < at + 4; place++) {
      const word = words.get(place) ?? wordAt(bytes, place)
      words.set(place, word)
      score += word.folded.length + (word.folded.some(isCommon) ? COMMON_WORD : 0)
    }
    if (best === undefined || score < best.score) best = { at, anchor, score }
  }
  if (best === undefined) return undefined
  const { at, anchor, score } = best
  const found = [0, 1, 2, 3].flatMap((back) => {
    const word = words.get(at + back)
    return word ? [{ ...word, back }] : []
  })
  return { pattern: { ...shape, anchor, words: found }, score }
}

type Choices = readonly number[]

/** What may stand at each byte, folded, undefined where an item's length is open; and where each item starts. */
function laidOut(items: readonly PatternItem[]): { bytes: (Choices | undefined)[]; starts: number[] } {
  const bytes: (Choices | undefined)[] = []
  const starts = items.map((item) => {
    const start = bytes.length
    bytes.push(...(choicesOf(item) ?? [undefined]))
    return start
  })
  return { bytes, starts }
}

const knownChoices = new WeakMap<PatternItem, readonly Choices[]>()

function choicesOf(item: PatternItem): readonly Choices[] | undefined {
  const known = knownChoices.get(item)
  const length = lengthOf(item)
  if (known !== undefined || length === undefined) return known
  const at = (k: number): number[] =>
    item instanceof Uint8Array ? [...item.keys()].filter((byte) => item[byte] === 1) : item.map((form) => form[k] ?? 0)
  const choices = Array.from({ length }, (_, k) => [...new Set(at(k).map((byte) => byte & FOLD & 0xff))])
  knownChoices.set(item, choices)
  return choices
}

function wordAt(bytes: readonly (Choices | undefined)[], at: number): AnchorWord {
  let folded = [0]
  for (let k = 0; k < 4; k++) {
    const choices = bytes[at + k] ?? []
    folded = folded.flatMap((word) => choices.map((byte) => word | (byte << (8 * k))))
  }
  return { back: 0, folded, before: maskOf(bytes[at - 1]), behind: maskOf(bytes[at + 4]) }
}

/** All bits for what is not known. */
const maskOf = (choices: Choices | undefined): number => choices?.reduce((mask, byte) => mask | (1 << (byte & 31)), 0) ?? -1

let commonWords: Set<number> | undefined

function isCommon(word: number): boolean {
  if (commonWords === undefined) {
    commonWords = new Set()
    for (let i = 0; i + 4 <= COMMON.length; i++) {
      let common = 0
      for (let k = 0; k < 4; k++) common |= COMMON.charCodeAt(i + k) << (8 * k)
      commonWords.add(common & FOLD)
    }
  }
  return commonWords.has(word)
}
