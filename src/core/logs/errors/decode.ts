import { type CanonicalError, MEANINGS } from './canonical.ts'
import { errorFindings, type Finding } from './findings.ts'
import { type CodeMeaning, codesOf, errnoMeanings, statusMeaning, windowsMeaning } from './numbers.ts'

/** One error that a text reports, as far as the text says. */
export interface DecodedError {
  readonly canonical: CanonicalError
  /** Every code and name the text gives for it, numbers first: `WSAECONNABORTED 10053`, `M1556`. */
  readonly codes: readonly string[]
  readonly proves: string
  readonly doesNotProve: string
  /** What else a bare number may mean, by platform; empty where the text leaves no doubt. */
  readonly ambiguities: readonly CodeMeaning[]
  /** The words only wrap another error that the text does not show. */
  readonly isWrapper: boolean
  /** The program's own timer, not TCP's. */
  readonly isApplicationTimer: boolean
  /** Where in the text it was found (its strongest sign). */
  readonly at: number
}

const MAX_TEXT = 16_384

/**
 * The errors that `text` reports, most telling first: numbers before names before wording; what a wrapper wraps before the wrapper.
 * Looks at the first 16,384 characters; time is linear in them.
 */
export function decodeErrors(text: string): DecodedError[] {
  const looked = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
  const findings = settle(errorFindings(looked))
  const groups = new Map<CanonicalError, Finding[]>()
  for (const finding of findings) {
    const group = groups.get(finding.canonical)
    if (group) group.push(finding)
    else groups.set(finding.canonical, [finding])
  }
  const decoded = [...groups].map(([canonical, group]) => ({
    error: toDecoded(canonical, group),
    strength: Math.max(...group.map((f) => f.strength)),
  }))
  decoded.sort((a, b) => b.strength - a.strength || a.error.at - b.error.at)
  const errors = decoded.map(({ error }) => error)
  const real = errors.filter((error) => !error.isWrapper)
  return real.length > 0 ? real : errors
}

function toDecoded(canonical: CanonicalError, group: readonly Finding[]): DecodedError {
  const strongest = group.reduce((best, finding) => (finding.strength > best.strength ? finding : best))
  const labels = [...group].sort((a, b) => b.strength - a.strength).map((finding) => finding.label)
  return {
    canonical,
    codes: [...new Set(labels)],
    ...MEANINGS[canonical],
    ambiguities: strongest.ambiguities,
    isWrapper: group.every((finding) => finding.wrapper),
    isApplicationTimer: canonical === 'APP_TIMEOUT',
    at: strongest.at,
  }
}

/** Lets the parts of one text decide each other: a platform by the wording beside the number, a runtime's own timer by its words. */
function settle(findings: readonly Finding[]): readonly Finding[] {
  const certain = new Set(findings.filter((f) => f.ambiguities.length === 0 && !f.wrapper).map((f) => f.canonical))
  const settled = findings.map((finding) => {
    if (finding.ambiguities.length === 0) return finding
    const fitting = finding.ambiguities.find((meaning) => certain.has(meaning.canonical))
    return fitting ? { ...finding, canonical: fitting.canonical, label: `${fitting.name} ${finding.number}`, ambiguities: [] } : finding
  })
  // axios calls its own timeout ECONNABORTED; `timeout of 5000ms exceeded` gives it away.
  const axios = settled.some((f) => f.canonical === 'APP_TIMEOUT' && f.phrase === 'ms exceeded')
  // Winsock's number is nearer the truth than the M-code round it.
  const numbered = settled.find((f) => f.kind === 'wsa')
  return settled
    .map((f) => (axios && f.canonical === 'ECONNABORTED' && f.kind === 'name' ? { ...f, canonical: 'APP_TIMEOUT' as const } : f))
    .map((f) => (numbered && f.kind === 'm-code' ? { ...f, canonical: numbered.canonical } : f))
    .filter((f) => !(numbered && f.kind === 'wording' && f.canonical !== numbered.canonical && findings.some((m) => m.kind === 'm-code')))
}

/** A meaning of what was looked up, with the numbers the same error has elsewhere. */
export interface LookedUpError extends DecodedError {
  readonly platforms: readonly CodeMeaning[]
}

/** What `GET /v1/errors?q=` and `hangup errors` answer. */
export interface ErrorLookUp {
  readonly query: string
  readonly errors: readonly LookedUpError[]
}

/** Decodes a bare code (`104`, `-104`, `10053`, `0x80072745`, `M1556`) on every platform that has it, or a wording. */
export function lookUpErrors(query: string): ErrorLookUp {
  const bare = query.trim().slice(0, MAX_TEXT)
  const number = /^-?\d{1,6}$/.test(bare) ? Number(bare) : undefined
  const hex = /^(?:0x)?([0-9a-f]{8})$/i.exec(bare)
  const meanings = [
    ...(number === undefined ? [] : [windowsMeaning(number), ...errnoMeanings(number), ...(number < 0 ? errnoMeanings(-number) : [])]),
    ...(hex ? [statusMeaning(Number.parseInt(hex[1] ?? '0', 16))] : []),
  ].filter((meaning) => meaning !== undefined)
  if (meanings.length === 0)
    return { query: bare, errors: decodeErrors(bare).map((error) => ({ ...error, platforms: codesOf(error.canonical) })) }
  const byCanonical = new Map<CanonicalError, CodeMeaning[]>()
  for (const meaning of meanings) byCanonical.set(meaning.canonical, [...(byCanonical.get(meaning.canonical) ?? []), meaning])
  const errors = [...byCanonical].map(([canonical, platforms]) => ({
    canonical,
    codes: [...new Set(platforms.map((meaning) => (meaning.name.includes(' ') ? meaning.name : `${meaning.name} ${number ?? ''}`.trim())))],
    ...MEANINGS[canonical],
    ambiguities: platforms,
    isWrapper: false,
    isApplicationTimer: canonical === 'APP_TIMEOUT',
    at: 0,
    platforms: codesOf(canonical),
  }))
  return { query: bare, errors }
}
