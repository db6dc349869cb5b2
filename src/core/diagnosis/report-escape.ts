/**
 * Everything that came from a customer is text: log lines, file names, event fields, a printer's answers. These functions are the only
 * way from a diagnosis into a page or a ticket.
 */

/** Control characters, line breaks, and what reorders or hides text (bidirectional marks, zero widths, tags): Unicode's Cc, Cf, Zl, Zp, Co, Cs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu

/** One line of text in which nothing is hidden: a line break or tab becomes a space, any other invisible character its code, `‹U+202E›`. */
export function visible(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(INVISIBLE, (char) => `‹U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`)
    .trim()
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for HTML and SVG, between tags or in a quoted attribute. */
export const html = (text: string): string => visible(text).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

/** Words of letters and digits with ordinary punctuation: nothing that any ticket system could turn into something else. */
const PLAIN_WORD = /^[\p{L}\p{M}\p{N},;:.?'’“”‘(){}%/"=…–—→←≥≤≈×±µΔ‹›+-]*$/u
/**
 * What ticket systems link or obey by themselves: addresses with a scheme, `www.`, anything with a dot inside a word, `GH-12`, `JIRA-12`,
 * long hex (commits), and GitLab's quick actions (`/close`) and milestones (`%7`) at a word's start.
 */
const LINKABLE = /:\/\/|www\.|[\p{L}\p{N}_-]\.[\p{L}\p{N}_-]|^[A-Z][A-Z0-9]*-\d|[0-9a-f]{7,}|^[/%](?![),;:.?]*$)/iu
const DECIMAL = /^[−–-]?\d+\.\d+[%,;:.)]*$/u
const LEADING = /^[("'“‘]+/u
const TRAILING = /[)"'”’,;:.?…]+$/u

/**
 * Text for Markdown (GitHub's, GitLab's and those of ticket systems). A word that could become a link, a mention, an issue number, an
 * image or HTML is set as code, where none of them happens; backslash escapes alone would not stop a mention, which GitHub and GitLab
 * look for in the finished page. Ends are trimmed; the result has no line break.
 */
export function markdown(text: string): string {
  const words = visible(text).split(/\s+/u).map(word)
  return words.join(' ').replace(/^(\d+)([.)])(?= |$)/, '$1\\$2')
}

function word(raw: string): string {
  if (/^[-+=]+$/.test(raw)) return `\\${raw}`
  if (DECIMAL.test(raw) || (PLAIN_WORD.test(raw) && !LINKABLE.test(raw))) return raw.replace(/^[-+=]/, '\\$&')
  const lead = LEADING.exec(raw)?.[0] ?? ''
  const rest = raw.slice(lead.length)
  const trail = TRAILING.exec(rest)?.[0] ?? ''
  const core = rest.slice(0, rest.length - trail.length)
  if (core === '') return codeSpan(raw)
  return lead + codeSpan(core) + trail
}

/** Text as a Markdown code span, in a fence longer than any run of backticks inside (CommonMark §6.1). */
export function codeSpan(text: string): string {
  const content = visible(text)
  if (content === '') return ''
  const longest = Math.max(0, ...(content.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return fence + pad + content + pad + fence
}

/** At most `limit` UTF-16 units, cut between words where one is near, with an ellipsis. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text
  const cut = text.slice(0, limit - 1)
  const space = cut.lastIndexOf(' ')
  const end = space > limit * 0.7 ? space : cut.length
  return `${cut.slice(0, end).replace(/[\uD800-\uDBFF]$/, '')}…`
}
