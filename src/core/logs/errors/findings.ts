import { isDigit } from '../stamp.ts'
import { PhraseAutomaton } from './automaton.ts'
import type { CanonicalError } from './canonical.ts'
import { NAMES, SOCKET_ERRORS } from './names.ts'
import { type CodeMeaning, CURL, errnoMeanings, M_CODES, statusMeaning, WSA, windowsMeaning } from './numbers.ts'
import { WORDINGS } from './wording.ts'

/** One sign of an error in a text. */
export interface Finding {
  readonly kind: 'wsa' | 'status' | 'errno' | 'win32' | 'm-code' | 'name' | 'wording'
  readonly canonical: CanonicalError
  readonly label: string
  /** Numbers outweigh names, names wording: only the order matters. */
  readonly strength: number
  readonly at: number
  readonly wrapper: boolean
  /** All meanings of a number that no context settles. */
  readonly ambiguities: readonly CodeMeaning[]
  readonly number?: number
  readonly phrase?: string
}

const STRENGTH = { wsa: 6, status: 5, errno: 5, win32: 4, name: 3, 'm-code': 2, wording: 1 } as const

/** Words that a number must follow to be an error number, in the languages logs come in. */
const ANY_CODE = new Set([
  'error',
  'err',
  'code',
  'errorcode',
  'errcode',
  'nativeerror',
  'wsa',
  'winerror',
  'winsock',
  'wsagetlasterror',
  'getlasterror',
  'lasterror',
  'socket',
  'sockerr',
  'fehler',
  'fehlercode',
  'erreur',
  'errore',
  'erro',
  'fout',
  'foutcode',
  'fel',
  'felkod',
  'kod',
  'código',
  'codigo',
  'codice',
  'ошибка',
  'エラー',
  'コード',
  '错误',
  '錯誤',
  '오류',
  'status',
  'rc',
  'reason',
  'result',
])
/** Words behind which a small number is an errno. */
const ERRNO_WORDS = new Set(['errno', 'oserror', 'sock_errno', 'socket_error', 'soerror', 'so_error'])
/** Words behind which a small number may be an errno or a Win32 code. */
const ERROR_WORDS = new Set([
  'error',
  'err',
  'fehler',
  'erreur',
  'errore',
  'erro',
  'nativeerror',
  'lasterror',
  'getlasterror',
  'win32',
  'winerror',
  'エラー',
  '错误',
  '오류',
])

/** Signs that may stand between such a word and its number. */
export const SIGNS = ' :=#([-"\'\t'
export const MAX_SIGNS = 6

/** Every word behind which a small number counts. */
export const WORDS_BEFORE_NUMBERS: readonly string[] = [...new Set([...ERROR_WORDS, ...ERRNO_WORDS, 'curl'])]

export function errorFindings(text: string): Finding[] {
  return [...tokenFindings(text), ...wordingFindings(text)]
}

/** A record that calls itself an error or a warning, by a word or by its level. */
const COMPLAINT =
  /error|exception|\bfail|fatal|severe|abort|\bwarn|\bwrn|\berr|critical|fehler|erreur|échec|errore|fallo|falha|エラー|错误|오류|(?:^|[|[\s])[EWCF](?:[|\]]|\s\[)/iu

let phrases: PhraseAutomaton | undefined

/** Line feed, no-break spaces and W3C's plus sign count as a space, the curly apostrophe as a straight one. */
const PLAIN: ReadonlyMap<number, number> = new Map([
  [10, 32],
  [43, 32],
  [0xa0, 32],
  [0x202f, 32],
  [0x2019, 39],
])

function wordingFindings(text: string): Finding[] {
  phrases ??= new PhraseAutomaton(WORDINGS.map(({ phrase }) => phrase))
  const lower = text.toLowerCase()
  const findings: Finding[] = []
  let complains: boolean | undefined
  let state = 0
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i)
    // Windows breaks some of its texts over two lines.
    if (code === 13) continue
    state = phrases.step(state, PLAIN.get(code) ?? code)
    for (const index of phrases.endsAt(state) ?? []) {
      const wording = WORDINGS[index]
      if (wording?.weak) complains ??= COMPLAINT.test(text)
      if (wording?.weak && !complains) continue
      if (wording)
        findings.push(fromWording(text, wording.phrase, wording.canonical, wording.wrapper === true, i + 1 - wording.phrase.length))
    }
  }
  return withoutNested(findings)
}

/** `closed by the remote` inside `forcibly closed by the remote host` says nothing of its own. Findings come ordered by their ends. */
function withoutNested(findings: readonly Finding[]): Finding[] {
  const kept: Finding[] = []
  for (const finding of findings) {
    const length = finding.label.length
    while ((kept.at(-1)?.at ?? -1) >= finding.at) kept.pop()
    const last = kept.at(-1)
    if (!last || last.at + last.label.length < finding.at + length) kept.push(finding)
  }
  return kept
}

function fromWording(text: string, phrase: string, canonical: CanonicalError, wrapper: boolean, at: number): Finding {
  return {
    kind: 'wording',
    canonical,
    label: text.slice(at, at + phrase.length),
    strength: STRENGTH.wording,
    at,
    wrapper,
    ambiguities: [],
    phrase,
  }
}

const isWord = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95

