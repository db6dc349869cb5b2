import { PhraseAutomaton } from './automaton.ts'
import { NAMES } from './names.ts'
import { M_CODES, NTSTATUS, WSA } from './numbers.ts'
import { WORDINGS } from './wording.ts'

const NEEDLE = 11 // bytes of a wording: few enough for a small table, enough to be rare

/** Words without which no number is taken for an error (see findings.ts). */
const NUMBER_WORDS = [
  'errno',
  'error',
  'err=',
  'err:',
  'fehler',
  'erreur',
  'erro ',
  'curl',
  'win32',
  'socketerror',
  'so_err',
  '0x8007',
  '800700',
  '800704',
  '800727',
  '0xc0000',
  'エラー',
  '错误',
  '错誤',
  '오류',
]

/** One row of 256 a state, so that a byte costs one look-up: `next[(state << 8) | byte]`. States from `firstEnd` on end a needle. */
interface ByteTable {
  readonly next: Uint16Array
  readonly firstEnd: number
}

let table: ByteTable | undefined

/**
 * Whether bytes may report an error: a quick look that never misses what `decodeErrors` would find in UTF-8 or ASCII text, and lets some
 * lines through that report none.
 */
export function mayReportError(bytes: Uint8Array, from: number, to: number): boolean {
  table ??= buildTable()
  const { next, firstEnd } = table
  let state = 0
  for (let i = from; i < to; i++) {
    state = next[(state << 8) | (bytes[i] as number)] as number
    if (state >= firstEnd) return true
  }
  return false
}

/**
 * Where needles end in a chunk, ascending. Four stretches go side by side, because a state depends on the one before and the processor
 * would wait for each look-up: 0.5 ns a byte instead of 1.6.
 */
export function suspectsIn(bytes: Uint8Array): number[] {
  table ??= buildTable()
  const { next, firstEnd } = table
  const quarter = (bytes.length >> 2) | 0
  const found: [number[], number[], number[], number[]] = [[], [], [], []]
  const [first, second, third, fourth] = found
  let a = 0
  let b = stateAt(bytes, quarter)
  let c = stateAt(bytes, 2 * quarter)
  let d = stateAt(bytes, 3 * quarter)
  for (let i = 0, j = quarter, k = 2 * quarter, l = 3 * quarter; i < quarter; i++, j++, k++, l++) {
    a = next[(a << 8) | (bytes[i] as number)] as number
    b = next[(b << 8) | (bytes[j] as number)] as number
    c = next[(c << 8) | (bytes[k] as number)] as number
    d = next[(d << 8) | (bytes[l] as number)] as number
    if (a >= firstEnd) first.push(i)
    if (b >= firstEnd) second.push(j)
    if (c >= firstEnd) third.push(k)
    if (d >= firstEnd) fourth.push(l)
  }
  for (let l = 4 * quarter; l < bytes.length; l++) {
    d = next[(d << 8) | (bytes[l] as number)] as number
    if (d >= firstEnd) fourth.push(l)
  }
  return first.concat(second, third, fourth)
}

const LONGEST = 32 // bytes: no needle is longer

/** The state that the bytes before `at` lead to. */
function stateAt(bytes: Uint8Array, at: number): number {
  table ??= buildTable()
  const { next } = table
  let state = 0
  for (let i = Math.max(0, at - LONGEST); i < at; i++) state = next[(state << 8) | (bytes[i] as number)] as number
  return state
}

function buildTable(): ByteTable {
  const automaton = buildSieve()
  const plain: number[] = []
  const ends: number[] = []
  for (let state = 0; state < automaton.states; state++) (automaton.endsAt(state) ? ends : plain).push(state)
  const renumbered = new Uint16Array(automaton.states)
  ;[...plain, ...ends].forEach((state, index) => {
    renumbered[state] = index
  })
  const next = new Uint16Array(automaton.states << 8)
  for (let state = 0; state < automaton.states; state++) {
    for (let byte = 0; byte < 256; byte++) next[((renumbered[state] ?? 0) << 8) | byte] = renumbered[automaton.step(state, byte)] ?? 0
  }
  return { next, firstEnd: plain.length }
}

function buildSieve(): PhraseAutomaton {
  const encoder = new TextEncoder()
  const needles = new Set<string>(NUMBER_WORDS)
  for (const { phrase } of WORDINGS) needles.add(needleOf(phrase))
  for (const name of NAMES.keys()) needles.add(name.toLowerCase().slice(0, LONGEST))
  for (const code of M_CODES.keys()) needles.add(code.toLowerCase())
  for (const number of WSA.keys()) needles.add(String(number))
  for (const status of NTSTATUS.keys()) needles.add(status.toString(16).slice(0, 8))
  return new PhraseAutomaton(
    [...needles].map((needle) => encoder.encode(needle)),
    256,
    // W3C logs write a plus sign for a space.
    (byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte === 43 ? 32 : byte),
  )
}

/** The rarest-looking part of a phrase: its longest ASCII run where that is long enough, so that a code page cannot hide it. */
function needleOf(phrase: string): string {
  let best = ''
  for (const run of phrase.split(/[^\x20-\x7e]+/)) if (run.length > best.length) best = run
  if (best.length < 6) return [...phrase].slice(0, 5).join('')
  return best.slice(Math.max(0, best.length - NEEDLE))
}
