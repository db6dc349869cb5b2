import { PhraseAutomaton } from './automaton.ts'
import { NAMES } from './names.ts'
import { M_CODES, NTSTATUS, WSA } from './numbers.ts'
import { WORDINGS } from './wording.ts'

const NEEDLE = 7 // bytes: short enough for a small table, long enough to be rare

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
  'so_err',
  '0x8007',
  '8007',
  '0xc0000',
  'エラー',
  '错误',
  '错誤',
  '오류',
]

let sieve: PhraseAutomaton | undefined

/**
 * Whether bytes may report an error: a quick look that never misses what `decodeErrors` would find in UTF-8 or ASCII text, and lets some
 * lines through that report none.
 */
export function mayReportError(bytes: Uint8Array, from: number, to: number): boolean {
  sieve ??= buildSieve()
  return sieve.anyIn(bytes, from, to)
}

function buildSieve(): PhraseAutomaton {
  const encoder = new TextEncoder()
  const needles = new Set<string>(NUMBER_WORDS)
  for (const { phrase } of WORDINGS) needles.add(needleOf(phrase))
  for (const name of NAMES.keys()) needles.add(name.toLowerCase().slice(0, NEEDLE))
  for (const code of M_CODES.keys()) needles.add(code.toLowerCase())
  for (const number of WSA.keys()) needles.add(String(number))
  for (const status of NTSTATUS.keys()) needles.add(status.toString(16).slice(0, 8))
  return new PhraseAutomaton(
    [...needles].map((needle) => encoder.encode(needle)),
    256,
    (byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte),
  )
}

/** The rarest-looking part of a phrase: its longest ASCII run where that is long enough, so that a code page cannot hide it. */
function needleOf(phrase: string): string {
  let best = ''
  for (const run of phrase.split(/[^\x20-\x7e]+/)) if (run.length > best.length) best = run
  if (best.length < 6) return [...phrase].slice(0, 5).join('')
  return best.slice(Math.max(0, best.length - NEEDLE - 4))
}