function tokenFindings(text: string): Finding[] {
  const findings: Finding[] = []
  let at = 0
  while (at < text.length) {
    if (!isWord(text.charCodeAt(at))) {
      at++
      continue
    }
    let end = at + 1
    while (end < text.length && isWord(text.charCodeAt(end))) end++
    const finding = tokenFinding(text, at, end)
    if (finding) findings.push(finding)
    at = end
  }
  return findings
}

const MAX_TOKEN = 40

function tokenFinding(text: string, at: number, end: number): Finding | undefined {
  if (end - at > MAX_TOKEN || end - at < 2) return undefined
  const token = text.slice(at, end)
  const first = token.charCodeAt(0)
  if (first >= 48 && first <= 57) return numberFinding(text, token, at, end) ?? statusFinding(token, at)
  const mCode = M_CODES.get(token)
  if (mCode) return found('m-code', mCode[1], mCode[0], at)
  const hyphenated = token.length === 3 && text[end] === '-' ? text.slice(at, end + 6).toUpperCase() : ''
  const name = NAMES.get(token.toUpperCase()) ?? (hyphenated ? NAMES.get(hyphenated) : undefined)
  if (name) return { ...found('name', name.canonical, name.label, at), wrapper: name.wrapper }
  const member = SOCKET_ERRORS.get(token)
  if (member && OF_SOCKET_ERROR.test(text.slice(Math.max(0, at - 20), at))) return found('name', member, `SocketError.${token}`, at)
  return statusFinding(token, at)
}

const OF_SOCKET_ERROR = /SocketError(?:Code)?\W{1,3}$/

const found = (kind: Finding['kind'], canonical: CanonicalError, label: string, at: number): Finding => ({
  kind,
  canonical,
  label,
  strength: STRENGTH[kind],
  at,
  wrapper: false,
  ambiguities: [],
})

/** `0x80072745`, `80072745`, `C0000241` */
function statusFinding(token: string, at: number): Finding | undefined {
  const hex = token.startsWith('0x') || token.startsWith('0X') ? token.slice(2) : token
  if (hex.length !== 8 || !/^[0-9a-fA-F]{8}$/.test(hex)) return undefined
  const meaning = statusMeaning(Number.parseInt(hex, 16))
  return meaning && found('status', meaning.canonical, meaning.name, at)
}

/** A device's own code (`device reports code 10054 media mismatch`) is no error number of the machine that logs it. */
const DEVICE_SAYS =
  /(?:\b(?:device|printer|drucker|imprimante|impresora|stampante)|gerät) (?:reports?|reported|says|shows|signals|meldet|zeigt|signale|informa|segnala)[ :]{1,2}code\W{1,3}$/iu

function numberFinding(text: string, token: string, at: number, end: number): Finding | undefined {
  if (token.length > 5 || !/^\d+$/.test(token)) return undefined
  const number = Number(token)
  const { word, negative, bracketed } = contextBefore(text, at)
  const closed = bracketed && ')]:,'.includes(text[end] ?? ' ')
  const wsa = WSA.get(number)
  if (word === 'code' && DEVICE_SAYS.test(text.slice(Math.max(0, at - 40), at))) return undefined
  if (wsa) return closed || ANY_CODE.has(word) ? found('wsa', wsa[1], `${wsa[0]} ${number}`, at) : undefined
  if (word === 'curl') {
    const curl = CURL.get(number)
    return curl && found('win32', curl[1], `${curl[0]} ${number}`, at)
  }
  const signed = negative ? errnoMeanings(-number) : []
  const meanings = signed.length > 0 ? signed : errnoMeanings(number)
  if (
    ERRNO_WORDS.has(word) ||
    (bracketed && text[end] === ':' && !isDigit(text.charCodeAt(end + 1))) ||
    (negative && ERROR_WORDS.has(word))
  )
    return errnoFinding(number, meanings, at)
  if (!ERROR_WORDS.has(word)) return undefined
  const windows = windowsMeaning(number)
  if (windows)
    return {
      ...found('win32', windows.canonical, windows.name, at),
      ambiguities: meanings.length > 0 ? [windows, ...meanings] : [],
      number,
    }
  return meanings.some((m) => m.platform === 'Linux') && number > 90 ? errnoFinding(number, meanings, at) : undefined
}

function errnoFinding(number: number, meanings: readonly CodeMeaning[], at: number): Finding | undefined {
  const first = meanings[0]
  if (!first) return undefined
  const agreed = meanings.every((meaning) => meaning.canonical === first.canonical)
  const likely = meanings.find((meaning) => meaning.platform === 'Linux') ?? first
  return { ...found('errno', likely.canonical, `${likely.name} ${number}`, at), ambiguities: agreed ? [] : meanings, number }
}

/** The word before a number, over at most six signs (`errno=104`, `error: (104`, `Errno 104`). */
function contextBefore(text: string, at: number): { word: string; negative: boolean; bracketed: boolean } {
  let i = at - 1
  let negative = false
  let bracketed = false
  for (let signs = 0; i >= 0 && signs < MAX_SIGNS && SIGNS.includes(text[i] ?? 'x'); i--, signs++) {
    negative ||= text[i] === '-' && i === at - 1
    bracketed ||= text[i] === '(' || text[i] === '['
  }
  const end = i + 1
  while (i >= 0 && end - i <= MAX_TOKEN && isContextLetter(text.charCodeAt(i))) i--
  return { word: text.slice(i + 1, end).toLowerCase(), negative, bracketed }
}

const isContextLetter = (code: number): boolean => isWord(code) || (code >= 0xc0 && code < 0x2000) || code >= 0x3040
